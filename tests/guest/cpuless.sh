#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# cpuless.sh: a node without CPUs as the target.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

mkdir -p "$out"
step alone numa-reclaim-bench run -y --rehearsal --dir /data --node 0
step run numa-reclaim-bench run -y --rehearsal --dir /data -o "$out/record.jsonl" --node 0 \
	--cpu-node 1,2 --modes 0,1
send_files

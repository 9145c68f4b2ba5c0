#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# shellcheck disable=SC2154 # variables of cpuless.conf
# cpuless.sh: a node without CPUs as the target.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh
# shellcheck source=/dev/null
. /bin/cpuless.conf # target, cpu_nodes

mkdir -p "$out"
step alone numa-reclaim-bench run -y --rehearsal --dir /data --node "$target"
step run numa-reclaim-bench run -y --rehearsal --dir /data -o "$out/record.jsonl" --node "$target" \
	--cpu-node "$cpu_nodes" --modes 0,1
send_files

#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# pace.sh: a plan that says how long it takes, and the run.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

mkdir -p "$out"
set -- --rehearsal --dir /data --modes 0 --reference 0 --node 0 --blocks 2
step plan numa-reclaim-bench run -n --json "$@"
step text numa-reclaim-bench run -n "$@"
step run numa-reclaim-bench run -y -o "$out/r.jsonl" "$@"
send_files

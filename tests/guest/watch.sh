#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# watch.sh: a file server is measured, and watched meanwhile. /bin/mode: the value to be held against 0.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

mkdir -p "$out"
find_instances() {
	find /sys/kernel/tracing/instances -mindepth 1 -maxdepth 1 -type d
}

has_instance() {
	[ -n "$(find_instances)" ]
}

numa-reclaim-bench watch --json --trace 0.1 >"$out/ticks" 2>"$out/ticks.err" &
watcher=$!
step run numa-reclaim-bench run -y --rehearsal --scenario fileserver --modes "0,$(cat /bin/mode)" --reference 0 \
	--blocks 1 --dir /data -o "$out/record"
cat "/proc/$watcher/stat" >"$out/stat"
kill -TERM "$watcher"
wait "$watcher"
echo $? >"$out/ticks.exit"
find_instances >"$out/instances"
# Killed, it leaves its instance to the next one.
numa-reclaim-bench watch --trace 0.1 >/dev/null &
watcher=$!
wait_until "$looks_3s" has_instance
kill -KILL "$watcher"
wait "$watcher"
find_instances >"$out/instances-killed"
step again numa-reclaim-bench watch --trace 0.1 2
find_instances >"$out/instances-again"
send_files

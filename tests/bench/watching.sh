#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# watching.sh: watch each second, as lines and as JSON; its CPU time, in ticks of the clock, from after its start.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

cpu_ticks() { # PID
	sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

mkdir -p "$out"
sleep 3
for form in --ascii --json; do
	numa-reclaim-bench watch "$form" 1 >/dev/null &
	watcher=$!
	sleep 2
	before=$(cpu_ticks "$watcher")
	sleep "$(cat /bin/seconds)"
	echo "$form $(($(cpu_ticks "$watcher") - before))" >>"$out/cpu"
	kill -TERM "$watcher"
	wait "$watcher"
done
send_files

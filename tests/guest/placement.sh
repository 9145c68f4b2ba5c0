#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# placement.sh: a run, and what /proc/PID/numa_maps says of its children meanwhile.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

# The last look that has the range must be of the time after the allocation, in which the child reads it and
# the file: a part of a second on a fast host. Whom to look at is found once for each child.
child=
look_at_child() {
	if [ -z "$child" ]; then child=$(pid_of child); fi
	cat "/proc/${child:-none}/numa_maps" >/tmp/look 2>/dev/null
	if [ -s /tmp/look ]; then
		echo look | cat - /tmp/look >>"$out/maps.$child"
	else
		child=
	fi
}

# NUMA balancing at its most eager, which must leave the range alone.
balancing=/sys/kernel/debug/sched/numa_balancing
echo 1 >/proc/sys/kernel/numa_balancing
for period in scan_delay_ms scan_period_min_ms scan_period_max_ms; do
	echo 1 >"$balancing/$period" || exit 1
done

mkdir -p "$out"
# On the CPU of the other node: what this script forks would take pages of the node under test.
taskset -p 2 $$ >/dev/null
taskset 3 numa-reclaim-bench run -y --rehearsal --dir /data -o "$out/record.jsonl" --modes 0,1,7 \
	--blocks "$(cat /bin/blocks)" \
	2>"$out/stderr" >"$out/stdout" &
parent=$!
until is_gone "$parent"; do
	look_at_child
	sleep 0.05
done
wait "$parent"
echo $? >"$out/exit"
send_files

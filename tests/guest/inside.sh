#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# shellcheck disable=SC2034,SC2154 # variables of the scripts that source it, and for them
# inside.sh: sourced by the scripts that run in a guest, as /bin/inside.sh. They set $parent, the pid
# of a run, and $case_out, a directory.

# What goes back to the host, as a tar archive on stdout in the end.
out=/tmp/out
# Looks of 0.1 s are counted, not seconds: a guest that its host starves is not late.
looks_3s=30
looks_60s=600

knob_file=/proc/sys/vm/zone_reclaim_mode
journal=/run/numa-reclaim-bench/state.json

say() {
	echo "$*" >&2
}

# step NAME COMMAND...: its stdout, stderr and exit status.
step() {
	step_name=$1
	shift
	"$@" >"$out/$step_name" 2>"$out/$step_name.err"
	echo $? >"$out/$step_name.exit"
	say "$step_name: exit $(cat "$out/$step_name.exit")"
}

send_files() {
	tar -C "$out" -czf - .
}

knob() {
	cat "$knob_file"
}

vmstat_of() { # NAME
	awk -v name="$1" '$1 == name { print $2 }' /proc/vmstat
}

set_knob() { # VALUE
	echo "$1" >"$knob_file"
}

# wait_until LOOKS COMMAND...: false if it is still not so after LOOKS looks.
wait_until() {
	looks=$1
	shift
	until "$@"; do
		looks=$((looks - 1))
		if [ "$looks" -le 0 ]; then return 1; fi
		sleep 0.1
	done
}

is_gone() { # PID: ended, though nobody may have waited for it yet
	! grep -q '^State:	[^ZX]' "/proc/$1/status" 2>/dev/null
}

# Prints "PID PPID NAME" of every process of ours, zombies left out.
our_processes() {
	for dir in /proc/[0-9]*; do
		read -r line 2>/dev/null <"$dir/stat" || continue
		name=${line#*(}
		name=${name%)*}
		case $name in
		numa-reclaim-be | nrb-guard | nrb-holder | nrb-ballast) ;;
		*) continue ;;
		esac
		# shellcheck disable=SC2086 # the fields behind the name
		set -- ${line##*) }
		if [ "$1" != Z ]; then echo "${dir#/proc/} $2 $name"; fi
	done
}

# The pid of whom: parent is $parent; the others are found below it, by name.
pid_of() { # parent|guard|holder|ballast|child
	case $1 in
	parent) echo "$parent" ;;
	guard | holder | ballast) our_processes | awk -v p="$parent" -v n="nrb-$1" '$2 == p && $3 == n { print $1 }' ;;
	child) our_processes | awk -v p="$parent" '$2 == p && $3 !~ /^nrb-/ { print $1 }' ;;
	esac
}

# All that a run may set or make, as it is now. Some files cannot be read.
settings_now() {
	grep -H '' /proc/sys/vm/* /proc/sys/kernel/numa_balancing /sys/kernel/mm/lru_gen/enabled /sys/fs/cgroup/cgroup.subtree_control \
		2>/dev/null
	awk 'NR > 1 { print "swap", $1, $2, $3, $5 }' /proc/swaps
	find /sys/fs/cgroup /sys/kernel/tracing/instances -mindepth 1 -maxdepth 1 -type d
}

# MiB that the nodes have free, once what was given back last is there again.
free_now() {
	echo 1 >/proc/sys/vm/stat_refresh 2>/dev/null
	awk '$3 == "MemFree:" { kib += $4 } $1 == "count:" { kib += 4 * $2 } END { print int(kib / 1024) }' \
		/sys/devices/system/node/node*/meminfo /proc/zoneinfo
}

# Whole lines of cells that a record has so far.
cells_in() { # RECORD
	grep -c '^{"type":"cell"' "$1" 2>/dev/null
}

is_quiet() {
	[ -z "$(our_processes)" ]
}

# What a run left, into files of $case_out.
look() { # SUFFIX
	wait_until "$looks_3s" is_quiet || our_processes >"$case_out/left$1"
	knob >"$case_out/knob$1"
	if [ -e "$journal" ]; then touch "$case_out/journal$1"; fi
}

now_says() { # PATTERN, of the progress line as it is drawn on a terminal
	tail -c 200 "$case_out/stderr" | tr '\r' '\n' | tail -n 1 | grep -q "$1"
}

# Scans memory in vain, more than a node has in a fraction of a second.
scans_in_vain() {
	set -- "$(vmstat_of pgscan_direct)" "$(vmstat_of pgsteal_direct)"
	sleep 0.3
	set -- $(($(vmstat_of pgscan_direct) - $1)) $(($(vmstat_of pgsteal_direct) - $2))
	[ "$1" -gt 10000 ] && [ $(($2 * 100)) -lt "$1" ]
}

# Stopped: it would be ready before everybody is found.
holds_ballast() {
	ballast=$(pid_of ballast)
	if [ -z "$ballast" ] || ! kill -STOP "$ballast" 2>/dev/null; then return 1; fi
	if ! now_says ': [a-z]*, '; then return 0; fi
	kill -CONT "$ballast" 2>/dev/null
	return 1
}

# CELL/file: while the cache file is written; CELL/ballast: while free memory is taken;
# CELL/mode: while the mode is set; CELL/stall: while mode 4 stalls; else CELL/PHASE. $record: where its record is, if not there.
has_come() { # MOMENT
	if is_gone "$parent"; then return 0; fi
	if [ "$(cells_in "${record:-$case_out/record.jsonl}")" != $((${1%/*} - 1)) ]; then return 1; fi
	case $1 in
	*/file) now_says 'writing the cache file' ;;
	*/ballast) holds_ballast ;;
	*/mode) [ "$(knob)" = 7 ] ;;
	*/stall) [ "$(knob)" = 4 ] && scans_in_vain ;;
	*) now_says ": ${1#*/}, " ;;
	esac
}

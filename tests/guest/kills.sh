#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# kills.sh: every case of /bin/cases.tsv in turn, in one guest; what came of each goes to $out/NAME.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

# With the knob found at 3, so that neither 0 nor a mode under test is what must come back.
found=3
lru_gen=/sys/kernel/mm/lru_gen/enabled

# Values that are nobody's default, so that a default put back is seen. Bytes zero their ratio twins.
set_found() {
	set_knob "$found"
	echo 33554432 >/proc/sys/vm/dirty_background_bytes
	echo 67108864 >/proc/sys/vm/dirty_bytes
	echo 37 >/proc/sys/vm/swappiness
	# As good as none: on nodes this small, kills leave memory in pieces, and boosted watermarks would wake
	# kswapd in every soak.
	echo 1 >/proc/sys/vm/watermark_boost_factor
	# some of its parts, where it is on; where it is off, that is what must come back
	if [ "$(cat $lru_gen)" != 0x0000 ]; then echo 3 >$lru_gen; fi
}

# Sets $pids; false if one of them is not there, or the run is over.
find_all() { # WHOM+WHOM...
	pids=
	if is_gone "$parent"; then return 1; fi
	for one in $(echo "$1" | tr + ' '); do
		pid=$(pid_of "$one")
		if [ -z "$pid" ]; then return 1; fi
		pids="$pids $pid"
	done
}

# Everybody is there, and stays so since the parent is stopped; or the run is over.
caught_or_over() { # WHOM
	if is_gone "$parent"; then return 0; fi
	kill -STOP "$parent" 2>/dev/null
	if find_all "$1"; then return 0; fi
	kill -CONT "$parent" 2>/dev/null
	return 1
}

# The run is stopped in it: by the time that everybody is found, it would be over. "+SECONDS" after a
# moment, whoever is not there by then is waited for.
wait_for_moment() { # MOMENT, MOMENT+SECONDS or +SECONDS, WHOM
	case $1 in
	*/*) wait_until "$looks_60s" has_come "${1%+*}" || return 1 ;;
	esac
	case $1 in
	*+*) sleep "${1#*+}" && wait_until "$looks_60s" caught_or_over "$2" ;;
	*) kill -STOP "$parent" 2>/dev/null ;;
	esac
	find_all "$2"
}

# "parent+guard" die as one: a guard that saw its parent die, or a parent its guard, would act.
kill_all() { # SIGNAL WHOM, of whom $pids are
	case $2 in
	*+*) for pid in $pids; do kill -STOP "$pid"; done ;;
	esac
	for pid in $pids; do kill "-$1" "$pid" || touch "$case_out/missed"; done
}

# What is left may be cache of the program and of the record. The kernel frees some of a process after its
# end, and of a file after that of the last who had it.
is_free_again() {
	[ "$(free_now)" -ge $(($(cat "$case_out/free-before") - 24)) ]
}

one_case() { # NAME SIGNAL WHOM MOMENT RESTORE OPTIONS
	case_out=$out/$1
	mkdir -p "$case_out"
	set_found
	settings_now >"$case_out/settings-before"
	free_now >"$case_out/free-before"
	# shellcheck disable=SC2086 # options are words
	taskset 3 numa-reclaim-bench run -y --rehearsal --dir /data -o "$case_out/record.jsonl" --modes 7 \
		--reference 7 --alloc 16M --seed 1 --progress tty $6 \
		>"$case_out/stdout" 2>"$case_out/stderr" &
	parent=$!
	if wait_for_moment "$4" "$3"; then kill_all "$2" "$3"; else touch "$case_out/missed"; fi
	kill -CONT "$parent" 2>/dev/null
	wait "$parent"
	echo $? >"$case_out/exit"
	look ''
	settings_now >"$case_out/settings"
	wait_until "$looks_3s" is_free_again && touch "$case_out/free-again"
	free_now >"$case_out/free"
	if [ "$5" = restore ]; then
		numa-reclaim-bench restore >"$case_out/restore" 2>&1
		echo $? >"$case_out/restore-exit"
		look -restored
		settings_now >"$case_out/settings-restored"
	fi
	numa-reclaim-bench report "$case_out/record.jsonl" >"$case_out/report" 2>&1
	echo $? >"$case_out/report-exit"
	say "$1: exit $(cat "$case_out/exit"), knob $(knob)"
}

# A moment drawn may fall behind the end of a fast run, or between two holders: then it is tried again.
random_case() { # as one_case
	for _ in 1 2 3; do
		rm -rf "${out:?}/$1"
		one_case "$@"
		if [ ! -e "$case_out/missed" ]; then break; fi
	done
}

mkdir -p "$out"
# On the CPU of the other node: what this script forks would wake kswapd of the node under test.
taskset -p 2 $$ >/dev/null
while read -r name signal whom moment restore _ _ _ options; do
	case $name in
	random-*) random_case "$name" "$signal" "$whom" "$moment" "$restore" "$options" ;;
	*) one_case "$name" "$signal" "$whom" "$moment" "$restore" "$options" ;;
	esac </dev/null
done </bin/cases.tsv
send_files

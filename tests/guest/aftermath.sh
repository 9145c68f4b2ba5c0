#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# shellcheck disable=SC2154 # variables of inside.sh, which is sourced before
# aftermath.sh: sourced by the scripts that break off runs, as /bin/aftermath.sh: how all was before a run, and
# how it is after it, into files of $case_out.

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

# Wherever a run makes files; the lock's stays, which whoever comes next must find under the same name.
files_now() {
	find /run /data /tmp /dev/shm -mindepth 1 -path "$out" -prune -o -print |
		grep -v -x -e /run/numa-reclaim-bench -e /run/numa-reclaim-bench/lock
}

# KiB of the disk in use: files without a name are among them.
disk_now() {
	sync
	df -k /data | awk '{ used = $3 } END { print used }'
}

locked_now() { # KiB that nobody may take
	echo 1 >/proc/sys/vm/stat_refresh 2>/dev/null
	awk '$1 == "Mlocked:" { print $2 }' /proc/meminfo
}

before() {
	set_found
	settings_now >"$case_out/settings-before"
	files_now >"$case_out/files-before"
	disk_now >"$case_out/disk-before"
	locked_now >"$case_out/locked-before"
	free_now >"$case_out/free-before"
}

# What is left may be cache of the program and of the record. The kernel frees some of a process after its
# end, and of a file after that of the last who had it.
is_free_again() {
	[ "$(free_now)" -ge $(($(cat "$case_out/free-before") - 24)) ]
}

is_unlocked() {
	[ "$(locked_now)" -le "$(cat "$case_out/locked-before")" ]
}

look_at_all() { # SUFFIX
	look "$1"
	settings_now >"$case_out/settings$1"
	files_now >"$case_out/files$1"
}

restore_now() {
	numa-reclaim-bench restore >"$case_out/restore" 2>&1
	echo $? >"$case_out/restore-exit"
	look_at_all -restored
}

after() { # restore|-
	look_at_all ''
	wait_until "$looks_3s" is_free_again && touch "$case_out/free-again"
	free_now >"$case_out/free"
	if [ "$1" = restore ]; then restore_now; fi
	wait_until "$looks_3s" is_unlocked && touch "$case_out/unlocked"
	locked_now >"$case_out/locked"
	disk_now >"$case_out/disk"
	numa-reclaim-bench report "$case_out/record.jsonl" >"$case_out/report" 2>&1
	echo $? >"$case_out/report-exit"
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

# "parent+guard" die as one: a guard that saw its parent die, or a parent its guard, would act.
kill_all() { # SIGNAL WHOM, of whom $pids are
	case $2 in
	*+*) for pid in $pids; do kill -STOP "$pid"; done ;;
	esac
	for pid in $pids; do kill "-$1" "$pid" || touch "$case_out/missed"; done
}

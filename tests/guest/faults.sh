#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# faults.sh: every case of /bin/cases.tsv in turn, in one guest; what came of each goes to $out/NAME.
# What stands in the columns "before", "fault", "holds" and "after" is done here, by the words below.
# shellcheck disable=SC2034 # variables for what a case says
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

found=3
groups=/sys/fs/cgroup
tracing=/sys/kernel/tracing
victim=/tmp/victim

# Values that are nobody's default, so that a default put back is seen.
set_found() {
	set_knob "$found"
	echo 33554432 >/proc/sys/vm/dirty_background_bytes
	echo 67108864 >/proc/sys/vm/dirty_bytes
	echo 1 >/proc/sys/vm/watermark_boost_factor
}

# Which values the knob was given, one a line: what was not written cannot be seen in it.
trace_knob() {
	# shellcheck disable=SC2016 # $arg1 is the kernel's
	echo 'p:knob proc_dointvec_minmax name=+0(+0($arg1)):string write=$arg2:u32 value=+0($arg3):string' \
		>$tracing/kprobe_events
	echo 'write == 1 && name == "zone_reclaim_mode"' >$tracing/events/kprobes/knob/filter
	echo 1 >$tracing/events/kprobes/knob/enable
}

knob_was_given() {
	grep -A 1 'knob: ' $tracing/trace | sed -n 's/.*value="\([0-9]*\).*/\1/p'
}

never_given() { # VALUE
	! knob_was_given | grep -qx "$1"
}

# Disks. The spare one stands behind a table that can be made to fail.

spare_disk() {
	for found_disk in /sys/block/vd*; do
		if [ "$(cat "$found_disk/serial")" = nrb-spare ]; then echo "/dev/${found_disk##*/}"; fi
	done
}

table() { # linear | error | flakey: writes alone fail
	spare=$(spare_disk)
	sectors=$(cat "/sys/block/${spare##*/}/size")
	case $1 in
	linear) echo "0 $sectors linear $spare 0" ;;
	error) echo "0 $sectors error" ;;
	flakey) echo "0 $sectors flakey $spare 0 0 3600 1 error_writes" ;;
	esac
}

# Without udev the node in /dev is the kernel's.
disk_up() { # TYPE: ext4 | ext2, which cannot reserve
	export DM_DISABLE_UDEV=1
	for module in dm-mod dm-flakey; do
		insmod "/bin/$module.ko" 2>/dev/null
	done
	table linear | dmsetup create spare || return 1
	/bin/mke2fs -q -F -t "$1" -b 4096 -N 256 /dev/dm-0 || return 1
	mkdir -p /spare
	mount -t "$1" /dev/dm-0 /spare
}

disk_breaks() { # error | flakey
	table "$1" | dmsetup load spare
	dmsetup suspend --noflush --nolockfs spare
	dmsetup resume spare
}

disk_heals() {
	disk_breaks linear
}

disk_down() {
	disk_heals
	umount /spare
	dmsetup remove spare
}

fill_up() { # DIR: until it takes no more
	dd if=/dev/zero of="$1/fat" bs=64k 2>/dev/null
	! dd if=/dev/zero of="$1/lean" bs=512 2>/dev/null
}

empty_again() { # DIR
	rm -f "$1/fat" "$1/lean"
}

small() { # DIR KIB: a file system of that size
	mkdir -p "$1"
	mount -t tmpfs -o "size=$2k" tmpfs "$1"
}

# /run anew, so that it can be full, or read-only, and no other than ours suffers.
own_run() { # KIB
	mount -t tmpfs -o "mode=755,size=$1k" tmpfs /run
}

# What somebody who may not read it would have us write.
plant() { # LINK: to $victim
	echo precious >$victim
	mkdir -p "${1%/*}"
	ln -s $victim "$1"
}

victim_is_whole() {
	[ "$(cat $victim)" = precious ]
}

# Groups and namespaces, of the run alone.

group() { # NAME FILE VALUE
	echo "+${2%%.*}" >$groups/cgroup.subtree_control
	mkdir -p "$groups/$1"
	echo "$3" >"$groups/$1/$2"
}

join() { # NAME
	echo 0 >"$groups/$1/cgroup.procs"
}

ungroup() { # NAME
	rmdir "$groups/$1"
}

# Memory blocks that the node may lose: those of the module that was plugged in, which lie last.
plugged_blocks() {
	for block in /sys/devices/system/memory/memory[0-9]*; do
		if [ "$(cat "$block/removable" 2>/dev/null)" ] && [ -e "$block/node1" ] &&
			[ $((0x$(cat "$block/phys_index") * 0x$(cat /sys/devices/system/memory/block_size_bytes))) \
				-ge $((1 << 32)) ]; then
			echo "$block"
		fi
	done
}

plugged() { # online_movable | offline
	for block in $(plugged_blocks); do
		for _ in 1 2 3 4 5; do
			if echo "$1" >"$block/state"; then return 0; fi
		done
	done 2>/dev/null
	return 1
}

# Load of others.

# Reads back what its group has no room for, as fast as it can.
thrash() { # MIB ROOM_MIB
	group thrash memory.max "$2M"
	(
		join thrash
		dd if=/dev/zero of=/tmp/swapped bs=1M count="$1"
		while [ -e /tmp/swapped ]; do cat /tmp/swapped; done
	) >/dev/null 2>&1 &
	thrasher=$!
}

thrash_ends() {
	rm -f /tmp/swapped
	kill -KILL "$thrasher"
	wait "$thrasher"
	wait_until "$looks_3s" ungroup thrash
}

swap_disk() {
	for found_disk in /sys/block/vd*; do
		if [ "$(cat "$found_disk/serial")" = nrb-swap ]; then echo "/dev/${found_disk##*/}"; fi
	done
}

swapped() {
	awk '/^pswp(in|out) / { n += $2 } END { print n + 0 }' /proc/vmstat
}

# A case.

files_now() {
	find /data /run /dev/shm /tmp -path "$out" -prune -o -print
}

# That the directory of ours has.
ours_now() {
	ls -A "${journal%/*}/" 2>/dev/null
}

locked_now() {
	awk '/^Mlocked:|^Unevictable:/' /proc/meminfo
}

all_of_us() { # SIGNAL
	our_processes | while read -r pid _; do kill "-$1" "$pid"; done
}

# All stand still at its moment, so that what comes of it comes of the fault at that moment.
meet() { # MOMENT FAULT
	if [ "$1" = - ]; then return 0; fi
	wait_until "$looks_60s" has_come "$1"
	all_of_us STOP 2>/dev/null
	if is_gone "$parent"; then touch "$case_out/missed"; fi
	eval "$2" >"$case_out/fault" 2>&1 || touch "$case_out/fault-failed"
	all_of_us CONT 2>/dev/null
}

# A run that a fault should have ended would go on for minutes.
end() {
	wait_until "$looks_60s" is_gone "$parent" || { touch "$case_out/late" && kill -TERM "$parent"; }
	wait "$parent"
}

# COMMAND: options of the run that all have, or where it begins with none, a command of its own.
start() { # UNDER COMMAND
	case $2 in
	-*) command="numa-reclaim-bench run -y --rehearsal --dir $dir -o $record --modes 7 --reference 7 --alloc 16M --seed 1 --progress tty" ;;
	*) command= ;;
	esac
	if [ "$2" != - ]; then command="$command $2"; fi
	if [ -n "$watch" ]; then eval "$(echo "$command" | sed 's/ run -y/ run -n --json/')" >"$case_out/plan"; fi
	(
		eval "$1"
		eval "exec $command"
	) >"$case_out/stdout" 2>"$case_out/stderr" &
	parent=$!
	if [ -n "$watch" ]; then memwatch "$parent" >"$case_out/watch" & fi
}

one_case() { # NAME BEFORE UNDER MOMENT FAULT HOLDS AFTER COMMAND
	case_out=$out/$1 dir=/data watch=
	mkdir -p "$case_out"
	record=$case_out/record.jsonl
	set_found
	files_now >"$case_out/files-before"
	eval "$2" >"$case_out/before" 2>&1 || touch "$case_out/before-failed"
	settings_now >"$case_out/settings-before"
	ours_now >"$case_out/ours-before"
	locked_now >"$case_out/locked-before"
	: >$tracing/trace
	swapped_before=$(swapped)
	start "$3" "$8"
	meet "$4" "$5"
	end
	echo $? >"$case_out/exit"
	echo $(($(swapped) - swapped_before)) >"$case_out/swapped"
	look ''
	settings_now >"$case_out/settings"
	ours_now >"$case_out/ours"
	locked_now >"$case_out/locked"
	knob_was_given >"$case_out/given"
	eval "$6" >"$case_out/held" 2>&1 || touch "$case_out/holds-not"
	if [ -s "$record" ]; then
		numa-reclaim-bench report "$record" >"$case_out/report" 2>&1
		echo $? >"$case_out/report-exit"
		cp "$record" "$case_out/record" 2>/dev/null
	fi
	eval "$7" >"$case_out/after" 2>&1 || touch "$case_out/after-failed"
	files_now >"$case_out/files"
	say "$1: exit $(cat "$case_out/exit"), knob $(knob)"
}

mkdir -p "$out"
printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >/etc/passwd
trace_knob
# On a CPU of the other node: what this script forks would wake kswapd of the node under test.
taskset -p 2 $$ >/dev/null
while IFS= read -r line; do
	set --
	for field in 1 2 3 4 5 6 7 8; do
		value=$(echo "$line" | cut -f $field)
		if [ "$value" = - ] && [ $field != 4 ] && [ $field != 8 ]; then value=:; fi
		set -- "$@" "$value"
	done
	one_case "$@" </dev/null
done </bin/cases.tsv
send_files

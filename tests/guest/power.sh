#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# power.sh: boot 1 loses its power while a mode is set; boot 2 finds the disk as it was left, and goes on.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

case_out=$out/first
record=/data/record.jsonl
lost=/data/progress # there as soon as a run is begun

run() { # RECORD
	taskset 3 numa-reclaim-bench run -y --rehearsal --dir /data -o "$1" --modes 7 --reference 7 --alloc 16M --seed 1 \
		--progress tty
}

# Neither what is dirty is written nor a file system ended.
lose_power() {
	run $record >/dev/null 2>"$case_out/stderr" &
	parent=$!
	wait_until "$looks_60s" has_come 2/mode || exit 1
	echo b >/proc/sysrq-trigger
	sleep 60
	exit 1
}

files_now() {
	find /data /run /dev/shm -mindepth 1
}

mkdir -p "$case_out"
taskset -p 2 $$ >/dev/null
set_knob 3
if [ ! -e $lost ]; then
	touch $lost
	find /data -mindepth 1 >/data/before
	sync
	df -k /data | awk '{ used = $3 } END { print used }' >/data/used
	sync
	lose_power
fi
files_now >"$out/found"
cp /data/before /data/used $record "$out/"
df -k /data | awk '{ used = $3 } END { print used }' >"$out/used-now"
dmesg | grep -i 'ext4.*\(orphan\|recovery\|error\)' >"$out/dmesg"
step report numa-reclaim-bench report $record
step json numa-reclaim-bench report --json $record
step check numa-reclaim-bench check
step restore numa-reclaim-bench restore
step again run $record
step second run /data/second.jsonl
step report-second numa-reclaim-bench report /data/second.jsonl
knob >"$out/knob"
send_files

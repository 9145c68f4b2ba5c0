#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# shellcheck disable=SC2154 # variables of design.conf
# design.sh: runs as one designs them: a control, a run again, one that somebody disturbs, and as many
# blocks as an interval takes.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh
# shellcheck source=/dev/null
. /bin/design.conf # widths

swappiness=/proc/sys/vm/swappiness

run() { # NAME OPTION...
	run_name=$1
	shift
	step "$run_name" numa-reclaim-bench run -y --dir /data -o "$out/$run_name.jsonl" "$@"
	numa-reclaim-bench report --json "$out/$run_name.jsonl" >"$out/$run_name-report"
}

# While its third cell settles, of a warm-up and two blocks of two, somebody else sets a value.
run_disturbed() {
	case_out=$out/disturbed
	mkdir -p "$case_out"
	found=$(cat "$swappiness")
	numa-reclaim-bench run -y --rehearsal --dir /data -o "$case_out/record.jsonl" --modes 0,7 \
		--reference 0 --blocks 2 --alloc 24M --progress tty >"$case_out/stdout" 2>"$case_out/stderr" &
	parent=$!
	wait_until "$looks_60s" has_come 3/settle
	echo 61 >"$swappiness"
	wait "$parent"
	echo $? >"$out/disturbed.exit"
	cat "$swappiness" >"$case_out/swappiness"
	echo "$found" >"$swappiness"
	numa-reclaim-bench report "$case_out/record.jsonl" >"$case_out/report"
}

mkdir -p "$out"
set_knob 3
settings_now >"$out/settings-before"
run control --rehearsal --modes 0,7 --reference 0 --aa --blocks 2 --seed 7 --alloc 24M
run again --rehearsal --config "$out/control.jsonl"
run_disturbed
# no rehearsal, of which times are not weighed: no one is told anything about them here
for width in $widths; do
	run "width-$width" --modes 0,7 --reference 0 --width "$width%" --alloc 8M
done
settings_now >"$out/settings"
send_files

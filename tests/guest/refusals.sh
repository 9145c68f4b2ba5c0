#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# refusals.sh: every row of /bin/refusals.tsv for this guest, then the scenes that take two runs; what
# came of each goes to $out/NAME.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

found=4

# attempt NAME COMMAND: exit status, stdout and stderr.
attempt() {
	case_out=$out/$1
	mkdir -p "$case_out"
	sh -c "$2" >"$case_out/said" 2>&1
	echo $? >"$case_out/exit"
	say "$1: exit $(cat "$case_out/exit")"
}

start_run() { # NAME BLOCKS
	run_out=$out/$1
	mkdir -p "$run_out"
	numa-reclaim-bench run -y --rehearsal --dir /data -o "$run_out/record.jsonl" --modes 7 \
		--reference 7 --blocks "$2" --alloc 16M >"$run_out/said" 2>&1 &
	parent=$!
}

end_run() {
	case_out=$run_out
	wait "$parent"
	echo $? >"$case_out/exit"
	look ''
}

holds() { # VALUE
	[ "$(knob)" = "$1" ]
}

a_run_holds_the_lock() {
	set_knob "$found"
	start_run busy 50 # outlives what is tried meanwhile
	wait_until "$looks_60s" holds 0
	attempt busy-run "numa-reclaim-bench run -y --dir /data"
	attempt busy-restore "numa-reclaim-bench restore"
	attempt busy-check "numa-reclaim-bench check"
	kill -TERM "$parent"
	end_run
}

a_run_was_killed() {
	set_knob "$found"
	start_run killed 1
	wait_until "$looks_60s" holds 7
	guard=$(pid_of guard)
	kill -STOP "$guard"
	kill -KILL "$parent" "$guard"
	end_run
	attempt leftover-run "numa-reclaim-bench run -y --dir /data"
	attempt leftover-check "numa-reclaim-bench check"
	attempt leftover-restore "numa-reclaim-bench restore"
	look ''
	attempt leftover-restore-again "numa-reclaim-bench restore"
}

# Somebody else sets the knob to 5 when ours is HELD.
someone_else_writes() { # NAME HELD
	set_knob "$found"
	start_run "$1" 1
	wait_until "$looks_60s" holds "$2"
	set_knob 5
	end_run
}

mkdir -p "$out"
printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >/etc/passwd
nodes=$(find /sys/devices/system/node -maxdepth 1 -name 'node[0-9]*' | wc -l)
grep "^$nodes	" /bin/refusals.tsv >/tmp/cases
# A tab is white space to read, and a field may be empty.
while IFS= read -r line; do
	set_knob "$found"
	attempt "$(echo "$line" | cut -f 2)" "$(echo "$line" | cut -f 5-)" </dev/null
	look ''
done </tmp/cases
if [ "$nodes" = 2 ]; then
	a_run_holds_the_lock
	a_run_was_killed
	someone_else_writes foreign-fill 0
	someone_else_writes foreign-mode 7
fi
send_files

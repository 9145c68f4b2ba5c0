#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# steps.sh: every case of /bin/cases.tsv in turn (kills-steps.tsv); what came of each goes to $out/NAME.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh
# shellcheck source=tests/guest/aftermath.sh
. /bin/aftermath.sh

# With -p PID, or -D and a COMMAND, which stays our child: it stops after the NTH CALL on PATH.
stop_at() { # CALL PATH NTH WORD...
	call=$1 path=$2 nth=$3
	shift 3
	exec strace -o "$case_out/strace" -e "trace=$call" -P "$path" -e "inject=$call:signal=STOP:when=$nth" "$@"
}

# Its state says nothing: it is stopped at each of its calls, for strace to look.
is_stopped() { # PID
	is_gone "$1" || grep -q 'stopped by SIGSTOP' "$case_out/strace" 2>/dev/null
}

is_traced() { # PID
	grep -q '^TracerPid:	[1-9]' "/proc/$1/status"
}

start_run() { # WORD...: what starts it
	"$@" taskset 3 numa-reclaim-bench run -y --rehearsal --dir /data -o "$case_out/record.jsonl" --modes 7 \
		--reference 7 --alloc 8M --fill 40M --seed 1 --progress tty \
		>"$case_out/stdout" 2>"$case_out/stderr" &
	parent=$!
}

run_to_mode() {
	start_run exec
	wait_until "$looks_60s" has_come 1/mode
	kill -STOP "$parent"
}

end_run() {
	kill -CONT "$parent" 2>/dev/null
	wait "$parent"
	echo $? >"$case_out/exit"
}

# As it is at the step.
note_step() { # PID
	wait_until "$looks_60s" is_stopped "$1"
	knob >"$case_out/step-knob"
	if [ -e "$journal" ]; then cp "$journal" "$case_out/step-journal"; fi
	if [ -e "$journal.new" ]; then touch "$case_out/step-temp"; fi
}

parent_at_step() { # CALL PATH NTH WHOM
	start_run stop_at "$1" "$2" "$3" -D
	note_step "$parent"
	if find_all "$4"; then kill_all KILL "$4"; else touch "$case_out/missed"; fi
	end_run
}

# The parent is killed in the mode: its guard puts back, up to that step.
guard_at_step() { # CALL PATH NTH
	run_to_mode
	guard=$(pid_of guard)
	stop_at "$1" "$2" "$3" -p "$guard" &
	wait_until "$looks_60s" is_traced "$guard"
	kill -KILL "$parent"
	note_step "$guard"
	kill -KILL "$guard" || touch "$case_out/missed"
	end_run
}

# Run and guard are killed in the mode: restore puts back, up to that step.
restore_at_step() { # CALL PATH NTH
	run_to_mode
	find_all parent+guard && kill_all KILL parent+guard
	end_run
	wait_until "$looks_60s" is_quiet
	stop_at "$1" "$2" "$3" -D numa-reclaim-bench restore >"$case_out/stopped" 2>&1 &
	restoring=$!
	note_step "$restoring"
	kill -KILL "$restoring" || touch "$case_out/missed"
	wait "$restoring"
}

mkdir -p "$out"
taskset -p 2 $$ >/dev/null
while read -r name traced call path nth _ _ whom after _; do
	case_out=$out/$name
	mkdir -p "$case_out"
	before
	"${traced}_at_step" "$call" "$path" "$nth" "$whom" </dev/null
	after "$after" </dev/null
	say "$name: exit $(cat "$case_out/exit"), knob $(knob)"
done </bin/cases.tsv
send_files

#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# kills.sh: every case of /bin/cases.tsv in turn, in one guest; what came of each goes to $out/NAME.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

# shellcheck source=tests/guest/aftermath.sh
. /bin/aftermath.sh

service=/sys/fs/cgroup/service
keys=$out/keys

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
	case $2 in
	group | session | cgroup | terminal) set -- "$1" parent ;;
	esac
	case $1 in
	*/*) wait_until "$looks_60s" has_come "${1%+*}" || return 1 ;;
	esac
	case $1 in
	*+*) sleep "${1#*+}" && wait_until "$looks_60s" caught_or_over "$2" ;;
	*) kill -STOP "$parent" 2>/dev/null ;;
	esac
	find_all "$2"
}

# As a service manager starts it.
in_service() { # COMMAND...
	# shellcheck disable=SC2016 # of the inner shell
	sh -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$service" "$@"
}

below_terminal() {
	shell=$(cat "/proc/$terminal/task/$terminal/children")
	parent=$(our_processes | awk -v p="${shell% }" '$2 == p { print $1 }')
	[ -n "$parent" ]
}

# In the foreground of a terminal of its own, whose keys are pressed through descriptor 9. A shell stands between:
# script(1) would stop with its child, and have it go on before a key has reached it.
on_terminal() { # ARGUMENT...
	mkfifo "$keys"
	exec 9<>"$keys" # not to wait for a reader
	script -qfc "taskset 3 numa-reclaim-bench $*; exit \$?" "$case_out/stderr" <"$keys" >"$case_out/stdout" 2>&1 9>&- &
	terminal=$!
	wait_until "$looks_60s" below_terminal || touch "$case_out/missed"
}

start_run() { # WHOM OPTION...
	whom=$1
	shift
	set -- run -y --rehearsal --dir /data -o "$case_out/record.jsonl" --modes 7 --reference 7 --alloc 16M \
		--seed 1 --progress tty "$@"
	case $whom in
	terminal)
		on_terminal "$@"
		return
		;;
	cgroup) in_service taskset 3 numa-reclaim-bench "$@" >"$case_out/stdout" 2>"$case_out/stderr" & ;;
	*) setsid taskset 3 numa-reclaim-bench "$@" >"$case_out/stdout" 2>"$case_out/stderr" & ;;
	esac
	parent=$!
}

# Of a run on a terminal only the record tells.
end_run() { # WHOM
	if [ "$1" != terminal ]; then
		wait "$parent"
		echo $? >"$case_out/exit"
		return
	fi
	wait_until "$looks_60s" is_gone "$parent"
	exec 9>&-
	wait "$terminal"
	rm "$keys"
	sed -n 's/^{"type":"end",.*"exit_code":\([0-9]*\).*/\1/p' "$case_out/record.jsonl" >"$case_out/exit"
}

# Who cannot wait presses Ctrl-C again and again, also while all is put back.
until_gone() { # COMMAND...
	"$@"
	kill -CONT "$parent"
	times=1
	until is_gone "$parent"; do
		"$@" 2>/dev/null
		times=$((times + 1))
	done
	if [ "$times" -lt 2 ]; then touch "$case_out/missed"; fi
}

sees_signal() {
	grep -q '^ShdPnd:.*[1-9a-f]' "/proc/$parent/status" || is_gone "$parent"
}

# Into the terminal, and out of it to whoever is in the foreground.
press_ctrl_c() {
	printf '\003' >&9
	wait_until "$looks_3s" sees_signal
}

stop_for_5_s() { # of whom $pids are
	# shellcheck disable=SC2086 # one or several
	kill -STOP $pids
	case " $pids " in
	*" $parent "*) ;;
	*) kill -CONT "$parent" ;;
	esac
	sleep 5
	# shellcheck disable=SC2086
	kill -CONT $pids
}

members_of_session() {
	for dir in /proc/[0-9]*; do
		read -r line 2>/dev/null <"$dir/stat" || continue
		# shellcheck disable=SC2086 # the fields behind the name
		set -- ${line##*) }
		if [ "$4" = "$parent" ]; then echo "${dir#/proc/}"; fi
	done
}

# More than there is, until somebody was killed for it; ours are the first, if there is any justice.
take_all_memory() {
	kills_before=$(awk '$1 == "oom_kill" { print $2 }' /proc/vmstat)
	all=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)
	for _ in 1 2; do
		dd if=/dev/zero of=/dev/null bs=$((all * 6 / 10))M count=3 2>/dev/null &
	done
	hogs=$(jobs -p)
	for hog in $hogs; do
		if [ "$hog" != "$parent" ]; then wait "$hog"; fi
	done
	if [ "$(awk '$1 == "oom_kill" { print $2 }' /proc/vmstat)" -lt $((kills_before + 2)) ]; then touch "$case_out/missed"; fi
}

act() { # SIGNAL WHOM, of whom $pids are
	case $1:$2 in
	STOP:*) stop_for_5_s ;;
	OOM:*) take_all_memory ;;
	CTRL-C:*) until_gone press_ctrl_c ;;
	HANGUP:*) kill -KILL "$terminal" ;;
	INT-INT:*) until_gone kill -INT "$parent" ;;
	*:group) kill "-$1" "-$parent" ;;
	*:session)
		# shellcheck disable=SC2046 # pids
		kill "-$1" $(members_of_session)
		;;
	*:cgroup) echo 1 >$service/cgroup.kill || touch "$case_out/missed" ;;
	*) kill_all "$1" "$2" ;;
	esac
}

one_case() { # NAME SIGNAL WHOM MOMENT RESTORE OPTIONS
	case_out=$out/$1
	mkdir -p "$case_out"
	before
	# shellcheck disable=SC2086 # options are words
	start_run "$3" $6
	if wait_for_moment "$4" "$3"; then act "$2" "$3"; else touch "$case_out/missed"; fi
	kill -CONT "$parent" 2>/dev/null
	end_run "$3"
	after "$5"
	say "$1: exit $(cat "$case_out/exit"), knob $(knob)"
}

# A moment drawn may fall behind the end of a fast run, or between two holders: then it is tried again, sooner
# behind its stage.
random_case() { # as one_case
	for part in 1 0.5 0.1; do
		rm -rf "${out:?}/$1"
		one_case "$1" "$2" "$3" "${4%+*}+$(awk "BEGIN { print $part * ${4##*+} }")" "$5" "$6"
		if [ ! -e "$case_out/missed" ]; then break; fi
	done
}

mkdir -p "$out" "$service"
# On the CPU of the other node: what this script forks would wake kswapd of the node under test.
taskset -p 2 $$ >/dev/null
while read -r name signal whom moment restore _ _ _ options; do
	case $name in
	random-*) random_case "$name" "$signal" "$whom" "$moment" "$restore" "$options" ;;
	*) one_case "$name" "$signal" "$whom" "$moment" "$restore" "$options" ;;
	esac </dev/null
done </bin/cases.tsv
send_files

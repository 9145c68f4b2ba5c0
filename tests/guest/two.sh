#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# two.sh: every scene of /bin/rows.tsv (two.tsv), in it the commands of its rows; what came of each goes to $out/SCENE/NAME.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh
# shellcheck source=tests/guest/aftermath.sh
. /bin/aftermath.sh

races=5

container() { # COMMAND...: pid 1 of its pid namespace
	exec unshare -m -p -f --mount-proc "$@"
}

plain() { # COMMAND...
	exec "$@"
}

start_run() { # plain|container
	"$1" taskset 3 numa-reclaim-bench run -y --rehearsal --dir /data -o "$case_out/record.jsonl" --modes 7 \
		--reference 7 --alloc 8M --fill 40M --blocks 50 --seed 1 --progress tty \
		>"$case_out/stdout" 2>"$case_out/stderr" &
	started=$!
	parent=$started
	if [ "$1" = container ]; then wait_until "$looks_60s" find_parent; fi
}

find_parent() {
	parent=$(our_processes | awk -v p="$started" '$2 == p { print $1 }')
	[ -n "$parent" ]
}

scene_busy() {
	start_run plain
	wait_until "$looks_60s" has_come 1/mode
}

scene_ctr_busy() {
	start_run container
	wait_until "$looks_60s" has_come 1/mode
}

scene_ctr_killed() {
	scene_ctr_busy
	kill -KILL "$parent" # pid 1 there: with it goes everything, its guard too
	wait "$started"
	wait_until "$looks_60s" is_quiet
}

scene_killed() {
	scene_busy
	kill -STOP "$parent"
	find_all parent+guard && kill_all KILL parent+guard
	wait "$started"
	wait_until "$looks_60s" is_quiet
}

scene_killed_race() {
	scene_killed
}

scene_stale() {
	scene_killed
	sed 's/"boot_id": *"[^"]*"/"boot_id":"11111111-2222-3333-4444-555555555555"/' "$journal" >"$case_out/stale"
	cat "$case_out/stale" >"$journal"
}

scene_stale_run() {
	scene_stale
}

scene_damaged() {
	scene_killed
	dd if="$journal" of="$case_out/half" bs=100 count=2 2>/dev/null
	cat "$case_out/half" >"$journal"
}

scene_race() {
	parent=
}

# A run that lives was not touched by what was tried: it ends as it would have.
end_scene() {
	case $scene in
	busy | ctr-busy)
		if is_gone "$parent"; then touch "$case_out/missed"; fi
		kill -TERM "$parent"
		wait "$started"
		echo $? >"$case_out/exit"
		;;
	damaged) rm "$journal" && set_knob "$found" ;; # as is said there
	stale | stale-run) set_knob "$found" ;;
	esac
}

journal_now() {
	if [ -e "$journal" ]; then cat "$journal"; else echo gone; fi
}

is_one_gone() {
	is_gone "$one" || is_gone "$other"
}

# In the same moment; who is not refused at once is ended. Its exit statuses, sorted.
both() { # WORD...
	for _ in $(seq $races); do
		numa-reclaim-bench "$@" >"$row_out/said-one" 2>&1 &
		one=$!
		numa-reclaim-bench "$@" >"$row_out/said-other" 2>&1 &
		other=$!
		wait_until "$looks_60s" is_one_gone
		sleep 0.5
		kill -TERM "$one" "$other" 2>/dev/null
		wait "$one"
		code=$?
		wait "$other"
		printf '%s\n' $code $? | sort | tr '\n' ' ' >"$row_out/exit"
		cat "$row_out/said-one" "$row_out/said-other" >"$row_out/said"
		if [ "$1" = restore ] || [ "$(cat "$row_out/exit")" != '143 4 ' ]; then return; fi
	done
}

attempt() { # COMMAND: words
	# shellcheck disable=SC2086 # words
	case $1 in
	'both '*)
		both ${1#both }
		return
		;;
	'ctr '*) unshare -m -p -f --mount-proc numa-reclaim-bench ${1#ctr } ;;
	'userns '*) unshare -U -r -m -p -f --mount-proc numa-reclaim-bench ${1#userns } ;;
	*) numa-reclaim-bench $1 ;;
	esac >"$row_out/said" 2>&1
	echo $? >"$row_out/exit"
}

play() { # SCENE
	scene=$1
	case_out=$out/$scene
	mkdir -p "$case_out"
	before
	"scene_$(echo "$scene" | tr - _)"
	echo "$parent" >"$case_out/pid"
	grep "^$scene	" /bin/rows.tsv >"$case_out/rows"
	# A tab is white space to read, and a field may be empty.
	while IFS= read -r line; do
		row_out=$case_out/$(echo "$line" | cut -f 2)
		mkdir -p "$row_out"
		journal_now >"$row_out/journal-before"
		attempt "$(echo "$line" | cut -f 8-)" </dev/null
		journal_now >"$row_out/journal-after"
		knob >"$row_out/knob"
		say "$scene $(cat "$row_out/exit")"
	done <"$case_out/rows"
	end_scene
	after -
}

mkdir -p "$out"
cd "$out" || exit 1 # for records without a name
taskset -p 2 $$ >/dev/null
for one_scene in $(cut -f 1 /bin/rows.tsv | uniq); do
	play "$one_scene"
done
send_files

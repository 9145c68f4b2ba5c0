#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# stdout is data, stderr is talk: JSON, colour, character sets, streams that fail.

# shellcheck disable=SC2154,SC2016 # names come from cli.bash; bash -c expands

load cli.bash

has_escape() {
	grep -q $'\x1b' <<<"$output"
}

has_non_ascii() {
	LC_ALL=C grep -q '[^ -~]' <<<"$output"
}

# on_terminal ARGUMENT...: with stdout and stderr on a terminal.
on_terminal() {
	run script -qec "$(printf '%q ' "$NRB_BIN" "$@")" /dev/null </dev/null
}

@test '--json is one document and nothing else' {
	nrb 0 check --json
	json_is '.nodes | length > 0'
	nrb 0 check --json --root "$fixtures/cpuless-node"
	json_is '.nodes | length == 3'
	nrb 0 list --json
	json_is '.scenarios.matrix and .counters.zone_reclaim_failed'
	nrb 0 report --json "$records/mglru.jsonl"
	json_is '.records[0].rows | length > 0'
	nrb 0 report --json "$records/mglru.jsonl" "$records/matrix.jsonl"
	json_is '.records | length == 2'
	nrb 0 run -n --json --root "$fixtures/two-nodes"
	json_is '.arms | length == 8'
	nrb 0 rehearse -n --json --nodes 3
	json_is '.nodes == 3 and (.qemu | length > 0)'
}

@test '--json on failure' {
	json_fails 2 --json
	json_fails 2 run --json --modes 8
	json_fails 2 run --json
	json_fails 2 frobnicate --json
	json_fails 2 report --json
	json_fails 3 run -n --json --root "$fixtures/one-node"
	json_is '.error.hint | contains("rehearse")'
	json_fails 3 run -y --json --root "$fixtures/two-nodes"
	json_fails 7 report --json none.jsonl
	json_fails 7 report --json "$records/bad/broken-middle.jsonl"
	json_fails 7 report --json "$records/mglru.jsonl" "$records/bad/broken-middle.jsonl"
	echo mine >here
	json_fails 7 rehearse --json -o here
}

@test '--json of a cut record: the warning is on stderr alone' {
	nrb 0 report --json "$records/cut.jsonl"
	json_is '.records | length == 1'
	says_one_line 'warning: '
}

@test 'colour: a terminal only, unless asked for' {
	nrb 0 report "$records/mglru.jsonl"
	refute has_escape
	nrb 0 report --color always "$records/mglru.jsonl"
	has_escape
	CLICOLOR_FORCE=1 nrb 0 report "$records/mglru.jsonl"
	has_escape
	NO_COLOR=1 CLICOLOR_FORCE=1 nrb 0 report "$records/mglru.jsonl"
	refute has_escape
	NO_COLOR=1 nrb 0 report --color always "$records/mglru.jsonl"
	has_escape
}

@test 'colour on a terminal: not with NO_COLOR, TERM=dumb, --color never' {
	TERM=xterm on_terminal list
	[[ $status == 0 ]]
	has_escape
	TERM=xterm NO_COLOR=1 on_terminal list
	refute has_escape
	TERM=xterm NO_COLOR='' on_terminal list
	has_escape
	TERM=dumb on_terminal list
	refute has_escape
	TERM=xterm on_terminal list --color never
	refute has_escape
}

@test 'run on a terminal asks, and without a yes does nothing' {
	[[ $(id -u) == 0 && -z $(find /sys/devices/system/node -name node1) ]] ||
		skip 'only where a run would be refused anyway'
	on_terminal run
	[[ $status == 3 ]]
}

@test 'ASCII: --ascii, or a locale that is not UTF-8' {
	nrb 0 report "$records/mglru.jsonl"
	has_non_ascii
	nrb 0 report --ascii "$records/mglru.jsonl"
	refute has_non_ascii
	LC_ALL=C nrb 0 report "$records/mglru.jsonl"
	refute has_non_ascii
	LC_ALL=C nrb 0 check --root "$fixtures/two-nodes"
	refute has_non_ascii
}

@test 'COLUMNS: no line of a report is longer' {
	for width in 80 100 132; do
		COLUMNS=$width nrb 0 report "$records/mglru.jsonl"
		[[ $(wc -L <<<"$output") -le $width ]]
		COLUMNS=$width nrb 0 check --root "$fixtures/two-nodes"
		[[ $(wc -L <<<"$output") -le $width ]]
	done
}

@test 'a full disk: 7, said' {
	for words in 'list' 'list --json' '--help' '--version' "report $records/mglru.jsonl" \
		"report --csv $records/mglru.jsonl" "report --json $records/mglru.jsonl" \
		"check --root $fixtures/two-nodes" "check --json --root $fixtures/two-nodes" \
		"run -n --root $fixtures/two-nodes" "run -n --json --root $fixtures/two-nodes" \
		'rehearse -n' 'rehearse -n --json'; do
		# shellcheck disable=SC2086 # a command line
		run -7 --separate-stderr bash -c '"$@" >/dev/full' - "$NRB_BIN" $words
		[[ $stderr == *'No space left on device'* ]] || {
			echo "$words: $stderr"
			return 1
		}
	done
}

@test 'a closed stdout: 7, and no file takes its place' {
	for words in 'list' '--version' "report $records/mglru.jsonl" \
		"check --root $fixtures/two-nodes" "run -n --root $fixtures/two-nodes"; do
		# shellcheck disable=SC2086
		run -7 --separate-stderr bash -c '"$@" >&-' - "$NRB_BIN" $words
		[[ $stderr == *'Bad file descriptor'* ]]
	done
}

@test 'a closed stderr or stdin stops nothing' {
	run -0 bash -c '"$1" list 2>&- <&-' - "$NRB_BIN"
	[[ $output == *Scenarios* ]]
	run -2 bash -c '"$1" frobnicate 2>&-' - "$NRB_BIN"
	[[ -z $output ]]
}

@test 'a reader that went away ends report quietly' {
	run --separate-stderr bash -c 'set -o pipefail; "$1" list --json | head -c 1 >/dev/null' - "$NRB_BIN"
	[[ $status == 0 || $status == 141 ]]
	[[ -z $stderr ]]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# report: which records it takes, where it says what is wrong with them.

# shellcheck disable=SC2154 # names come from cli.bash

load cli.bash

@test 'a record' {
	nrb 0 report "$records/mglru.jsonl"
	[[ -z $stderr ]]
	[[ $output == *'reclaim ok/failed'* ]]
}

@test 'several records, and standard input' {
	nrb 0 report --csv "$records/mglru.jsonl" "$records/rehearsal.jsonl"
	[[ $(head -n 1 <<<"$output") == scenario,* ]]
	cp "$records/mglru.jsonl" .
	run --separate-stderr "$NRB_BIN" report - <mglru.jsonl
	[[ $status == 0 && $output == *'reclaim ok/failed'* ]]
}

@test 'a rehearsal says so' {
	nrb 0 report "$records/rehearsal.jsonl"
	[[ $output == *'times are not'* || $output == *'times are'$'\n'*'not'* ]]
}

@test 'cut in its last line: used up to there, warned, 0' {
	nrb 0 report "$records/cut.jsonl"
	says_one_line 'warning: .*cut.jsonl:[0-9]+: '
	[[ $output == *'reclaim ok/failed'* ]]
}

@test 'cut anywhere in its last line, at every byte' {
	head -n 3 "$records/mglru.jsonl" >whole
	head -n 2 whole >first
	tail -n 1 whole >last
	size=$(stat -c %s last)
	for ((n = 1; n < size; n += 1 + size / 20)); do
		cat first <(head -c "$n" last) >part.jsonl
		nrb 0 report part.jsonl
		says 'warning: part.jsonl'
	done
}

@test 'no end line: interrupted, 0' {
	nrb 0 report "$records/interrupted.jsonl"
	says_one_line 'warning: .*interrupted'
	[[ $output == *Interrupted* ]]
}

@test 'broken elsewhere: 7, with file and line' {
	nrb 7 report "$records/bad/broken-middle.jsonl"
	[[ -z $output ]]
	says_one_line 'broken-middle.jsonl:2: '
}

@test 'no header: 7' {
	nrb 7 report "$records/bad/no-header.jsonl"
	says_one_line 'no-header.jsonl:1: not a record'
}

@test 'every bad record: 7, one line, with file and line' {
	for bad in "$records"/bad/*.jsonl; do
		nrb 7 report "$bad"
		says_one_line "${bad##*/}:[0-9]+: "
	done
}

@test 'no such file, a directory, a binary: 7' {
	nrb 7 report none.jsonl
	says_one_line 'none.jsonl: No such file'
	nrb 7 report .
	says_one_line '\.'
	nrb 7 report "$NRB_BIN"
	says_one_line 'not a record'
}

@test 'what a record says cannot drive the terminal' {
	jq -c 'if .type == "header" then .host = "a\u001b[2Jb" else . end' "$records/mglru.jsonl" >evil.jsonl
	nrb 0 report evil.jsonl
	[[ $output == *'a\x1b[2Jb'* ]]
	refute grep -q $'\x1b' <<<"$output"
}

@test 'the region that does not matter: given now, recorded, or 5 percent' {
	nrb 0 report --json "$records/mglru.jsonl"
	[[ $(jq .records[0].roi <<<"$output") == 0.05 ]]
	jq -c 'if .type == "header" then .roi_ppm = 20000 else . end' "$records/mglru.jsonl" >narrow.jsonl
	nrb 0 report --json narrow.jsonl
	[[ $(jq .records[0].roi <<<"$output") == 0.02 ]]
	nrb 0 report --json --roi 12.5% narrow.jsonl
	[[ $(jq .records[0].roi <<<"$output") == 0.125 ]]
}

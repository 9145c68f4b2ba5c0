#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# compare: which records it takes together, what it says of them, and with which exit code it ends.

# shellcheck disable=SC2154 # names come from cli.bash

load cli.bash

compared=$NRB_TESTS/golden/records/compared

@test 'decided: 0; a claim that could have been and was not: 5' {
	nrb 0 compare "$compared/before.jsonl" "$compared/after.jsonl"
	[[ -z $stderr && $output == *'Paired by block'* ]]
	nrb 5 compare "$compared/kernel-old.jsonl" "$compared/kernel-new.jsonl"
	[[ -z $stderr && $output == *'Not paired, since'* && $output == *'stays unclear'* ]]
}

@test '5 is no failure: one document, and no error in it' {
	nrb 5 compare --json "$compared/kernel-old.jsonl" "$compared/kernel-new.jsonl"
	json_is '.unclear == 2 and (has("error") | not) and (.records | length == 2)'
	json_is '[.comparisons[0].rows[] | .effects[] | select(.metric == "local_ratio") | .verdict] ==
		["same", "worse", "same"]'
}

@test 'in a rehearsal times decide nothing' {
	nrb 0 compare --json "$compared/guest-old.jsonl" "$compared/guest-new.jsonl"
	json_is '[.comparisons[0].rows[].effects[] | select(.kind == "ratio") | .verdict] | unique == ["unranked"]'
	json_is '[.. | objects | select(.kind == "ratio") | has("effect")] | any | not'
}

@test 'guests and hardware: 2, nothing on stdout' {
	nrb 2 compare "$records/mglru.jsonl" "$compared/guest-new.jsonl"
	[[ -z $output ]]
	says_one_line 'mglru.jsonl is of hardware, .*guest-new.jsonl of a rehearsal: .*must not be mixed'
	jq -c 'if .type == "header" then .hypervisor = "KVM" | .run_id = "1" else . end' \
		"$records/mglru.jsonl" >kvm.jsonl
	nrb 2 compare "$records/mglru.jsonl" kvm.jsonl
	says_one_line 'kvm.jsonl of a virtual machine'
	nrb 2 compare kvm.jsonl "$compared/guest-new.jsonl"
	json_fails 2 compare --json "$records/mglru.jsonl" kvm.jsonl
}

@test 'one file only, or one run only: 2' {
	nrb 2 compare
	says_one_line 'compare of what\?'
	nrb 2 compare "$compared/before.jsonl"
	says_one_line 'but one run'
	nrb 2 compare "$compared/before.jsonl" "$compared/before.jsonl"
	[[ -z $output ]]
	says 'before.jsonl are one run, 00000000000000b1: counted once'
	says 'but one run'
}

@test 'a run that is named twice counts once, whichever copy comes first' {
	head -n 10 "$compared/after.jsonl" >part.jsonl
	nrb 0 compare --csv "$compared/before.jsonl" "$compared/after.jsonl"
	whole=$output
	nrb 0 compare --csv "$compared/before.jsonl" "$compared/after.jsonl" part.jsonl
	[[ $output == "$whole" ]]
	says 'counted once'
	nrb 0 compare -q --csv "$compared/before.jsonl" part.jsonl "$compared/after.jsonl"
	[[ $output == "$whole" ]]
	refute says 'counted once'
}

@test 'many hosts: any order, the same bytes' {
	nrb 0 compare "$compared"/host-?.jsonl
	first=$output
	nrb 0 compare "$compared"/host-{4,2,5,1,3}.jsonl
	[[ $output == "$first" && $output == *'3 hosts: '*'2 hosts: '* ]]
	[[ $output == *'1 better, 2 worse'* ]]
	nrb 0 compare --json "$compared"/host-{4,2,5,1,3}.jsonl
	json_is '.groups | length == 2 and (.[0].hosts | length == 3)'
	json_is '[.groups[0].summaries[] | select(.metric == "alloc_p99_ns") | .pooled.hosts] == [3]'
	json_is '[.groups[1].summaries[] | has("pooled")] | any | not'
}

@test 'two hosts are compared with each other' {
	nrb 5 compare "$compared/host-1.jsonl" "$compared/host-4.jsonl"
	[[ $output == *'fs-b1, kernel'*'against'*'fs-a1, kernel'*'Unlike machines'* ]]
}

@test 'nothing in common is said' {
	nrb 0 compare "$records/anon.jsonl" "$compared/guest-new.jsonl"
	[[ $output == *'no combination of factors in common'* ]]
}

@test 'standard input' {
	run --separate-stderr "$NRB_BIN" compare - "$compared/after.jsonl" <"$compared/before.jsonl"
	[[ $status == 0 && $output == *'Paired by block'* ]]
}

@test 'cut in its last line: warned, and compared; broken elsewhere, or none: 7' {
	head -c -100 "$compared/after.jsonl" >cut.jsonl
	nrb 0 compare "$compared/before.jsonl" cut.jsonl
	says_one_line 'warning: cut.jsonl:[0-9]+: '
	for bad in "$records"/bad/{broken-middle,no-header,too-deep,bucket-sum}.jsonl; do
		nrb 7 compare "$compared/before.jsonl" "$bad"
		[[ -z $output ]]
		says_one_line "${bad##*/}:[0-9]+: "
	done
	nrb 7 compare "$compared/before.jsonl" none.jsonl
	json_fails 7 compare --json "$compared/before.jsonl" none.jsonl
}

@test 'what a record says cannot drive the terminal' {
	for name in before after; do
		jq -c 'if .type == "header" then
			.host = "a\u001b[2Jb\u009b,\"" | .host_id = "" | .kernel = "7\u001b]0;x\u0007"
			else . end' "$compared/$name.jsonl" >"$name.jsonl"
	done
	for n in 1 2 3; do
		jq -c "if .type == \"header\" then .host = \"h\\u001b[3${n}m\" | .host_id = \"$n\" |
			.cpu = \"c\\u001b[2J\" else . end" "$compared/host-$n.jsonl" >"host-$n.jsonl"
	done
	for format in '' --csv --json; do
		# shellcheck disable=SC2086 # may be nothing
		nrb 0 compare $format before.jsonl after.jsonl
		refute grep -q $'[\x01-\x08\x0b-\x1f\x7f]' <<<"$output"
		# shellcheck disable=SC2086
		nrb 0 compare $format host-?.jsonl
		refute grep -q $'[\x01-\x08\x0b-\x1f\x7f]' <<<"$output"
	done
}

@test 'a full disk: 7' {
	to_full() {
		"$NRB_BIN" compare "$compared/before.jsonl" "$compared/after.jsonl" >/dev/full
	}
	run --separate-stderr to_full
	[[ $status == 7 ]]
	says_one_line 'No space left'
}

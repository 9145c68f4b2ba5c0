#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# export: one record for another tool; whole or not at all, and never a line of the record's own.

# shellcheck disable=SC2154 # names come from cli.bash

load cli.bash

formats='csv openmetrics sysctl.d tuned gnuplot hgrm'

@test 'csv is what report --csv prints' {
	nrb 0 report --csv "$records/mglru.jsonl"
	expected=$output
	nrb 0 export --format csv "$records/mglru.jsonl"
	[[ $output == "$expected" && -z $stderr ]]
}

@test 'standard input, and no terminal' {
	run --separate-stderr "$NRB_BIN" export --format gnuplot - <"$records/mglru.jsonl"
	[[ $status == 0 && $output == '# From run '* ]]
}

@test 'usage comes before the record' {
	nrb 2 export none.jsonl
	says_one_line 'export needs --format \(csv, openmetrics, sysctl.d, tuned, gnuplot or hgrm\)'
	nrb 2 export --format cvs none.jsonl
	says_one_line '--format: cannot take "cvs"'
	nrb 2 export --format csv
	says_one_line 'export of what'
	nrb 2 export --format csv a.jsonl b.jsonl
	says_one_line 'one record, not 2'
	nrb 2 export --format csv --mode 1 none.jsonl
	says_one_line '--mode goes with --format hgrm'
	nrb 2 export --format openmetrics --root / --arm 1 none.jsonl
	says_one_line '--arm goes with'
	nrb 2 export --format openmetrics --root . none.jsonl
	says_one_line '--root goes with --format sysctl.d and tuned'
}

@test 'a record that is none, or not there: 7, one line, nothing printed' {
	for format in $formats; do
		nrb 7 export --format "$format" "$records/bad/broken-middle.jsonl"
		says_one_line 'broken-middle.jsonl:2: '
		[[ -z $output ]]
		nrb 7 export --format "$format" none.jsonl
		says_one_line 'none.jsonl: No such file'
		json_fails 7 export --json --format "$format" none.jsonl
	done
}

@test 'an answer: a value in sysctl.d and in tuned' {
	for format in sysctl.d tuned; do
		nrb 0 export --format "$format" "$records/fileserver.jsonl"
		[[ $(grep -c '^[^#]*zone_reclaim_mode *= *0$' <<<"$output") == 1 ]]
		[[ -z $stderr ]]
	done
}

@test 'no answer: 5, why, and nothing to apply' {
	for format in sysctl.d tuned; do
		nrb 5 export --format "$format" -o snippet "$records/mglru.jsonl"
		says_one_line 'advises no value: the scenario fileserver was not measured'
		[[ -z $output && ! -e snippet ]]
		json_fails 5 export --json --format "$format" "$records/mglru.jsonl"
	done
}

@test 'what else sets it on this machine is named, from --root' {
	mkdir -p machine/etc/sysctl.d
	echo 'vm.zone_reclaim_mode = 1' >machine/etc/sysctl.d/99-x.conf
	nrb 0 export --format sysctl.d --root machine "$records/fileserver.jsonl"
	[[ $output == *'# - /etc/sysctl.d/99-x.conf to 1, read after this one, so it holds'* ]]
	nrb 7 export --format sysctl.d --root none "$records/fileserver.jsonl"
	says_one_line 'none'
}

@test 'hgrm is of one arm' {
	nrb 2 export --format hgrm "$records/mglru.jsonl"
	says_one_line '1: scenario=clean mode=0; 2: scenario=clean mode=1'
	[[ -z $output ]]
	nrb 0 export --format hgrm --mode 7 "$records/mglru.jsonl"
	[[ $output == *'mode=7'* && $output == *'#[Max     = '* ]]
	nrb 0 export --format hgrm --arm 8 "$records/mglru.jsonl"
	[[ $output == *'mode=7'* ]]
}

@test 'a file is replaced whole, and readable by others' {
	echo old >x.prom
	chmod 600 x.prom
	ln x.prom kept
	(umask 077 && nrb 0 export --format openmetrics -o x.prom "$records/mglru.jsonl")
	[[ $(stat -c %a x.prom) == 644 && $(cat kept) == old ]]
	nrb 0 export --format openmetrics "$records/mglru.jsonl"
	diff x.prom <(echo "$output")
	[[ $(ls -A) == $'kept\nx.prom' ]]
	nrb 0 export --format csv -o - "$records/mglru.jsonl"
	[[ $output == scenario,* && ! -e ./- ]]
}

@test 'what must not be replaced is not' {
	cp "$records/mglru.jsonl" run.jsonl
	ln -s run.jsonl link
	nrb 7 export --format csv -o run.jsonl run.jsonl
	says_one_line 'run.jsonl is the record itself'
	nrb 7 export --format csv -o link run.jsonl
	says_one_line 'link is no regular file'
	nrb 7 export --format csv -o /dev/null run.jsonl
	says_one_line '/dev/null is no regular file'
	[[ -c /dev/null ]]
	nrb 7 export --format csv -o none/x run.jsonl
	says_one_line 'none/x: No such file'
	cmp run.jsonl "$records/mglru.jsonl"
	[[ $(ls -A) == $'link\nrun.jsonl' ]]
}

@test 'a full disk: 7, and the old file stays' {
	"$NRB_BIN" export --format csv "$records/mglru.jsonl" >/dev/full 2>err && false
	grep -q 'No space left' err
	[[ $(wc -l <err) == 1 ]]
	echo old >x
	(
		trap '' XFSZ
		ulimit -f 1
		nrb 7 export --format openmetrics -o x "$records/mglru.jsonl"
		says_one_line 'x: File too large'
	)
	[[ $(cat x) == old && $(ls -A) == $'err\nx' ]]
}

@test '--json: the text in a document' {
	nrb 0 export --format gnuplot "$records/mglru.jsonl"
	expected=$output
	nrb 0 export --json --format gnuplot "$records/mglru.jsonl"
	json_is '.format == "gnuplot"'
	[[ $(jq -r .text <<<"$output") == "$expected" ]]
	nrb 0 export --json --format gnuplot -o x "$records/mglru.jsonl"
	json_is '.text | length > 0'
	[[ $(cat x) == "$expected" ]]
}

@test 'a rehearsal has no times of a machine' {
	nrb 0 export --format openmetrics "$records/rehearsal.jsonl"
	refute grep -Eq '(latency|access|alloc_max|per_second)' <<<"$output"
	refute grep -Ev '^#|rehearsal="true"' <<<"$output"
	for arguments in gnuplot 'hgrm --mode 0'; do
		# shellcheck disable=SC2086 # two words
		nrb 0 export --format $arguments "$records/rehearsal.jsonl"
		[[ $output == '# Rehearsal in a virtual machine: '* ]]
		says_one_line 'warning: .*rehearsal.jsonl is a rehearsal'
	done
	nrb 0 export --format csv "$records/rehearsal.jsonl"
	says_one_line 'warning: .*rehearsal.jsonl is a rehearsal'
	nrb 0 export --format tuned "$NRB_TESTS/../results/rehearsal/debian-7.3-fileserver.jsonl"
	[[ $output == '# Rehearsal in a virtual machine: '* ]]
}

@test 'a record cut in its last line: what there is, warned' {
	nrb 0 export --format openmetrics "$records/cut.jsonl"
	says_one_line 'warning: .*cut.jsonl:[0-9]+: '
	refute grep -q exit_code <<<"$output"
}

@test 'the record that is read from standard input is not overwritten' {
	cp "$records/mglru.jsonl" "$BATS_TEST_TMPDIR/r.jsonl"
	# shellcheck disable=SC2094 # just that is asked for
	run --separate-stderr "$NRB_BIN" export --format openmetrics - -o "$BATS_TEST_TMPDIR/r.jsonl" \
		<"$BATS_TEST_TMPDIR/r.jsonl"
	[[ $status == 7 && $stderr == *'is the record itself'* ]]
	cmp "$records/mglru.jsonl" "$BATS_TEST_TMPDIR/r.jsonl"
}

@test 'children that were ignored by who started us are waited for' {
	(
		trap '' CHLD
		timeout 60 "$NRB_BIN" report --html "$BATS_TEST_TMPDIR/page.html" "$records/mglru.jsonl"
	)
	[[ -s $BATS_TEST_TMPDIR/page.html ]]
}

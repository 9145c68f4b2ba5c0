#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# report --html: a page that is whole, or not there; what its pictures are made of.

# shellcheck disable=SC2154 # names come from cli.bash

load cli.bash

setup_file() {
	for program in gnuplot tidy xmllint; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
}

# Libxml2 reads pages as of HTML 4, so it is given XML, which they are too, and that is stricter.
check_page() {
	xmllint --noout "$1"
	tidy -e -q "$1"
	[[ -s $1 ]]
	grep -q "default-src 'none'; style-src 'unsafe-inline'" "$1"
	refute grep -Eiq '<script|<link|<img|<iframe|<object|javascript:|@import|url\(| on[a-z]+=' "$1"
	# what the page would fetch; the name of a namespace is none
	refute grep -Eq '(src|href)="[^#]' "$1"
	refute grep -Pq '[^\n\x20-\x7e]' "$1"
}

# As nrb 0, with no program to be found.
without_gnuplot() {
	run --separate-stderr env PATH=/nonexistent "$NRB_BIN" "$@"
	[[ $status == 0 ]]
}

@test 'a page with pictures, and their tables' {
	nrb 0 report --html page.html "$records/mglru.jsonl"
	[[ -z $output && -z $stderr ]]
	check_page page.html
	[[ $(grep -c '<svg ' page.html) -ge 5 ]]
	[[ $(grep -c '<svg ' page.html) == $(grep -c '<summary>The numbers' page.html) ]]
	[[ $(grep -c 'role="img"' page.html) == $(grep -c '<svg ' page.html) ]]
	[[ $(grep -c '^<desc>' page.html) == $(grep -c '<svg ' page.html) ]]
	refute grep -q 'class="banner"' page.html
	[[ $(stat -c %a page.html) == $(touch new; stat -c %a new) ]]
	[[ $(find . -mindepth 1 | sort) == $'./new\n./page.html' ]]
}

@test 'every record makes a page' {
	for record in "$records"/*.jsonl; do
		rm -f page.html
		nrb 0 report --html page.html "$record"
		refute grep -q 'pictures are missing' page.html
		check_page page.html
	done
}

@test 'several records: a part for each; ids are of one' {
	nrb 0 report --html page.html "$records/mglru.jsonl" "$records/rehearsal.jsonl"
	check_page page.html
	[[ $(grep -c '^<section>' page.html) == 2 ]]
	[[ -z $(grep -o ' id="[^"]*"' page.html | sort | uniq -d) ]]
}

@test 'a rehearsal says so before all else, and ranks no time' {
	nrb 0 report --html page.html "$records/rehearsal.jsonl"
	[[ $(grep -n 'times are not' page.html | head -n 1 | cut -d: -f1) -lt $(grep -n Verdict page.html | head -n 1 | cut -d: -f1) ]]
	refute grep -q 'Lower' page.html
	refute grep -q 'times and rates' page.html
	nrb 0 report --html other.html "$records/mglru.jsonl"
	grep -q 'Lower is better' other.html
	refute grep -q 'times are not' other.html
}

@test 'without gnuplot: all tables, and how to get the pictures' {
	without_gnuplot report --html page.html "$records/mglru.jsonl"
	says_one_line 'gnuplot is not installed'
	check_page page.html
	refute grep -q '<svg' page.html
	grep -q 'Debian: gnuplot-nox' page.html
	nrb 0 report --html drawn.html "$records/mglru.jsonl"
	[[ $(grep -c '<table' page.html) == $(grep -c '<table' drawn.html) ]]
	[[ $(grep -c '<details open="open">' page.html) == $(grep -c '<details>' drawn.html) ]]
}

@test 'a gnuplot that fails, or draws what we do not take: said, and the page is whole' {
	mkdir bin
	for does in 'exit 1' 'echo no picture' \
		"echo '<svg viewBox=\"0 0 9 9\"><script>x</script></svg>'" \
		"echo '<svg viewBox=\"0 0 9 9\"><g onclick=\"x\"/></svg>'"; do
		printf '#!/bin/sh\n%s\n' "$does" >bin/gnuplot
		chmod +x bin/gnuplot
		rm -f page.html
		PATH=$PWD/bin:$PATH nrb 0 report --html page.html "$records/mglru.jsonl"
		check_page page.html
		refute grep -q '<svg' page.html
		grep -Eq '([0-9]+) of \1 pictures are missing' page.html
	done
}

@test 'an existing file is left alone: 7' {
	echo mine >page.html
	nrb 7 report --html page.html "$records/mglru.jsonl"
	says_one_line 'page.html exists \(nothing is ever overwritten'
	[[ $(<page.html) == mine ]]
	ln -s nowhere link.html
	nrb 7 report --html link.html "$records/mglru.jsonl"
	mkdir here.html
	nrb 7 report --html here.html "$records/mglru.jsonl"
	nrb 7 report --html none/page.html "$records/mglru.jsonl"
	says_one_line 'cannot make the page none/page.html: No such file'
}

@test 'a broken record leaves no page: 7' {
	nrb 7 report --html page.html "$records/mglru.jsonl" "$records/bad/broken-middle.jsonl"
	says_one_line 'broken-middle.jsonl:2: '
	[[ -z $(find . -mindepth 1) ]]
}

@test 'a full disk leaves no page: 7' {
	# as a full disk does, a limit on files ends writing
	# shellcheck disable=SC2016 # for the inner bash
	run --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 8; "$0" report --html page.html "$1"' \
		"$NRB_BIN" "$records/mglru.jsonl"
	[[ $status == 7 ]]
	says_one_line 'page.html: File too large'
	[[ -z $(find . -mindepth 1) ]]
}

@test 'scripts are left in a new directory, and gnuplot draws them' {
	nrb 0 report --html page.html --plots plots "$records/mglru.jsonl"
	[[ $(find plots -name '*.gp' | wc -l) == $(grep -c '<svg ' page.html) ]]
	for script in plots/*.gp; do
		gnuplot "$script" | xmllint --noout -
	done
	nrb 7 report --html other.html --plots plots "$records/mglru.jsonl"
	says_one_line 'plots exists \(nothing is ever overwritten'
	[[ ! -e other.html ]]
}

@test 'scripts are left also where there is no gnuplot' {
	without_gnuplot report --html page.html --plots plots "$records/mglru.jsonl"
	[[ -s plots/01-locality.gp ]]
}

@test 'a hostile record reaches neither the page nor gnuplot' {
	# shellcheck disable=SC2016 # what a shell would run
	evil='<script>alert(1)</script>\"'"'"'`touch pwned`\u001b[2J\u202e!touch pwned'
	jq -c --arg evil x "if .type == \"header\" then
			.host = \"$evil\" | .cpu = \"$evil\" | .kernel = \"$evil\" | .hypervisor = \"$evil\"
		elif .type == \"cell\" then
			.scenario = \"\`!<b>\" | .policy = \"<i>\\\"\" | .set = \"$evil\" |
			.note = \"$evil\" | if .block > 1 then .status = \"disturbed\" else . end
		else . end" "$records/mglru.jsonl" >evil.jsonl
	nrb 0 report --html page.html --plots plots evil.jsonl
	check_page page.html
	refute grep -q '<b>\|<i>\|alert(1)<' page.html
	grep -q '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&#96;touch pwned&#96;\\x1b\[2J' page.html
	refute grep -rq 'script>\|pwned\|<b>\|<i>\|[`!]' plots
	[[ ! -e pwned ]]
}

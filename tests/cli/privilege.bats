#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2094,SC2154 # each test has its own PATH; stderr is of bats
# What the program trusts, touches and hands on. Runs are watched in a guest (tests/guest/privilege.py).
load cli

record=$records/mglru.jsonl

# Who puts a program where others may write has it run by root no more.
plant() { # DIR SCRIPT
	mkdir -p "$1"
	printf '#!/bin/sh\n%s\n' "$2" >"$1/gnuplot"
	chmod 755 "$1/gnuplot"
}

# A kernel with all that build-guest wants built in, and a QEMU that tells what it has.
a_guest() {
	mkdir bin modules tmp
	: >modules/modules.dep
	printf '%s\n' virtio_pci.ko virtio_blk.ko ext4.ko >modules/modules.builtin
	cat >bin/qemu-system-x86_64 <<-SCRIPT
		#!/bin/sh
		env >"$PWD/environment"
		grep -E '^(Cap|NoNewPrivs)' /proc/self/status >"$PWD/rights"
		readlink /proc/\$\$/fd/* >"$PWD/descriptors"
		echo NRB-EXIT 3 >ttyS1
	SCRIPT
	chmod 755 bin/qemu-system-x86_64
	export TMPDIR=$PWD/tmp PATH=$PWD/bin:$PATH
}

rehearse=(rehearse -o rec.jsonl --kernel /dev/null --modules modules --nodes 2 --node-mem 256M --swap off)

# As tests/straced.py says: paths opened for writing, made or removed, and "x PATH" of what was executed.
touched() {
	python3 "$NRB_TESTS/straced.py" trace "$PWD"
}

# LeakSanitizer of a developer build cannot work below strace.
trace() { # STATUS ARGUMENT...
	local expected=$1

	shift
	run --separate-stderr env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -y -s 300 -o trace \
		-e trace=%file,%process,fchdir,fchmod,fchown,ftruncate -e signal=none "$NRB_BIN" "$@" </dev/null
	[[ $status == "$expected" ]] || {
		echo "exit $status: $stderr"
		return 1
	}
}

# touched_only PATTERN...: nothing else was, but something was.
touched_only() {
	local IFS='|'

	touched >touched-paths
	[[ -s touched-paths ]]
	refute grep -Evx "$*" touched-paths
}

@test 'a symlink is planted where a file is to be made: 7, it is not followed' {
	echo mine >victim
	mkdir mine
	for target in victim nowhere mine; do
		for way in "page.html report --html page.html $record" \
			"plots report --html page.html --plots plots $record" \
			"x.prom export --format openmetrics -o x.prom $record" \
			'rec.jsonl rehearse -o rec.jsonl' \
			'kept rehearse -o rec.jsonl --keep kept'; do
			read -r name arguments <<<"$way"
			ln -s "$target" "$name"
			# shellcheck disable=SC2086 # arguments are words
			nrb 7 $arguments
			[[ $(readlink "$name") == "$target" && $(<victim) == mine && ! -e nowhere ]]
			[[ -z $(ls mine) ]]
			rm "$name"
			[[ $(find . -mindepth 1 | sort) == $'./mine\n./victim' ]]
		done
	done
}

@test 'report --html is killed half-way: nothing is left' {
	plant bin 'kill -KILL $PPID'
	PATH=$PWD/bin:$PATH run "$NRB_BIN" report --html page.html "$record"
	[[ $status == 137 ]]
	[[ $(find . -mindepth 1 -newer bin | sort) == '' ]]
	[[ $(find . -mindepth 1 | sort) == $'./bin\n./bin/gnuplot' ]]
}

@test 'a gnuplot in the working directory is nobody to us' {
	plant . 'touch was-run'
	for path in . '' ":$PATH" ".:$PATH" "bin:$PATH"; do
		rm -f page.html
		PATH=$path run "$NRB_BIN" report --html page.html "$record"
		[[ $status == 0 && ! -e was-run ]]
	done
}

@test 'root takes no program from a directory or a file that others may write' {
	[[ $(id -u) == 0 ]] || skip 'only root has to'
	for mode in 777 775 1777; do
		plant open 'touch was-run'
		chmod "$mode" open
		rm -f page.html
		PATH=$PWD/open:$PATH nrb 0 report --html page.html "$record"
		[[ ! -e was-run ]]
		rm -r open
	done
	plant theirs 'touch was-run'
	chown 65534 theirs
	plant safe 'touch was-run'
	chmod 777 safe/gnuplot
	mkdir link
	ln -s "$PWD/theirs/gnuplot" link/gnuplot
	for dir in theirs safe link; do
		rm -f page.html
		PATH=$PWD/$dir:$PATH nrb 0 report --html page.html "$record"
		[[ ! -e was-run ]]
	done
	chmod 755 safe/gnuplot
	rm page.html
	PATH=$PWD/safe:$PATH nrb 0 report --html page.html "$record"
	[[ -e was-run ]]
}

@test 'gnuplot has no rights, no descriptors and no environment of ours' {
	plant bin "env >$PWD/environment; readlink /proc/\$\$/fd/* >$PWD/descriptors
		grep -E '^(Cap|NoNewPrivs)' /proc/self/status >$PWD/rights"
	SECRET=x LD_LIBRARY_PATH=/nowhere PATH=$PWD/bin:$PATH nrb 0 report --html page.html "$record" 7<"$record"
	refute grep -Ev '^(LC_ALL=C|HOME=/nonexistent|PWD=.*|_=.*|SHLVL=.*|OLDPWD=.*)$' environment
	refute grep -q mglru descriptors
	[[ $(grep -c NoNewPrivs:.1 rights) == 1 ]]
	# only root may empty the bounding set, and only he gains by it
	if [[ $(id -u) != 0 ]]; then sed -i /CapBnd/d rights; fi
	refute grep -Ev ':.0+$|NoNewPrivs' rights
}

@test 'what report and export touch' {
	if ! command -v strace >/dev/null; then skip 'strace is not installed'; fi
	trace 0 report "$record"
	touched_only "x $NRB_BIN"
	trace 0 report --html page.html --plots plots "$record"
	touched_only "x $NRB_BIN" 'x (/etc/alternatives|/usr/bin)/gnuplot.*' "$PWD(/page.html)?" "$PWD/plots(/[0-9]+-[a-z-]+\.gp)?" \
		'/proc/self/fd/[0-9]+' /dev/null '.*/fontconfig.*'
	trace 0 export --format openmetrics -o x.prom "$record"
	touched_only "x $NRB_BIN" "$PWD(/(x\.prom|#[0-9]+))?" '/proc/self/fd/[0-9]+'
	trace 0 export --format openmetrics "$record"
	touched_only "x $NRB_BIN"
}

@test 'what rehearse touches, and what its QEMU has' {
	if ! command -v strace >/dev/null; then skip 'strace is not installed'; fi
	a_guest
	SECRET=x LD_LIBRARY_PATH=/nowhere NRB_X=y BASH_ENV=/nowhere trace 3 "${rehearse[@]}" 7<"$record"
	refute grep -Ev '^(PATH|LC_ALL|HOME|TMPDIR|XDG_CACHE_HOME|https?_proxy|no_proxy|PWD|_|SHLVL|OLDPWD)=' environment
	refute grep -q mglru descriptors
	[[ $(grep -c NoNewPrivs:.1 rights) == 1 ]]
	if [[ $(id -u) == 0 ]]; then
		[[ $(awk '/Cap(Eff|Prm)/ { print $2 }' rights | sort -u) == 0000000000000004 ]]
		[[ $(awk '/Cap(Amb|I..)/ { print $2 }' rights | sort -u) == 0000000000000000 ]]
	fi
	# a shell for scripts that are its own, and what they run, of a system's directories
	touched_only "x $NRB_BIN" 'x (/usr)?/s?bin/[a-z0-9_.+-]+' 'x /lib.*/ld-linux.*' "x $PWD/bin/qemu-system-x86_64" \
		"$PWD/tmp/numa-reclaim-bench\.[A-Za-z0-9]{6}(/.*)?" "$PWD/rec\.jsonl" '/dev/(null|tty)' \
		"$PWD/(environment|rights|descriptors)" /proc/self/oom_score_adj
	[[ -z $(ls tmp) ]]
}

@test 'rehearse came to nothing: its record goes, who took its name meanwhile stays' {
	a_guest
	printf '#!/bin/sh\necho NRB-EXIT 3 >ttyS1\n' >bin/qemu-system-x86_64
	nrb 3 "${rehearse[@]}"
	[[ ! -e rec.jsonl ]]
	printf '#!/bin/sh\nrm %s; echo mine >%s; echo NRB-EXIT 3 >ttyS1\n' "$PWD/rec.jsonl" "$PWD/rec.jsonl" \
		>bin/qemu-system-x86_64
	nrb 3 "${rehearse[@]}"
	[[ $(<rec.jsonl) == mine ]]
}

@test 'a TMPDIR in which others may replace what is made: 7' {
	[[ $(id -u) == 0 ]] || skip 'only root has to'
	a_guest
	chmod 777 tmp
	nrb 7 "${rehearse[@]}"
	says_one_line 'others than root may replace what is in .*/tmp \(name another TMPDIR'
	[[ -z $(ls tmp) && ! -e environment && ! -e rec.jsonl ]]
	chmod 1777 tmp
	nrb 3 "${rehearse[@]}"
	[[ -e environment ]]
}

# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the cli tests share. NRB_BIN is the program, NRB_TESTS this tree's tests/.

bats_require_minimum_version 1.5.0
: "${NRB_BIN:?the program}" "${NRB_TESTS:?this tree}"
export LC_ALL=C.UTF-8
unset NO_COLOR CLICOLOR_FORCE COLUMNS

knob_file=/proc/sys/vm/zone_reclaim_mode
records=$NRB_TESTS/golden/records
fixtures=$NRB_TESTS/fixtures

read_knob() {
	cat "$knob_file" 2>/dev/null || echo absent
}

# No test may change this machine: every one checks the value before and after.
setup() {
	knob=$(read_knob)
	# bats keeps files of its own in the directory above
	mkdir "$BATS_TEST_TMPDIR/here"
	cd "$BATS_TEST_TMPDIR/here" || return
}

teardown() {
	[[ $(read_knob) == "$knob" ]]
}

# nrb STATUS ARGUMENT...: the program, no terminal; leaves $output and $stderr.
nrb() {
	local expected=$1

	shift
	run --separate-stderr "$NRB_BIN" "$@" </dev/null
	if [[ $status != "$expected" ]]; then
		echo "exit $status, not $expected: $*"
		echo "stdout: $output"
		# shellcheck disable=SC2154 # of run --separate-stderr
		echo "stderr: $stderr"
		return 1
	fi
}

# says PATTERN: stderr holds a line that matches it.
says() {
	grep -Eq -- "$1" <<<"$stderr" || {
		echo "stderr does not say \"$1\": $stderr"
		return 1
	}
}

# One line and no more on stderr, that begins with the program's name.
says_one_line() {
	[[ $(wc -l <<<"$stderr") == 1 && $stderr == 'numa-reclaim-bench: '* ]] || {
		echo "not one line of ours: $stderr"
		return 1
	}
	says "$1"
}

# refute COMMAND...: it fails; "!" before a command would be no assertion in bats.
refute() {
	if "$@"; then
		echo "holds, but should not: $*"
		return 1
	fi
}

# stdout is one JSON document for which the filter holds.
json_is() {
	jq -es 'length == 1' >/dev/null <<<"$output" && jq -e "$1" >/dev/null <<<"$output" || {
		echo "not JSON with $1: $output"
		return 1
	}
}

# json_fails STATUS ARGUMENT...: a failure is a document too, with the exit code in it.
json_fails() {
	nrb "$@"
	json_is ".error.code == $1 and (.error.message | length > 0)"
	[[ $stderr == *"$(jq -r .error.message <<<"$output")"* ]]
}

# A copy of the program that an unprivileged user reaches, and his identity.
as_nobody() {
	local dir

	if [[ $(id -u) != 0 ]]; then
		"$@"
		return
	fi
	dir=$(mktemp -d)
	chmod 755 "$dir"
	cp "$NRB_BIN" "$dir"
	local -i rc=0
	(cd / && setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
		"$dir/${NRB_BIN##*/}" "${@:2}") || rc=$?
	rm -r "$dir"
	return "$rc"
}

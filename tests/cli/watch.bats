#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# watch: what it prints where, and how it ends.

# shellcheck disable=SC2016,SC2154 # for the inner bash; names come from cli.bash

load cli.bash

@test 'lines: a heading, then every node and the machine, COUNT times' {
	nrb 0 watch 0.1 2 --root "$fixtures/four-nodes"
	[[ $(grep -c '^time  *node  *free-low' <<<"$output") == 1 ]]
	[[ $(grep -Ec '^[0-9:]{8}    3 ' <<<"$output") == 2 ]]
	[[ $(grep -Ec '^[0-9:]{8}  all mode [0-7] ok ' <<<"$output") == 2 ]]
	[[ $stderr == '' ]]
	# a heading again where a terminal of 24 rows would have lost it
	nrb 0 watch 0.1 5 --root "$fixtures/four-nodes"
	[[ $(grep -c '^time ' <<<"$output") == 2 ]]
}

@test 'JSON: an object a line' {
	nrb 0 watch 0.1 2 --json --root "$fixtures/two-nodes"
	jq -es 'length == 2 and all(.type == "tick" and .interval_ns > 90000000
		and (.nodes | map(.node)) == [0, 1] and (.machine.counts | has("allocstall")))' <<<"$output"
	[[ $(wc -l <<<"$output") == 2 ]]
}

@test 'metrics: once and at once without an INTERVAL' {
	nrb 0 watch --openmetrics --root "$fixtures/two-nodes"
	[[ $(grep -c '^# EOF$' <<<"$output") == 1 ]]
	grep -q '^numa_reclaim_bench_watch_node_free_bytes{node="1"} [0-9]*$' <<<"$output"
	nrb 0 watch 0.1 2 --openmetrics --root "$fixtures/two-nodes"
	[[ $(grep -c '^# EOF$' <<<"$output") == 2 ]]
}

@test 'what is no interval, count or machine' {
	nrb 2 watch 0
	says_one_line 'INTERVAL: cannot take "0" \(seconds from 0.1 to 86400'
	nrb 2 watch 1 none
	says_one_line 'COUNT: cannot take "none"'
	nrb 2 watch --json --openmetrics
	says_one_line 'choose one'
	nrb 3 watch --trace --root "$fixtures/two-nodes"
	says_one_line 'a recorded machine reclaims nothing'
	run -3 --separate-stderr as_nobody "$NRB_BIN" watch --trace 0.1 1
	says_one_line '--trace: '
	json_fails 7 watch --json --root "$PWD"
	mkdir proc
	touch proc/vmstat
	json_fails 3 watch --json --root "$PWD"
	says 'this kernel has no NUMA nodes'
}

@test 'this machine, without root' {
	run --separate-stderr as_nobody "$NRB_BIN" watch 0.1 1
	[[ $status == 0 && $stderr == '' ]]
	grep -Eq '^[0-9:]{8}    0 ' <<<"$output"
}

# Signal it once it shows something. What a shell starts in the background ignores SIGINT.
end_watch() { # SIGNAL ARGUMENT...
	rm -f ticks
	env --default-signal=INT,QUIT,HUP "$NRB_BIN" watch "${@:2}" >ticks &
	local pid=$!

	until [[ -s ticks ]]; do sleep 0.05; done
	kill "-$1" "$pid"
	wait "$pid"
}

@test 'Ctrl-C ends with 0 what has no end, every other signal by itself' {
	run -0 end_watch INT 0.1 --json
	jq -es 'length > 0 and all(.type == "tick")' ticks
	run -130 end_watch INT 0.1 1000
	run -143 end_watch TERM 0.1
	run -129 end_watch HUP 0.1
	ulimit -c 0
	run -131 end_watch QUIT 0.1
	run -143 end_watch TERM 0.1 --json
	jq -es 'last | .error.code == 143' ticks
}

@test 'nohup: the end of the terminal is not its end' {
	sh -c "trap '' HUP; exec \"\$0\" watch 0.2 5 --json" "$NRB_BIN" >ticks &
	local pid=$!

	until [[ -s ticks ]]; do sleep 0.05; done
	kill -HUP "$pid"
	wait "$pid"
	jq -es 'length == 5 and all(.type == "tick")' ticks
}

@test 'a reader that goes away ends it in silence' {
	run -0 --separate-stderr bash -c '"$0" watch 0.1 | head -n 1; exit $((${PIPESTATUS[0]} - 141))' "$NRB_BIN"
	[[ $stderr == '' ]]
	[[ $output == *'bytes now'* ]]
}

@test 'a terminal: drawn over what was drawn, or lines' {
	# what a terminal of 80 columns and 24 rows is sent
	watch_on_terminal() { # TERM ROWS
		run -0 script -qec "stty cols 80 rows $2; TERM=$1 $(printf %q "$NRB_BIN") watch 0.1 2" /dev/null </dev/null
	}
	watch_on_terminal xterm 24
	[[ $(grep -o $'\033\[H' <<<"$output" | wc -l) == 2 ]]
	grep -q 'numa-reclaim-bench watch: the last 0\.1' <<<"$output"
	# nothing that would have to be put back
	refute grep -q $'\033\[?' <<<"$output"
	watch_on_terminal xterm 10
	refute grep -q $'\033\[H' <<<"$output"
	watch_on_terminal dumb 24
	refute grep -q $'\033' <<<"$output"
	grep -q '^time ' <<<"$output"
}

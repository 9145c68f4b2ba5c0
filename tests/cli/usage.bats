#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is asked is checked before the machine is: exit 2, one line, the way out.

# shellcheck disable=SC2154 # names come from cli.bash

load cli.bash

@test 'no arguments: short help with two examples on stderr' {
	nrb 2
	[[ -z $output ]]
	says 'numa-reclaim-bench check '
	says 'numa-reclaim-bench rehearse '
	says '--help'
}

@test 'an option, but no command' {
	nrb 2 --modes 0
	says 'numa-reclaim-bench: no command'
	nrb 2 -q
}

@test 'unknown command: did you mean' {
	nrb 2 rport
	[[ -z $output ]]
	says_one_line 'no command rport; did you mean report\?'
}

@test 'unknown command like no other: see --help' {
	nrb 2 frobnicate
	says_one_line 'no command frobnicate \(see numa-reclaim-bench --help\)'
}

@test 'unknown option: did you mean' {
	nrb 2 run --mods 0
	says_one_line 'no option --mods; did you mean --modes\?'
	nrb 2 run --mods=0
	says_one_line 'did you mean --modes\?'
}

@test 'unknown short option' {
	nrb 2 check -x
	says_one_line 'check has no option'
}

@test 'an abbreviated option: spell it out' {
	nrb 2 run -n --root "$fixtures/two-nodes" --budg 10m
	says_one_line 'no option --budg; did you mean --budget\?'
	nrb 2 --js list
	says_one_line 'no option --js'
}

@test '--all is every scenario, and no --alloc' {
	nrb 2 run -n --root "$fixtures/two-nodes" --all 100M
	says_one_line 'run takes no "100M"'
	nrb 2 run -n --root "$fixtures/two-nodes" --all --scenario clean
	says_one_line '--all and --scenario'
}

@test 'an option of another command is unknown' {
	nrb 2 check --csv
	says_one_line 'check has no option --csv \(report, compare have --csv\)'
	nrb 2 run --nodes 2
	says_one_line 'no option --nodes; did you mean --modes\? \(rehearse has --nodes\)'
	nrb 2 rehearse --dir .
	says_one_line 'rehearse has no option --dir \(run, explain have --dir\)'
}

@test 'an option without its value' {
	nrb 2 run --modes
	says_one_line '--modes takes a value'
}

@test 'a value for an option that takes none' {
	nrb 2 run --yes=1
	says_one_line '--yes takes no value'
}

@test 'values out of range' {
	for bad in '--modes 8' '--modes 1,x' '--modes 0,8' '--modes -1' '--modes ,' '--reference 8' \
		'--reference x' '--blocks 0' '--blocks 1e9' '--budget 20x' '--budget -1' '--seed -1' \
		'--node x' '--cpu-node x' '--fill 1Q' '--alloc x' '--max-memory -1' '--progress often' \
		'--color sometimes' '--scenario ,' '--variant ,' '--lru-gen maybe' '--policy near' \
		'--page-size 1g' '--threads 0' '--threads 65' '--fill-on some' '--trim 1' '--set ,' \
		'--cpu-node same,x' '--roi 5' '--roi 100%' '--rehearsal --swap 1'; do
		# shellcheck disable=SC2086 # option and value
		nrb 2 run -n $bad
		bad=${bad#--rehearsal }
		says_one_line "${bad%% *}: cannot take"
		[[ -z $output ]]
	done
	for bad in '--nodes 0' '--nodes 65' '--node-mem 1M' '--cpus-per-node 0' '--distance 10' \
		'--distance 255' '--accel qemu'; do
		# shellcheck disable=SC2086
		nrb 2 rehearse -n $bad
		says_one_line "${bad%% *}: cannot take"
	done
}

@test 'rehearse checks what it hands to the inner run' {
	nrb 2 rehearse -n --modes 8
	says_one_line '--modes: cannot take "8"'
}

@test 'files to serve' {
	local run=(run -n --root "$fixtures/two-nodes")
	nrb 2 "${run[@]}" --file /etc/passwd
	says_one_line '--file goes with --scenario fileserver \(give both, or --all\)'
	nrb 7 "${run[@]}" --scenario fileserver --file nope
	says_one_line '--file nope: No such file'
	mkdir dir && mkfifo pipe && ln -s /etc/passwd link && : >empty
	nrb 2 "${run[@]}" --scenario fileserver --file dir
	says_one_line '--file dir is a directory'
	nrb 2 "${run[@]}" --scenario fileserver --file pipe # and does not wait for a writer
	says_one_line '--file pipe is a pipe'
	nrb 2 "${run[@]}" --scenario fileserver --file link
	says_one_line '--file link is a symbolic link'
	nrb 2 "${run[@]}" --scenario fileserver --file empty,empty
	[[ $stderr == *'--file empty is empty, and left out'*'all of them are empty'* ]]
	head -c 3M /dev/urandom >holed && truncate -s 300M holed && head -c 8M /dev/urandom >whole
	nrb 2 "${run[@]}" --scenario fileserver --file holed,whole,./holed
	[[ $stderr == *'holed: 297 MiB of 300 MiB are holes'*'--file ./holed is a file that was named before'* ]]
	[[ $stderr != *'whole: '* ]]
	truncate -s 700M large
	nrb 0 "${run[@]}" --all --sparse --file holed,large
	[[ $output == *'2 files of 1000 MiB'*'a nameless sparse file'* ]]
	nrb 0 "${run[@]}" --scenario fileserver --sparse --file large
	[[ $output == *'1 file of 700 MiB'* && $output != *'nameless'* ]]
	nrb 2 rehearse -n --file /etc/passwd
	says_one_line 'no option --file'
}

@test 'an unknown scenario' {
	nrb 2 run -n --root "$fixtures/two-nodes" --scenario nope
	says_one_line 'no scenario nope .*list'
}

@test 'an unknown variant, also for a rehearsal, which then builds nothing' {
	nrb 2 run -n --root "$fixtures/two-nodes" --variant nope
	says_one_line 'variant nope .*list'
	nrb 2 rehearse --scenario dirty --variant nope
	says_one_line 'variant nope .*list'
	nrb 2 rehearse --scenario nope
	says_one_line 'no scenario nope .*list'
	[[ -z $(ls -A) ]]
}

@test 'did you mean: scenarios, variants, settings, words' {
	nrb 2 run -n --root "$fixtures/two-nodes" --scenario drty
	says_one_line 'no scenario drty; did you mean dirty\?'
	nrb 2 rehearse -n --scenario dirty --variant wrtier
	says_one_line 'variant wrtier; did you mean writer\?'
	nrb 2 run -n --root "$fixtures/two-nodes" --set vm.swppiness=10
	says_one_line 'vm.swppiness may not be set; did you mean vm.swappiness\?'
	nrb 2 run -n --root "$fixtures/two-nodes" --policy locl
	says_one_line 'cannot take "locl" \(did you mean local\?\)'
}

@test 'settings that would starve the machine, or be another scenario' {
	nrb 2 run -n --root "$fixtures/two-nodes" --set vm.min_free_kbytes=90000
	says_one_line 'vm.min_free_kbytes=90000 would keep over 5 % of all memory .*give at most'
	nrb 2 run -n --root "$fixtures/two-nodes" --scenario dirty --set vm.dirty_ratio=50
	says_one_line 'scenario sets itself .*out of --set'
	nrb 0 run -n --root "$fixtures/two-nodes" --scenario dirty --set found,vm.dirty_ratio=50
	[[ $output == *'recorded as unsupported: --set names a setting'* ]]
}

@test 'a node that the guest has not, before one is booted' {
	nrb 2 rehearse --nodes 2 --node 9
	says_one_line '--node: the guest has no node 9; it has 2'
	nrb 2 rehearse -n --nodes 2 --cpu-node 7
	says_one_line '--cpu-node: the guest has no node 7; it has 2'
}

@test 'threads that share a CPU of the guest' {
	nrb 0 rehearse -n --threads 1,4
	says '4 threads share the 1 CPU of a guest.s node; --cpus-per-node 4'
}

@test '--set takes what is listed, and values that the setting can have' {
	nrb 2 run -n --root "$fixtures/two-nodes" --set vm.zone_reclaim_mode=1
	says_one_line 'vm.zone_reclaim_mode may not be set .*vm.swappiness'
	nrb 2 run -n --root "$fixtures/two-nodes" --set vm.swappiness=many
	says_one_line 'vm.swappiness=many'
}

@test '--swap: a rehearsal alone' {
	nrb 2 run -n --root "$fixtures/two-nodes" --swap on
	says_one_line 'swap stays as found .*rehearse'
}

@test 'more cells than a block may have' {
	nrb 2 run -n --root "$fixtures/two-nodes" --threads 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 \
		--policy local,bind,preferred,interleave,cpuset --lru-gen off,on --trim off,on \
		--page-size 4k,thp --fill-on target,all
	says_one_line 'over 4096 cells'
}

@test 'a node that the machine has not, also where it has but one' {
	nrb 2 run -n --node 99
	says_one_line 'no node 99'
	nrb 2 run -n --root "$fixtures/one-node" --node 99
	says_one_line 'no node 99; it has 0'
	nrb 2 run -n --root "$fixtures/memoryless-node" --node 2
	says_one_line 'node 2 has no memory; 0-1 have'
	nrb 2 run -n --root "$fixtures/two-nodes" --node 2
	says_one_line 'no node 2; it has 0(-|,)1'
}

@test 'a node without CPUs needs --cpu-node' {
	nrb 2 run -n --root "$fixtures/cpuless-node" --node 2
	says_one_line 'node 2 has no CPUs .*--cpu-node'
	nrb 0 run -n --root "$fixtures/cpuless-node" --node 2 --cpu-node 0
	nrb 2 run -n --root "$fixtures/cpuless-node" --node 0 --cpu-node 2
	says_one_line 'node 2 has no CPUs'
}

@test 'run without a terminal and without -y' {
	nrb 2 run
	says_one_line 'no terminal to ask on .*-y'
	nrb 2 run --root "$fixtures/two-nodes"
	[[ -z $output ]]
}

@test 'operands where there are none, none where there must be' {
	nrb 2 check here
	says_one_line 'check takes no "here"'
	nrb 2 report
	says_one_line 'report of what\?'
}

@test 'options that exclude each other' {
	nrb 2 run -y --json -o -
	says_one_line 'cannot both be on stdout'
	nrb 2 rehearse --json -o -
	says_one_line 'cannot both be on stdout'
	nrb 2 report --json --csv x
	nrb 2 report --html o --csv x
	nrb 2 report --plots d x
	says_one_line '--plots goes with --html'
	nrb 2 run -n --node all --node 0
	nrb 2 rehearse -n --kernel /boot/vmlinuz
	says_one_line '--kernel goes with --modules'
	nrb 2 rehearse -n --like own --nodes 2
	nrb 2 rehearse -n --like ''
	nrb 2 rehearse -n --kernel x --modules y --kernel-deb z
}

@test 'options before the command, with a value of their own' {
	nrb 0 --json list
	json_is '.scenarios.clean'
	nrb 0 --color never list
	nrb 0 --modes 0,1 run -n --root "$fixtures/two-nodes"
	[[ $output == *'modes       0 1,'* ]]
	nrb 0 -q --root "$fixtures/two-nodes" run -n
}

@test '--help: stdout, exit 0, at most 80 columns, every command' {
	for command in '' run rehearse check report list restore; do
		# shellcheck disable=SC2086 # none is none
		nrb 0 $command --help
		[[ -z $stderr ]]
		[[ $output == Usage:* ]]
		[[ $(wc -L <<<"$output") -le 80 ]] || {
			awk 'length > 80' <<<"$output"
			return 1
		}
		refute grep -q ' $' <<<"$output"
	done
}

@test '--help goes before what else is wrong with the words' {
	nrb 0 report --help
	nrb 0 run --help extra
}

@test '--version' {
	nrb 0 --version
	[[ $output =~ ^numa-reclaim-bench\ [0-9]+\.[0-9]+ ]]
	nrb 0 run -V
}

@test 'explain: a node, a CPU, an order, a kind or a value that is none' {
	nrb 2 explain --root "$fixtures/two-nodes" --node 2
	says_one_line '--node 2: this machine has no such node \(.*check. lists them\)'
	nrb 2 explain --root "$fixtures/two-nodes" --cpu 4
	says_one_line '--cpu 4: no such CPU is online'
	nrb 2 explain --root "$fixtures/memoryless-node" --node 2
	says_one_line '--node 2: that node has no memory'
	for words in '--order 11' '--order -1' '--gfp anon' '--mode 8' '--lru-gen yes' '--policy local,bind' '--node all'; do
		# shellcheck disable=SC2086 # two words
		nrb 2 explain $words
		says_one_line "${words%% *}: cannot take \"${words#* }\" \(.+\)"
	done
	nrb 2 explain --root "$fixtures/two-nodes" --node 1 --cpu 0 --policy local
	says_one_line "which is 0, not 1 \\(--policy preferred"
	nrb 2 explain --root "$fixtures/two-nodes" --node 1 --cpu 0 --gfp atomic
	says_one_line 'an interrupt has no policy'
	nrb 2 explain FILE
	says_one_line 'explain takes no "FILE"'
}

@test 'explain --verify: what no program can ask for, or sets something' {
	for words in '--gfp atomic' '--order 3' '--gfp dirty-write --order 1' '--policy interleave' '--policy cpuset'; do
		# shellcheck disable=SC2086 # several words
		nrb 2 explain --verify $words
		says_one_line '--verify cannot ask for that: '
	done
	for words in '--mode 1' '--lru-gen on'; do
		# shellcheck disable=SC2086 # two words
		nrb 2 explain --verify $words
		says_one_line '--verify sets nothing'
	done
	nrb 2 explain --count 2
	says_one_line 'add --verify'
	nrb 2 explain --verify --count 0
	says_one_line '--count: cannot take "0"'
}

@test 'an option of several commands: who has it' {
	nrb 2 check --policy local
	says_one_line 'check has no option --policy \(run, rehearse, explain have --policy\)'
}

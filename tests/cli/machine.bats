#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# check, list and run's plan on recorded machines; what is refused on them and here.

# shellcheck disable=SC2154 # names come from cli.bash

load cli.bash

@test 'check: exit 0 whatever it finds, on every recorded machine and here' {
	for root in "$fixtures"/*/ /; do
		nrb 0 check --root "$root"
		[[ $output == *'Nodes (MiB)'* ]]
	done
}

@test 'check works unprivileged' {
	run --separate-stderr as_nobody "$NRB_BIN" check
	[[ $status == 0 && $output == *'Nodes (MiB)'* ]]
}

@test 'explain: exit 0 whatever it finds, on every recorded machine and here' {
	for root in "$fixtures"/*/ /; do
		nrb 0 explain --root "$root"
		[[ $output == *'Where the kernel looks'* && $output == *'What it means'* ]]
	done
}

@test 'explain --verify: a page of this machine, as text and as JSON' {
	nrb 0 explain --verify --count 2
	[[ $output == *'2. Predicted: node '* && $output == *' 2 of 2 times'* ]]
	nrb 0 explain --verify --json --gfp dirty-write --dir /var/tmp
	json_is '.count == 1 and .blocks[0].came.is_whole and .blocks[0].request.gfp == "dirty-write"'
}

@test 'explain --verify works unprivileged, but for a ring' {
	run --separate-stderr as_nobody "$NRB_BIN" explain --verify
	[[ $status == 0 && $output == *' of 1 times'* ]]
	run --separate-stderr as_nobody "$NRB_BIN" explain --verify --gfp kernel
	[[ $status == 3 && $stderr == *CAP_NET_RAW* ]]
}

@test 'explain --verify: a recorded machine, a directory in memory' {
	nrb 3 explain --verify --root "$fixtures/two-nodes"
	says_one_line 'a recorded machine gives no page'
	nrb 3 explain --verify --gfp dirty-write --dir /dev/shm
	says_one_line 'not written to a disk \(tmpfs\) \(name another --dir\)'
}

@test 'explain works unprivileged' {
	run --separate-stderr as_nobody "$NRB_BIN" explain
	[[ $status == 0 && $output == *'Where the kernel looks'* ]]
}

@test 'explain: a kernel without the setting, and one that is told of no blocks' {
	nrb 0 explain --root "$fixtures/no-sysctl"
	[[ $output == *'no vm.zone_reclaim_mode'* ]]
	cp -r "$fixtures/two-nodes" machine
	rm machine/proc/buddyinfo
	nrb 0 explain --json --order 3 --mode 1 --root machine
	json_is '.modes[0] | .is_sure == false and .outcome == "page" and (.steps[0] | has("blocks") | not)'
}

@test 'explain: MGLRU asked of a kernel without it' {
	cp -r "$fixtures/one-node" machine
	rm -r machine/sys/kernel/mm/lru_gen
	nrb 3 explain --lru-gen on --root machine
	says_one_line 'this kernel has no MGLRU'
	nrb 0 explain --lru-gen off --root machine
}

@test 'explain: files that are not as they should be' {
	cp -r "$fixtures/two-nodes" machine
	echo none >machine/proc/sys/vm/zone_reclaim_mode
	nrb 7 explain --root machine
	says_one_line 'zone_reclaim_mode'
	echo 1 >machine/proc/sys/vm/zone_reclaim_mode
	echo 101 >machine/proc/sys/vm/min_unmapped_ratio
	nrb 7 explain --root machine
	says_one_line 'min_unmapped_ratio'
	echo 1 >machine/proc/sys/vm/min_unmapped_ratio
	echo 1-0 >machine/sys/devices/system/node/online
	nrb 7 explain --root machine
	says_one_line 'node/online'
	echo 0-1 >machine/sys/devices/system/node/online
	echo x >machine/sys/devices/system/node/node1/distance
	nrb 0 explain --root machine --node 1
	: >machine/proc/zoneinfo
	nrb 7 explain --root machine
	says_one_line 'zoneinfo'
}

@test 'check names what forbids a run' {
	nrb 0 check --root "$fixtures/one-node"
	[[ $output == *'one NUMA node'* ]]
	nrb 0 check --root "$fixtures/no-sysctl"
	[[ $output == *'zone_reclaim_mode'* ]]
}

# A recorded machine with the directory that a run leaves in /run.
machine_with_run() {
	cp -r "$fixtures/two-nodes" machine
	install -d -m 700 machine/run/numa-reclaim-bench
}

@test 'check says that a killed run left its journal, and the way out' {
	machine_with_run
	nrb 0 check --json --root machine
	json_is '[.obstacles[] | select(.exit_code == 4)] == [] and (.obstacles | length == 1)'
	echo '{}' >machine/run/numa-reclaim-bench/state.json
	nrb 0 check --root machine
	[[ $output == *'numa-reclaim-bench restore'* ]]
	nrb 0 check --json --root machine
	json_is '[.obstacles[] | select(.exit_code == 4)] | length == 1'
	[[ $(cat machine/run/numa-reclaim-bench/state.json) == '{}' ]]
}

@test 'check says that a run is under way' {
	machine_with_run
	exec {lock}>machine/run/numa-reclaim-bench/lock
	flock "$lock"
	nrb 0 check --json --root machine
	json_is '[.obstacles[] | select(.exit_code == 4)] | length == 1'
}

@test 'check --root of nothing' {
	nrb 7 check --root "$BATS_TEST_TMPDIR/none"
	says_one_line 'none: No such file'
}

@test 'one node: 3, and the way out' {
	nrb 3 run -n --root "$fixtures/one-node"
	says_one_line 'one NUMA node.*rehearse'
}

@test 'no sysctl: 3 for its values, and what still works' {
	nrb 3 run -n --root "$fixtures/no-sysctl" --modes 0,1
	says_one_line 'no vm.zone_reclaim_mode.*policies are compared instead'
	nrb 3 run -n --root "$fixtures/no-sysctl" --policy bind
	says_one_line 'no other factor is to be compared'
	nrb 0 run -n --root "$fixtures/no-sysctl"
	[[ $output == *'interleave'* ]]
	nrb 0 run -n --root "$fixtures/no-sysctl" --scenario matrix
	[[ $output == *'no setting of this machine'* ]]
}

@test 'no sysctl: other factors are compared, unless values were asked for' {
	nrb 0 run -n --root "$fixtures/no-sysctl" --policy local,bind
	[[ $output == *'modes       none'* && $output == *'2 in each block'* ]]
	nrb 3 run -n --root "$fixtures/no-sysctl" --policy local,bind --modes 0,1
	says_one_line 'no vm.zone_reclaim_mode'
	nrb 3 run -n --root "$fixtures/no-sysctl" --policy local,bind --reference 0
}

@test 'factors are crossed; what this machine cannot run is said' {
	nrb 0 run -n --json --root "$fixtures/kernel-6.1" --modes 0,1 --trim off,on --threads 1,4 \
		--set found,vm.swappiness=10
	json_is '(.arms | length) == 16 and .reference == 1'
	json_is '[.arms[] | select(.unsupported)] | length == 8 and all(.trim == "on")'
	json_is '[.arms[].set] | unique == [null, "vm.swappiness=10"]'
	json_is '.settings == ["vm.swappiness"]'
	nrb 3 run -n --root "$fixtures/kernel-6.1" --trim on
	says_one_line 'no nodeN/reclaim'
}

@test 'rehearse -n: a swap disk where one is asked for or needed' {
	nrb 0 rehearse -n
	[[ $output != *swap* ]]
	nrb 0 rehearse -n --swap off
	[[ $output != *serial=nrb-swap* ]]
	nrb 0 rehearse -n --swap off,on --nodes 3 --node-mem 256M
	[[ $output == *'swap:    768 MiB'* && $output == *serial=nrb-swap* ]]
	nrb 0 rehearse -n --json --scenario anon --nodes 2
	json_is '.swap_bytes == 1073741824'
}

@test 'a root that is not live: 3 for run, fine with -n' {
	nrb 3 run -y --root "$fixtures/two-nodes"
	says_one_line 'is not this machine .*-n'
	nrb 0 run -n --root "$fixtures/two-nodes"
	[[ $output == Plan* && -z $stderr ]]
	[[ -z $(ls -A) ]]
}

@test 'not root: 3' {
	run --separate-stderr as_nobody "$NRB_BIN" run -y --scenario matrix
	[[ $status == 3 ]]
	says_one_line 'not root: only root'
	run --separate-stderr as_nobody "$NRB_BIN" restore
	[[ $status == 3 ]]
	says_one_line 'only root'
}

@test 'the plan: values, reference, sizes' {
	nrb 0 run -n --root "$fixtures/two-nodes" --modes 1,7 --reference 4 --blocks 2 --seed 5
	[[ $output == *'1 4 7, against 4 (added'* ]]
	[[ $output == *'3 in each block'* && $output == *'2 blocks'* && $output == *'seed 5'* ]]
	nrb 0 run -n --root "$fixtures/kernel-6.1" --modes 0
	[[ $output == *'0 1, against 1 (added'* ]]
}

@test 'the region that does not matter stands in the plan' {
	nrb 0 run -n --root "$fixtures/two-nodes" --roi 2.5%
	[[ $output == *'differences of up to 2.5 % do not matter'* ]]
	nrb 0 run -n --json --root "$fixtures/two-nodes" --roi 2.5%
	[[ $(jq .roi_ppm <<<"$output") == 25000 ]]
	nrb 0 run -n --json --root "$fixtures/two-nodes"
	[[ $(jq .roi_ppm <<<"$output") == null ]]
	nrb 2 run -n --root "$fixtures/two-nodes" --roi 2.5% --scenario matrix
	says_one_line '--roi means nothing to scenario matrix'
}

@test 'the same seed makes the same plan' {
	nrb 0 run -n --json --root "$fixtures/four-nodes" --seed 7
	first=$output
	nrb 0 run -n --json --root "$fixtures/four-nodes" --seed 7
	[[ $output == "$first" ]]
}

@test 'a plan that takes too much memory: 7' {
	nrb 7 run -n --root "$fixtures/two-nodes" --max-memory 10M
	says_one_line '--max-memory'
	nrb 7 run -n --root "$fixtures/two-nodes" --alloc 4G
	says_one_line 'smaller --alloc'
}

@test 'list names scenarios, settings, fields, counters, in columns' {
	nrb 0 list
	[[ $output =~ $'\n'\ \ clean\ {10} && $output == *vm.zone_reclaim_mode* ]]
	[[ $output == *alloc_pages* && $output == *zone_reclaim_success* ]]
	[[ $output =~ $'\n'\ \ policy\ {9} && $output == *'cpuset: where'* ]]
	[[ $output =~ $'\n'\ \ \ \ clean-first\ {13} && $output == *vm.dirty_background_bytes* ]]
	COLUMNS=60 nrb 0 list
	[[ $(wc -L <<<"$output") -le 60 ]]
}

@test 'list says what a scenario needs of the machine' {
	nrb 0 list --json
	needs=$(jq -c '.scenarios | [.clean, .dirty, .neighbour, .headroom] | map(.needs)' <<<"$output")
	file='"a second node with memory","a file on a disk"'
	[[ $needs == "[[$file],[$file,\"that file's space on the disk\"],"* ]]
	[[ $needs == *'"CPUs on another node with memory"'*'"loopback to be up"'* ]]
}

@test 'rehearse -n: the plan, nothing built' {
	nrb 0 rehearse -n --nodes 3 --node-mem 300M --modes 0,7
	[[ $output == *'qemu-system-x86_64'* && $output == *--modes=0,7* ]]
	[[ $output == *'300M'* || $output == *314572800* ]]
	[[ -z $(ls -A) ]]
}

@test 'rehearse -n --like: nodes as they are there, what is cut, the same as JSON' {
	nrb 0 rehearse -n -o r --like "$fixtures/../likes/sparse.xml"
	[[ $output == *'guest:   6 nodes like those of '*'/sparse.xml'* ]]
	[[ $output == *'node 4:  no CPU, 512 MiB; distances 17 17 28 28 10 28'* ]]
	[[ $output == *'cut:     8 CPUs are 4 here'* && $output == *'--guest=--like='* ]]
	[[ $output == *'-machine q35,hmat=on '* && $output == *' node,nodeid=4,memdev=m4,initiator=0 '* ]]
	nrb 0 rehearse -n --json -o r --like "$fixtures/../likes/nps4.xml" --node-mem 256M --node 7
	json_is '.nodes == 8 and .node_bytes == 268435456 and (has("distance") | not)'
	json_is '.distances[0] == [10, 12, 12, 12, 32, 32, 32, 32] and (.shape | length == 8)'
	json_is '.shape[7] == {node: 7, like: 7, cpus: 1, bytes: 268435456} and (.cuts | length == 2)'
	nrb 0 rehearse -n -o r --like "$fixtures/memoryless-node"
	[[ $output == *'node 2:  1 CPU, no memory; distances 21 21 10'* ]]
	nrb 0 rehearse -n -o r --like own
	[[ $output == *"like this machine's"* && $output == *'--guest=--like=own'* ]]
	nrb 2 rehearse -n --like "$fixtures/../likes/nps4.xml" --node 8
	says_one_line '--node: the guest has no node 8; it has 8'
	nrb 7 rehearse -n --like "$fixtures/machines.tsv"
	says_one_line 'machines.tsv is not hwloc.s'
}

@test 'rehearse: an existing -o file, a directory that is not there' {
	echo mine >here
	nrb 7 rehearse -o here
	says_one_line 'here'
	[[ $(cat here) == mine ]]
	nrb 7 rehearse -o none/here
	says 'none/here'
}

@test 'rehearse: more memory than this machine has: 3' {
	nrb 3 rehearse --nodes 64 --node-mem 1T
	says_one_line 'available here'
	[[ -z $(ls -A) ]]
}

@test 'a run of a record again' {
	local record="$BATS_TEST_DIRNAME/../golden/records/control.jsonl"
	nrb 0 run -n --root "$fixtures/two-nodes" --config "$record"
	says_one_line 'the run of .*control.jsonl again: --modes=0,1 --aa --blocks=8 --seed='
	[[ $output == *'modes       0 1, against 0'* && $output == *'8 blocks'* ]]
	nrb 0 run -n -q --json --root "$fixtures/two-nodes" --config "$record" --blocks 3
	[[ $(jq -c '[.blocks, (.arms | length)]' <<<"$output") == '[3,3]' ]]
	nrb 0 rehearse -n --config "$record"
	[[ $output == *'--modes=0,1 --aa --blocks=8 --seed='* ]]
	nrb 2 run -n --root "$fixtures/two-nodes" --config "$BATS_TEST_DIRNAME/../golden/records/mglru.jsonl"
	says_one_line 'the record does not say what its run was asked for'
	nrb 7 run -n --root "$fixtures/two-nodes" --config none.jsonl
	says_one_line 'cannot open none.jsonl'
	nrb 2 run -n --root "$fixtures/two-nodes" --guest --nodes=4
	says_one_line '--guest goes with --rehearsal'
}

@test 'the width of an interval decides the blocks' {
	local run=(run -n --root "$fixtures/two-nodes")
	nrb 0 "${run[@]}" --width 10% --budget 1h --modes 0,1
	[[ ${output//$'\n'/ } == *'6, then as many, up to 32,'*'10 % '*'60 min'* ]]
	nrb 0 "${run[@]}" --width 10% --json
	[[ $(jq -c '[.width_ppm, .budget_s, .blocks]' <<<"$output") == '[100000,1200,0]' ]]
	nrb 2 "${run[@]}" --width 10% --blocks 3
	says_one_line '--width and --blocks \(choose one\)'
	nrb 2 "${run[@]}" --width 10% --modes 0 --reference 0
	says_one_line '--width: one mode alone has no ratio'
	nrb 2 rehearse -n --width 10%
	says_one_line '--width: times of a virtual machine are not real.*give --blocks'
	nrb 2 "${run[@]}" --width 10% --scenario matrix
	says_one_line '--width means nothing to scenario matrix'
}

@test 'check: what a recorded machine says of itself moves no terminal' {
	cp -r "$fixtures/two-nodes" machine
	printf '6.18\e]0;x\a\302\2331m' >machine/proc/sys/kernel/osrelease
	nrb 0 check --root machine
	[[ $output != *$'\e'* && $output != *$'\a'* && $output != *$'\302\233'* ]]
	[[ $output == *'Linux 6.18\x1b]0;x\x07'* ]]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # each test has its own PATH; stderr is of bats
# `rehearse --kernels`, with a script in QEMU's place: a record for each kernel, whatever becomes of the others.
load cli

# A QEMU that acts as the file "act" of its kernel says; that has $records, $kernel and $here.
a_qemu() {
	mkdir bin tmp
	cat >bin/qemu-system-x86_64 <<-SCRIPT
		#!/bin/sh
		records=$records here=$PWD
		while [ "\$1" != -kernel ]; do shift; done
		kernel=\${2##*/vmlinuz-}
		echo \$\$ >>"$PWD/pids"
		. "\${2%/boot/*}/act"
	SCRIPT
	chmod 755 bin/qemu-system-x86_64
	export TMPDIR=$PWD/tmp PATH=$PWD/bin:$PATH
}

# a_kernel NAME [ACT...]: a directory with a kernel, and what its guest does.
a_kernel() {
	local root=$1

	shift
	[[ -d bin ]] || a_qemu
	mkdir -p "$root/boot" "$root/lib/modules/$root"
	: >"$root/lib/modules/$root/modules.dep"
	printf '%s\n' virtio_pci.ko virtio_blk.ko ext4.ko >"$root/lib/modules/$root/modules.builtin"
	: >"$root/boot/vmlinuz-$root"
	printf '%s\n' "$@" >"$root/act"
}

finish='echo "[   3 s] block 1 of 1, clean mode 0: ok" >ttyS1; cat "$records/compared/$kernel.jsonl" >ttyS2; echo NRB-EXIT 0 >>ttyS1'
rehearse=(rehearse --nodes 2 --node-mem 256M)

# Neither a process nor a file of any guest.
nothing_left() {
	local pid

	while read -r pid; do
		refute kill -0 "$pid" 2>/dev/null
	done <pids
	[[ -z $(ls tmp) ]]
}

@test 'each kernel has its record, and they are compared' {
	a_kernel before "$finish"
	a_kernel after "$finish"
	nrb 0 "${rehearse[@]}" --kernels ./before,./after -o run.jsonl
	cmp run-before.jsonl "$records/compared/before.jsonl"
	cmp run-after.jsonl "$records/compared/after.jsonl"
	says '^before: \[   3 s\] block 1'
	says '^numa-reclaim-bench: after: rehearsal in a virtual machine'
	says '^numa-reclaim-bench: record: run-after.jsonl'
	[[ $(wc -l <pids) == 2 ]]
	nothing_left
	shown=$output
	nrb 0 compare run-before.jsonl run-after.jsonl
	[[ -n $output && $shown == "$output" ]]
}

@test 'one document for programs; no line for a cell where none is wanted' {
	a_kernel before "$finish"
	a_kernel after "$finish"
	nrb 0 "${rehearse[@]}" --kernels ./before,./after -o run --json --progress none
	json_is 'type == "object"'
	refute says 'block 1 of 1'
	[[ -s run-before && -s run-after ]]
}

@test 'one that fails does not take the others along' {
	a_kernel before "$finish"
	a_kernel broken 'echo "Kernel panic - not syncing" >ttyS0'
	a_kernel refused 'echo NRB-EXIT 3 >ttyS1'
	a_kernel after "$finish"
	nrb 7 "${rehearse[@]}" --kernels ./broken,./before,./refused,./after -o run.jsonl
	[[ $output == *' mode '* ]]
	says '^numa-reclaim-bench: broken: .*no result in 3 tries.*Kernel panic'
	says '^numa-reclaim-bench: refused: the run in the guest ended with exit code 3'
	says '^numa-reclaim-bench: no whole record of broken, refused$'
	[[ -s run-before.jsonl && -s run-after.jsonl && ! -e run-broken.jsonl && ! -e run-refused.jsonl ]]
	nothing_left
}

@test 'of one alone that came to its end, a report; under --json the failure' {
	a_kernel refused 'echo NRB-EXIT 3 >ttyS1'
	a_kernel after "$finish"
	nrb 3 "${rehearse[@]}" --kernels ./refused,./after -o run.jsonl
	[[ $output == *'reclaim'* ]]
	json_fails 3 "${rehearse[@]}" --kernels ./refused,./after -o again.jsonl --json
	[[ -s again-after.jsonl ]]
}

@test 'two guests at once, and no more' {
	local wait='echo x >>$here/started; until [ $(wc -l <$here/started) -ge 2 ]; do sleep 0.05; done'
	[[ $(nproc) -ge 2 ]] || skip 'one CPU'
	a_kernel before "$wait" "$finish"
	a_kernel after "$wait" "$finish"
	nrb 0 "${rehearse[@]}" --kernels ./before,./after -o run.jsonl --guests 2
	nothing_left
	nrb 3 "${rehearse[@]}" --kernels ./before,./after -o more.jsonl --guests 16 --node-mem 1T
	says_one_line '(CPU busy|available here)'
	refute test -e more-before.jsonl
}

# By a signal, once the first record has begun.
interrupted() { # SIGNAL
	local pid

	a_kernel before 'printf "header\ncell\n" >ttyS2; exec sleep 100'
	a_kernel after "$finish"
	"$NRB_BIN" "${rehearse[@]}" --kernels ./before,./after -o run.jsonl 2>said &
	pid=$!
	until [[ -s run-before.jsonl ]]; do sleep 0.05; done
	kill "-$1" "$pid"
	wait "$pid"
}

@test 'a signal ends what runs and starts nothing more' {
	run -143 interrupted TERM
	[[ $(<run-before.jsonl) == header*cell && ! -e run-after.jsonl && $(wc -l <pids) == 1 ]]
	grep -q 'stand beside run.jsonl' said
	nothing_left
}

@test 'where the program is killed, its guests clean up behind themselves' {
	run -137 interrupted KILL
	for _ in {1..100}; do
		[[ -n $(ls tmp) ]] || break
		sleep 0.1
	done
	nothing_left
}

@test 'refused before anything is started' {
	a_kernel before "$finish"
	echo mine >run-before.jsonl
	nrb 7 "${rehearse[@]}" --kernels own,./before -o run.jsonl
	says_one_line 'cannot create run-before.jsonl'
	mkdir kept-before
	nrb 7 "${rehearse[@]}" --kernels ./before --keep kept -o new
	says_one_line 'cannot create kept-before'
	nrb 3 "${rehearse[@]}" --kernels own,./none -o new
	says_one_line './none has no kernel with its modules'
	[[ ! -e pids && $(<run-before.jsonl) == mine ]]
}

@test 'what does not go together' {
	nrb 2 rehearse --kernels own -o -
	says_one_line 'stdout takes one \(name a file with -o\)'
	nrb 2 rehearse --kernels own --kernel x --modules y
	says_one_line '--kernels and --kernel '
	nrb 2 rehearse --kernels own --kernel-deb x
	says_one_line '--kernels and --kernel-deb '
	nrb 2 rehearse --guests 2
	says_one_line '--guests goes with --kernels'
	nrb 2 rehearse --kernels bookworm --kernels sid,bookworm
	says_one_line 'named after bookworm'
}

@test 'the plans, as text and as JSON' {
	a_kernel before
	nrb 0 "${rehearse[@]}" -n --kernels ./before,bookworm:6.1,sid,own -o run.jsonl --keep d
	[[ $(grep -c '^nothing was built' <<<"$output") == 4 ]]
	[[ $output == *'/before/boot/vmlinuz-before'*'run-before.jsonl'*'6\.1\..*-cloud-amd64 of bookworm'*'the cloud kernel of sid'* ]]
	[[ $output == *'d-bookworm-6.1'* ]]
	nrb 0 "${rehearse[@]}" -n --json --kernels ./before,sid -o run.jsonl
	json_is 'map(.record) == ["run-before.jsonl", "run-sid.jsonl"] and .[1].kernel == null'
	[[ ! -e pids ]]
}

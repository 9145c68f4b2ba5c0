# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion for bash; tests/completions.py holds its words against --help.

_numa_reclaim_bench_options() { # COMMAND
	local inner='--scenario --all --variant --modes --reference --node --cpu-node --lru-gen --policy
		--page-size --threads --fill-on --trim --swap --set --fill --sparse --alloc --locate --aa --blocks
		--budget --seed --roi --max-memory --config --output -o --yes -y --dry-run -n --progress'
	local all='--json --color --ascii --quiet -q --help -h --version -V'

	case $1 in
	run) echo "$inner --width --dir --file --rehearsal --guest --root $all" ;;
	rehearse)
		echo "$inner --like --nodes --node-mem --cpus-per-node --distance --kernel --modules" \
			"--kernel-deb --kernels --guests --accel --keep $all"
		;;
	check) echo "--root $all" ;;
	explain) echo "--node --cpu --order --gfp --policy --mode --lru-gen --verify --count --dir --root $all" ;;
	watch) echo "--openmetrics --trace --root $all" ;;
	export) echo "--format --mode --arm --output -o --root $all" ;;
	report) echo "--csv --html --plots --roi $all" ;;
	compare) echo "--csv --roi $all" ;;
	*) echo "$all" ;;
	esac
}

# The last of names with commas.
_numa_reclaim_bench_list() { # WORDS CURRENT
	local words=$1 before=''

	if [[ $2 == *,* ]]; then
		before=${2%,*},
		words=${words/#all /}
	fi
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$words" -- "${2##*,}")
}

# A setting waits for its value.
_numa_reclaim_bench_set() { # CURRENT
	compopt -o nospace
	_numa_reclaim_bench_list 'found
		vm.dirty_ratio= vm.dirty_bytes= vm.dirty_background_ratio= vm.dirty_background_bytes=
		vm.dirty_expire_centisecs= vm.dirty_writeback_centisecs= vm.swappiness=
		vm.page-cluster= vm.vfs_cache_pressure= vm.min_unmapped_ratio= vm.min_slab_ratio=
		vm.min_free_kbytes= vm.watermark_scale_factor= vm.watermark_boost_factor=
		kernel.numa_balancing=' "$1"
}

_numa_reclaim_bench() {
	local commands='run rehearse check explain watch report compare export list restore'
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' all='' word

	COMPREPLY=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		if [[ " $commands " == *" $word "* ]]; then
			command=$word
			break
		fi
	done
	# bash takes "=" as a word of its own
	if [[ $current == '=' ]]; then
		current=''
	elif [[ $previous == '=' ]]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $previous in
	--scenario)
		_numa_reclaim_bench_list 'clean hot dirty mapped anon shmem neighbour headroom fileserver matrix' "$current"
		;;
	--variant)
		_numa_reclaim_bench_list 'all clean-first dirty-first full writer writer-full swapping
			cached closed pinned spread' "$current"
		;;
	--lru-gen | --trim | --swap) _numa_reclaim_bench_list 'off on' "$current" ;;
	--policy)
		_numa_reclaim_bench_list 'local bind preferred interleave cpuset' "$current"
		;;
	--page-size) _numa_reclaim_bench_list '4k thp' "$current" ;;
	--locate) mapfile -t COMPREPLY < <(compgen -W 'all sample' -- "$current") ;;
	--fill-on) _numa_reclaim_bench_list 'target all' "$current" ;;
	--set) _numa_reclaim_bench_set "$current" ;;
	--gfp) mapfile -t COMPREPLY < <(compgen -W 'movable kernel atomic dirty-write' -- "$current") ;;
	--order) mapfile -t COMPREPLY < <(compgen -W '0 1 2 3 4 5 6 7 8 9 10' -- "$current") ;;
	--modes) _numa_reclaim_bench_list 'all 0 1 2 3 4 5 6 7' "$current" ;;
	--format)
		mapfile -t COMPREPLY < <(
			compgen -W 'csv openmetrics sysctl.d tuned gnuplot hgrm' -- "$current"
		)
		;;
	--reference | --mode)
		[[ $command != explain ]] || all=all
		mapfile -t COMPREPLY < <(compgen -W "$all 0 1 2 3 4 5 6 7" -- "$current")
		;;
	--node)
		[[ $command == explain ]] || all=all
		_numa_reclaim_bench_list "$all $(_numa_reclaim_bench_nodes)" "$current"
		;;
	--cpu-node) _numa_reclaim_bench_list "same $(_numa_reclaim_bench_nodes)" "$current" ;;
	--color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current") ;;
	--progress) mapfile -t COMPREPLY < <(compgen -W 'auto tty plain none' -- "$current") ;;
	--accel) mapfile -t COMPREPLY < <(compgen -W 'tcg kvm' -- "$current") ;;
	--dir | --root | --modules | --keep | --plots)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		;;
	--kernels)
		compopt -o filenames
		_numa_reclaim_bench_list "own $(compgen -d -S / -- "${current##*,}")" "$current"
		;;
	--like)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -W own -- "$current")
		;;
	--output | -o | --kernel | --kernel-deb | --file | --html | --config)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		;;
	--threads | --fill | --alloc | --blocks | --budget | --width | --seed | --roi | --max-memory | --guest) ;;
	--arm | --cpu | --guests | --nodes | --node-mem | --cpus-per-node | --distance) ;;
	*)
		if [[ $current == -* ]]; then
			mapfile -t COMPREPLY < <(
				compgen -W "$(_numa_reclaim_bench_options "$command")" -- "$current"
			)
		elif [[ -z $command ]]; then
			mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
		elif [[ $command == report || $command == compare || $command == export ]]; then
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -X '!*.jsonl' -- "$current"; compgen -d -- "$current")
		fi
		;;
	esac
}

_numa_reclaim_bench_nodes() {
	local node

	for node in /sys/devices/system/node/node[0-9]*; do
		echo "${node##*/node}"
	done
}

complete -F _numa_reclaim_bench numa-reclaim-bench

#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# shellcheck disable=SC2154 # variables of full.conf
# full.sh: runs with the values MODES on a node that holds the run's own file, then on one that is full
# of what another process read, there also with scenarios that need it for themselves and with a file
# server, then with every node full so. The other files are holes: they fill the cache, and take nothing of the disk.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh
# shellcheck source=/dev/null
. /bin/full.conf # modes, blocks, target_mib

# What a process on that CPU, and so on its node, reads until the node has no more.
fill() { # CPU_MASK NAME MIB
	: >"/data/$2"
	truncate -s "$3M" "/data/$2"
	taskset "$1" dd if="/data/$2" of=/dev/null bs=1M 2>/dev/null
	say "$2: $(awk '/MemFree|FilePages/ { print $3, $4 }' /sys/devices/system/node/node?/meminfo |
		tr '\n' ' ')"
}

# A kswapd that the end of a fill woke may have freed a fifth of it (7.3), and CPUs keep free pages that are
# none of the node's (6.7 and later): as much again, but for what would wake kswapd.
fill_rest() { # CPU_MASK NAME NODE
	for _ in $(seq 100); do echo 1 >/proc/sys/vm/stat_refresh; done
	rest=$(($(awk '/MemFree/ { print $4 }' "/sys/devices/system/node/node$3/meminfo") / 1024 - 45))
	if [ "$rest" -gt 0 ]; then fill "$1" "$2" "$rest"; fi
}

run() { # NAME
	step "$1-plan" numa-reclaim-bench run -n --json --rehearsal --dir /data --modes "$modes" \
		--reference 0 --node 0 --alloc 100M
	step "$1" numa-reclaim-bench run -y --rehearsal --dir /data -o "$out/$1.jsonl" --modes "$modes" \
		--reference 0 --node 0 --alloc 100M --blocks "$blocks"
	step "$1-report" numa-reclaim-bench report "$out/$1.jsonl"
	step "$1-json" numa-reclaim-bench report --json "$out/$1.jsonl"
}

mkdir -p "$out"
# As good as none: a boost of the watermarks has kswapd free more.
echo 1 >/proc/sys/vm/watermark_boost_factor
run own
fill 1 target "$target_mib"
run target
fill 1 target "$target_mib" # what value 1 evicted, again
step needing numa-reclaim-bench run -y --rehearsal --dir /data -o "$out/needing.jsonl" --modes 0 --node 0 \
	--reference 0 --alloc 100M --blocks 1 --scenario hot,dirty,mapped,anon,shmem
fill 1 target "$target_mib"
step served numa-reclaim-bench run -y --rehearsal --dir /data -o "$out/served.jsonl" --modes "$modes" \
	--reference 0 --node 0 --alloc 100M --blocks 1 --scenario fileserver
fill 1 target "$target_mib"
fill_rest 1 rest-0 0
fill 2 both "$target_mib"
fill_rest 2 rest-1 1
run both
send_files

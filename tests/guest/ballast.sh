#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# ballast.sh: the runs of /bin/ballast.conf, each a name and options, one after the other.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

mkdir -p "$out"
cp /proc/zoneinfo "$out/zoneinfo"
while read -r name options; do
	free_now >"$out/$name-free-before"
	# shellcheck disable=SC2086 # options are words
	step "$name" numa-reclaim-bench run -y --rehearsal --dir /data -o "$out/$name.jsonl" --alloc 200M \
		--reference 0 $options </dev/null
	wait_until "$looks_3s" is_quiet || our_processes >"$out/$name-left"
	free_now >"$out/$name-free"
done </bin/ballast.conf
send_files

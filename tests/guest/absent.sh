#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# absent.sh: runs on a kernel without vm.zone_reclaim_mode: an empty directory over /proc/sys/vm, and
# in it every other file.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

hide_knob() {
	mkdir /tmp/vm
	mount -o bind /proc/sys/vm /tmp/vm
	mount -t tmpfs tmpfs /proc/sys/vm
	for file in /tmp/vm/*; do
		name=${file##*/}
		if [ "$name" = zone_reclaim_mode ]; then continue; fi
		: >"/proc/sys/vm/$name"
		mount -o bind "$file" "/proc/sys/vm/$name"
	done
}

run() { # NAME OPTION...
	run_name=$1
	shift
	step "$run_name" numa-reclaim-bench run -y --rehearsal --dir /data -o "$out/$run_name.jsonl" "$@"
}

mkdir -p "$out"
set_knob 3
hide_knob
settings_now >"$out/settings-before"
step check numa-reclaim-bench check
run policies
run sets --set found,vm.watermark_scale_factor=200
run modes --modes 0,1 --policy local,bind
run reference --reference 0 --policy local,bind
step report numa-reclaim-bench report --csv "$out/policies.jsonl"
settings_now >"$out/settings"
cat /tmp/vm/zone_reclaim_mode >"$out/knob"
send_files

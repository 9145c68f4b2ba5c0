#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# by-hand.sh: every command from the bare binary, as an administrator would type it.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh
out=/data/out

mkdir "$out"
find / -xdev -name '*reclaim*' >"$out/files"
set_knob 4
step check numa-reclaim-bench check
step list numa-reclaim-bench list
# the directory is another user's, as under sudo
mkdir -m 700 /data/home
chown 1000:1000 /data/home
step run /bin/numa-reclaim-bench run -y --modes 0,1 --blocks 1 --alloc 60M --dir /data/home \
	-o /data/r.jsonl
knob >"$out/knob"
step report numa-reclaim-bench report /data/r.jsonl
step restore numa-reclaim-bench restore
cp /data/r.jsonl "$out/"
send_files

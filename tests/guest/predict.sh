#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# predict.sh: all states of /bin/states, one after the other; then, of a machine at rest, what users see.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

mkdir -p "$out"
step predict predict /data /bin/states
for node in 0 1 2 3; do
	step "explain-$node" numa-reclaim-bench explain --json --node "$node"
	step "verify-$node" numa-reclaim-bench explain --json --verify --count 5 --node "$node" --cpu 0
done
step verify-kernel numa-reclaim-bench explain --json --verify --gfp kernel --order 2 --cpu 1
step verify-huge numa-reclaim-bench explain --json --verify --order 9 --cpu 1
step verify-write numa-reclaim-bench explain --json --verify --gfp dirty-write --dir /data --cpu 1
send_files

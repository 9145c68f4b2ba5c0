#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# likes.sh: what a guest made by `rehearse --like` is to `check`.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

mkdir -p "$out"
step check.json numa-reclaim-bench check --json
send_files

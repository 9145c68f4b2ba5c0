#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The unit of systemd as it was made: unitfile.sh UNIT, NRB_BIN being the program; 77 without systemd.
set -eu

if ! command -v systemd-analyze >/dev/null; then
	echo "systemd-analyze is not installed"
	exit 77
fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
unit=$directory/numa-reclaim-bench.service

# The program is looked for where it will be installed, and is not there yet.
sed "s|=[^= ]*/numa-reclaim-bench |=$NRB_BIN |" "$1" >"$unit"
# It names the line of whatever it does not know or cannot use, and mostly exits 0.
said=$(systemd-analyze verify --man=no "$unit" 2>&1) || true
said=$(printf '%s\n' "$said" | grep -F numa-reclaim-bench || true)
if [ -n "$said" ]; then
	printf '%s\n' "$said"
	exit 1
fi
# What it promises: settings come back whoever is killed, and no package or boot starts a run.
grep -qx "ExecStopPost=$NRB_BIN restore" "$unit"
test "$(grep -c '^ExecStart=' "$unit")" = 1
test "$(grep -c '^\[Install\]' "$unit")" = 0

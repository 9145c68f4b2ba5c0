#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# privilege.sh: every run of /bin/privilege.tsv under strace, while all its processes are looked at.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

# The parent last: what is seen of a process that it forked is no older than what is seen of it.
look_at() { # PID NAME
	echo "process $1 $2"
	grep -E '^(PPid|TracerPid|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Umask):' "/proc/$1/status" 2>/dev/null
	# what who started it had open
	if readlink "/proc/$1/fd/"* 2>/dev/null | grep -q passwd; then echo "Secret:	open"; fi
	echo end
}

look_at_all() {
	echo look
	our_processes >/tmp/now
	while read -r pid ppid name; do
		if [ "$ppid" = "$parent" ]; then look_at "$pid" "$name"; fi
	done </tmp/now
	look_at "$parent" parent
	# who is gone now may have been of another time than the parent's line says
	our_processes | while read -r pid _ _; do echo "alive $pid"; done
}

is_traced() {
	parent=$(our_processes | awk -v p="$tracer" '$2 == p { print $1 }')
	[ -n "$parent" ]
}

one_run() { # NAME OPTIONS
	case_out=$out/$1
	mkdir -p "$case_out" /data/user
	settings_now >"$case_out/settings-before"
	# shellcheck disable=SC2086 # options are words
	(
		cd /data/user || exit
		# not ours to keep: a descriptor, a mask and an environment of who starts it
		umask 0
		exec env "PATH=.:/tmp:$PATH" ASAN_OPTIONS=detect_leaks=0 strace -f -qq -y -s 300 -o "$case_out/strace" -e signal=none \
			-e trace=%file,%process,fchdir,fchmod,fchown,ftruncate,swapon,swapoff,mount \
			numa-reclaim-bench run -y --rehearsal --dir /data/user --blocks 1 --alloc 16M --seed 1 $2
	) >"$case_out/stdout" 2>"$case_out/stderr" 7</etc/passwd &
	tracer=$!
	wait_until "$looks_60s" is_traced || say "no run of $1"
	while [ -n "$parent" ] && [ -d "/proc/$parent" ]; do
		look_at_all
		sleep 0.1
	done >"$case_out/looks"
	wait "$tracer"
	echo $? >"$case_out/exit"
	settings_now >"$case_out/settings"
	find /data/user /data /run /tmp -mindepth 1 -maxdepth 1 ! -path '/tmp/out' ! -path /tmp/now ! -path /tmp/cases >"$case_out/files"
	find /data/user -type f -exec stat -c '%a %u' {} + >"$case_out/modes"
	rm -f /data/user/*
	say "$1: exit $(cat "$case_out/exit")"
}

mkdir -p "$out" /data/user
printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >/etc/passwd
# Another user's, closed to all: root may use them before it gives up its rights, and not later.
dd if=/dev/urandom of=/data/served bs=1M count=160 2>/dev/null
chown 65534:65534 /data/served /data/user
chmod 600 /data/served
chmod 700 /data/user
printf '#!/bin/sh\ntouch /tmp/planted-was-run\n' >/tmp/gnuplot
chmod 755 /tmp/gnuplot
grep -v '^#' /bin/privilege.tsv >/tmp/cases
while IFS='	' read -r name _ _ _ options; do
	one_run "$name" "$options" </dev/null
done </tmp/cases
send_files

#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# stall.sh: a run whose allocations hang in futile scans, and a trace of every value that the knob was
# given and every process that was killed, in one order.
# shellcheck source=tests/guest/inside.sh
. /bin/inside.sh

tracing=/sys/kernel/tracing
mkdir -p "$out"
echo n >/sys/kernel/mm/lru_gen/enabled || exit 1
set_knob 3
# The names of the parameters of a sysctl handler are the same from 5.10 to 7.3; a counter as the clock
# orders what happens on different CPUs.
# shellcheck disable=SC2016 # $arg1 is the kernel's
echo 'p:knob proc_dointvec_minmax name=+0(+0($arg1)):string write=$arg2:u32 value=+0($arg3):string' \
	>$tracing/kprobe_events || exit 1
echo counter >$tracing/trace_clock
echo 'write == 1' >$tracing/events/kprobes/knob/filter
echo 'sig == 9' >$tracing/events/signal/signal_generate/filter
for event in kprobes/knob signal/signal_generate sched/sched_process_exit; do
	echo 1 >"$tracing/events/$event/enable" || exit 1
done
step run numa-reclaim-bench run -y --rehearsal --dir /data -o "$out/record.jsonl" --scenario anon \
	--variant swapping --modes 4,5 --reference 4
cat $tracing/trace >"$out/trace"
knob >"$out/knob"
send_files

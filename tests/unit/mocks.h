/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios for tests of runs: what they measure is known, and they crash, hang, stall, fail and
 * disturb as each test wants. */
#ifndef NRB_TEST_MOCKS_H
#define NRB_TEST_MOCKS_H

#include "nrb/cell.h"
#include "nrb/diag.h"
#include "nrb/fsroot.h"
#include "nrb/holder.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KNOB "proc/sys/vm/zone_reclaim_mode"

enum {
	FAULTS = 1000,
	STALL_PAGES = 300,
	ARENA_PAGES = 1024,
};

static _Noreturn void hang(void)
{
	for (;;) {
		pause();
	}
}

/* Lock and directory of the guard are not for those that measure: a lock would outlive its owner. */
static bool has_guard_fd(void)
{
	struct dirent *entry;
	char target[256];
	bool has = false;
	DIR *dir = opendir("/proc/self/fd");

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		ssize_t n =
			readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		has = has || strstr(target, "/run/numa-reclaim-bench") != NULL;
	}
	if (dir != NULL) {
		closedir(dir);
	}
	return has;
}

/* The knob as the child sees it, kept where the record can show it. */
static int64_t knob_now(const struct nrb_cell *cell)
{
	int64_t value = -1;

	return nrb_fsroot_read_i64(cell->root, KNOB, &value) < 0 ? NRB_ABSENT : value;
}

static int prepare(struct nrb_cell *cell)
{
	if (has_guard_fd()) {
		return nrb_fail(-EMFILE, "a child has the guard's descriptors");
	}
	cell->shared->sample.soak_rounds = knob_now(cell);
	nrb_cell_note(cell, "prepared");
	return 0;
}

/* Faults of 1000 and some ns; pages: 100 on node 0, the mode's number on node 1. */
static int measure(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;

	for (int i = 0; i < FAULTS; i++) {
		nrb_histogram_add(&sample->alloc_hist, 1000 + (uint64_t)cell->arm.mode);
	}
	sample->alloc_wall_ns = knob_now(cell);
	return 0;
}

static int locate(struct nrb_cell *cell)
{
	int64_t there = cell->arm.mode > 0 ? cell->arm.mode : 0;
	int64_t pages[NRB_MAX_NODES] = { 100, there };

	nrb_cell_note_pages(cell, pages, 0, 100 + there, 100 + there);
	return 0;
}

static const struct nrb_step steady_steps[] = {
	{ NRB_PHASE_FILL, prepare },
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, measure },
	{ NRB_PHASE_COUNT, NULL },
	{ NRB_PHASE_LOCATE, locate },
	{ NRB_PHASE_DONE, NULL },
};

/* Modes: 1 crashes, 2 is killed, 3 is not supported, 5 ends only when told to, 6 never. */
static int misbehave(struct nrb_cell *cell)
{
	switch (cell->arm.mode) {
	case 1:
		raise(SIGSEGV);
		break;
	case 2:
		raise(SIGKILL);
		break;
	case 3:
		nrb_refuse(NRB_EXIT_FAILED, NULL, "mode 3 is not for us");
		return -EOPNOTSUPP;
	case 5:
		while (*nrb_cell_stop(cell) == 0) {
			usleep(1000);
		}
		break;
	case 6:
		hang();
	default:
		break;
	}
	return prepare(cell);
}

/* Mode 4 writes some pages and then no more. */
static int allocate_or_stall(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	char *mem;

	if (cell->arm.mode != 4) {
		return measure(cell);
	}
	mem = mmap(NULL, (size_t)ARENA_PAGES * 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem == MAP_FAILED) {
		return -ENOMEM;
	}
	sample->alloc_bytes = (int64_t)ARENA_PAGES * 4096;
	sample->alloc_page_bytes = 4096;
	sample->alloc_address = (int64_t)(uintptr_t)mem;
	for (size_t i = 0; i < STALL_PAGES; i++) {
		mem[i * 4096] = 1;
		nrb_histogram_add(&cell->shared->thread_hist[0], 1000);
	}
	cell->shared->thread_pages[0] = STALL_PAGES;
	hang();
}

/* Mode 7 does not end after the counting, while the mode is set. */
static int reread_or_hang(struct nrb_cell *cell)
{
	if (cell->arm.mode == 7) {
		hang();
	}
	return locate(cell);
}

/* As when the parent decides on a phase that has just ended: its word comes too late. */
static int told_too_late(struct nrb_cell *cell)
{
	cell->shared->stop[NRB_PHASE_FILL] = 1;
	return measure(cell);
}

static const struct nrb_step belated_steps[] = {
	{ NRB_PHASE_FILL, prepare },
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, told_too_late },
	{ NRB_PHASE_COUNT, NULL },
	{ NRB_PHASE_LOCATE, locate },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_step trouble_steps[] = {
	{ NRB_PHASE_FILL, misbehave },
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, allocate_or_stall },
	{ NRB_PHASE_COUNT, NULL },
	{ NRB_PHASE_REREAD, reread_or_hang },
	{ NRB_PHASE_DONE, NULL },
};

/* Not the warm-up. */
static int fail_later(struct nrb_cell *cell)
{
	return cell->shared->sample.block == 0 ? 0
					       : nrb_fail(-EIO, "cannot read the mock");
}

static const struct nrb_step failing_steps[] = {
	{ NRB_PHASE_FILL, fail_later },
	{ NRB_PHASE_DONE, NULL },
};

/* As the kernel does: counted, and then killed. */
static int run_out_of_memory(struct nrb_cell *cell)
{
	if (cell->shared->sample.block > 0) {
		nrb_fsroot_write_str(cell->root, "proc/vmstat", "oom_kill 1\n");
		raise(SIGKILL);
	}
	return 0;
}

static const struct nrb_step starving_steps[] = {
	{ NRB_PHASE_FILL, run_out_of_memory },
	{ NRB_PHASE_DONE, NULL },
};

#define SWAPPINESS "proc/sys/vm/swappiness"

/* A setting of the cell's, while the mode is set; and then the child hangs. */
static int write_swappiness(struct nrb_cell *cell)
{
	return cell->shared->sample.block == 0
		       ? 0
		       : nrb_fsroot_write_str(cell->root, SWAPPINESS, "99\n");
}

static const struct nrb_step meddling_steps[] = {
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, write_swappiness },
	{ NRB_PHASE_COUNT, NULL },
	{ NRB_PHASE_DONE, NULL },
};

static int write_knob(struct nrb_cell *cell)
{
	return cell->shared->sample.block == 0
		       ? 0
		       : nrb_fsroot_write_str(cell->root, KNOB, "3\n");
}

static const struct nrb_step disturbing_steps[] = {
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, measure },
	{ NRB_PHASE_COUNT, NULL },
	{ NRB_PHASE_LOCATE, write_knob },
	{ NRB_PHASE_DONE, NULL },
};

static int interrupt_later(struct nrb_cell *cell)
{
	if (cell->shared->sample.block == 0) {
		return 0;
	}
	kill(getppid(), SIGTERM);
	hang();
}

/* Nothing can be written there any more when the signal comes. */
static int break_knob(struct nrb_cell *cell)
{
	if (cell->shared->sample.block > 0 &&
		(unlinkat(cell->root->fd, KNOB, 0) < 0 ||
			mkdirat(cell->root->fd, KNOB, 0755) < 0)) {
		return -errno;
	}
	return interrupt_later(cell);
}

static const struct nrb_step breaking_steps[] = {
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_LOCATE, break_knob },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_step interrupting_steps[] = {
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_LOCATE, interrupt_later },
	{ NRB_PHASE_DONE, NULL },
};

/* As by a Ctrl-Z and a later fg. */
static void stop_for(unsigned int ms)
{
	pid_t stopped = getpid();

	if (ms > 0 && fork() == 0) {
		usleep(ms * 1000);
		kill(stopped, SIGCONT);
		_exit(0);
	}
	raise(SIGSTOP);
}

/* Longer than it takes to be called stalled, by 100 ms a look. */
enum { STOP_MS = 2500 };

/* Modes: 1 and 3 are stopped as they fill, 2 and 4 as they allocate; 3 and 4 for good. */
static int stop_and_prepare(struct nrb_cell *cell)
{
	if (cell->arm.mode == 1 || cell->arm.mode == 3) {
		stop_for(cell->arm.mode == 1 ? STOP_MS : 0);
	}
	return prepare(cell);
}

static int stop_and_measure(struct nrb_cell *cell)
{
	if (cell->arm.mode == 2 || cell->arm.mode == 4) {
		stop_for(cell->arm.mode == 2 ? STOP_MS : 0);
	}
	return measure(cell);
}

static const struct nrb_step stopping_steps[] = {
	{ NRB_PHASE_FILL, stop_and_prepare },
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, stop_and_measure },
	{ NRB_PHASE_COUNT, NULL },
	{ NRB_PHASE_LOCATE, locate },
	{ NRB_PHASE_DONE, NULL },
};

enum { HELD_BYTES = 40960 };

/* The holder. Modes: 1 dies as it takes, 2 has lost what it took, 3 dies during the allocation,
 * 4 is there while the child stalls, 5 cannot take so much, 6 dies after its last request, 7 does
 * not see that the child is gone: another process has the channel too. */
static int hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int mode = cell->arm.mode;

	if (has_guard_fd()) {
		return nrb_fail(-EMFILE, "a holder has the guard's descriptors");
	}
	if ((mode == 1 && what == NRB_HOLD_TAKE) ||
		(mode == 3 && what == NRB_HOLD_BEGIN)) {
		raise(SIGKILL);
	}
	if (what == NRB_HOLD_TAKE) {
		/* what hangs here is there at the next request */
		sample->return_pages = getpid();
		cell->hold_state = sample;
		sample->hold_asked_bytes = value;
		if (mode == 5) {
			nrb_refuse(NRB_EXIT_FAILED, NULL, "no room for it");
			return -EOPNOTSUPP;
		}
	} else if (what == NRB_HOLD_CHECK) {
		sample->hold_bytes = cell->hold_state == sample ? value : -1;
		if (mode == 2) {
			nrb_refuse(NRB_EXIT_DISTURBED, NULL, "it shrank");
			return -ESTALE;
		}
	}
	return 0;
}

static int hold_take(struct nrb_cell *cell)
{
	int rc = prepare(cell);

	return rc == 0 ? nrb_holder_ask(cell, NRB_HOLD_TAKE, HELD_BYTES) : rc;
}

static int hold_check(struct nrb_cell *cell)
{
	return nrb_holder_ask(cell, NRB_HOLD_CHECK, HELD_BYTES);
}

/* All is written, but the writer beside it does not end. */
static int wait_for_writer(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;

	if (sample->block == 0) {
		return 0;
	}
	sample->alloc_bytes = (int64_t)ARENA_PAGES * 4096;
	sample->alloc_page_bytes = 4096;
	cell->shared->thread_pages[0] = ARENA_PAGES;
	hang();
}

/* Another's setting, seen only at the end; and the holder does not see that the child is gone. */
static int meddle_and_linger(struct nrb_cell *cell)
{
	int rc = write_swappiness(cell);

	if (cell->shared->sample.block > 0 && fork() == 0) {
		sleep(3); /* longer than a holder is waited for */
		_exit(0);
	}
	return rc;
}

static const struct nrb_step lingering_steps[] = {
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, measure },
	{ NRB_PHASE_COUNT, NULL },
	{ NRB_PHASE_LOCATE, meddle_and_linger },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_step waiting_steps[] = {
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, wait_for_writer },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_step swapping_steps[] = {
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, measure },
	{ NRB_PHASE_COUNT, NULL },
	{ NRB_PHASE_LOCATE, locate },
	{ NRB_PHASE_DONE, NULL },
};

/* As a writer throughout the allocation. */
static int allocate_beside(struct nrb_cell *cell)
{
	int rc = nrb_holder_ask(cell, NRB_HOLD_BEGIN, 0);

	if (rc == 0) {
		rc = allocate_or_stall(cell);
	}
	return rc == 0 ? nrb_holder_ask(cell, NRB_HOLD_END, 0) : rc;
}

static int kill_holder_or_locate(struct nrb_cell *cell)
{
	if (cell->arm.mode == 6) {
		kill((pid_t)cell->shared->sample.return_pages, SIGKILL);
	} else if (cell->arm.mode == 7 && fork() == 0) {
		sleep(3); /* longer than a holder is waited for */
		_exit(0);
	}
	return locate(cell);
}

static const struct nrb_step holding_steps[] = {
	{ NRB_PHASE_FILL, hold_take },
	{ NRB_PHASE_SOAK, hold_check },
	{ NRB_PHASE_APPLY, NULL },
	{ NRB_PHASE_ALLOCATE, allocate_beside },
	{ NRB_PHASE_COUNT, NULL },
	{ NRB_PHASE_LOCATE, kill_holder_or_locate },
	{ NRB_PHASE_DONE, NULL },
};

#define MOCK(mock, holder) MOCK_OF(mock, holder, NRB_NEEDS_MODES)
/* clang-format off */
#define MOCK_OF(mock, holder, what) \
	{ .name = #mock, .holds = "nothing", .shows = "nothing", .question = "nothing", \
	  .limits = "nothing", .needs = what, \
	  .variants = (const struct nrb_variant[]) { \
		  { .name = "", .steps = mock##_steps, .hold = holder }, { 0 } } }
/* clang-format on */
static const struct nrb_scenario steady = MOCK(steady, NULL),
				 trouble = MOCK(trouble, NULL),
				 failing = MOCK(failing, NULL),
				 disturbing = MOCK(disturbing, NULL),
				 interrupting = MOCK(interrupting, NULL),
				 breaking = MOCK(breaking, NULL),
				 belated = MOCK(belated, NULL),
				 starving = MOCK(starving, NULL),
				 stopping = MOCK(stopping, NULL),
				 meddling = MOCK(meddling, NULL),
				 lingering = MOCK(lingering, hold),
				 waiting = MOCK(waiting, hold),
				 swapping = MOCK_OF(
					 swapping, NULL, NRB_NEEDS_MODES | NRB_USES_SWAP),
				 holding = MOCK(holding, hold);
static const struct nrb_scenario *const table[] = {
	&steady,
	&trouble,
	&failing,
	&disturbing,
	&interrupting,
	&breaking,
	&belated,
	&starving,
	&stopping,
	&meddling,
	&lingering,
	&waiting,
	&swapping,
	&holding,
	NULL,
};

#endif

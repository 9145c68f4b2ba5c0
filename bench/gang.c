/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that begin together. */
#include "nrb/gang.h"

#include "nrb/clock.h"
#include "nrb/diag.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>

struct crowd {
	struct nrb_gang *gang;
	pthread_mutex_t gate;
	bool given_up;
	pthread_barrier_t start;
	struct member {
		struct crowd *crowd;
		pthread_t thread;
		int number;
	} members[NRB_MAX_GANG]; /* number 0 is the caller */
};

static void *run_member(void *arg)
{
	struct member *member = arg;
	struct crowd *crowd = member->crowd;
	struct nrb_gang *gang = crowd->gang;
	bool given_up;

	gang->prepare(gang->arg, member->number);
	pthread_mutex_lock(&crowd->gate);
	given_up = crowd->given_up;
	pthread_mutex_unlock(&crowd->gate);
	if (!given_up) {
		pthread_barrier_wait(&crowd->start);
		gang->work(gang->arg, member->number);
	}
	return NULL;
}

/* *made out: how many there are. */
static int make_members(struct crowd *crowd, int *made)
{
	struct nrb_gang *gang = crowd->gang;
	int rc = 0;

	for (*made = 1; *made < gang->n; ++*made) {
		struct member *member = &crowd->members[*made];

		*member = (struct member){ .crowd = crowd, .number = *made };
		rc = gang->pin(gang->arg, *made);
		if (rc < 0) {
			break;
		}
		rc = -pthread_create(&member->thread, NULL, run_member, member);
		if (rc < 0) {
			nrb_fail(rc, "cannot start thread %d of %d", *made + 1, gang->n);
			break;
		}
	}
	return rc < 0 ? rc : gang->pin(gang->arg, 0);
}

static void work_together(struct crowd *crowd)
{
	struct nrb_gang *gang = crowd->gang;
	uint64_t start;

	pthread_barrier_wait(&crowd->start);
	start = nrb_clock_ns();
	gang->work(gang->arg, 0);
	for (int i = 1; i < gang->n; i++) {
		pthread_join(crowd->members[i].thread, NULL);
	}
	gang->wall_ns = (int64_t)(nrb_clock_ns() - start);
}

static void work_alone(struct nrb_gang *gang)
{
	uint64_t start = nrb_clock_ns();

	gang->work(gang->arg, 0);
	gang->wall_ns = (int64_t)(nrb_clock_ns() - start);
}

static int run_crowd(struct nrb_gang *gang)
{
	struct crowd crowd = { .gang = gang, .gate = PTHREAD_MUTEX_INITIALIZER };
	int made, rc;

	pthread_barrier_init(&crowd.start, NULL, (unsigned int)gang->n);
	pthread_mutex_lock(&crowd.gate);
	rc = make_members(&crowd, &made);
	crowd.given_up = rc < 0;
	pthread_mutex_unlock(&crowd.gate);
	if (rc == 0) {
		work_together(&crowd);
	}
	for (int i = 1; i < made && rc < 0; i++) {
		pthread_join(crowd.members[i].thread, NULL);
	}
	pthread_barrier_destroy(&crowd.start);
	return rc;
}

int nrb_gang_run(struct nrb_gang *gang)
{
	assert(gang->n >= 1 && gang->n <= NRB_MAX_GANG);
	gang->prepare(gang->arg, 0);
	if (gang->n > 1) {
		return run_crowd(gang);
	}
	work_alone(gang);
	return 0;
}

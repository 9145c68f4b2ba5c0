/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario headroom: bursts from a network, reads and an allocation on full nodes, for a time. */
#include "nrb/burst.h"
#include "nrb/diag.h"
#include "nrb/holder.h"
#include "nrb/placement.h"
#include "nrb/scenarios.h"
#include "nrb/steadyread.h"
#include "nrb/steps.h"
#include "nrb/stopword.h"
#include "nrb/zonewatch.h"

#include <errno.h>
#include <pthread.h>

enum {
	LIE_MS = 20,  /* that a burst lies in the kernel, and as long is none there */
	MS = 1000000, /* ns */
};

/* What goes on beside the allocation, until it is told to stop. */
struct load {
	struct nrb_cell *cell;
	struct nrb_burst burst;
	struct nrb_steadyread reader;
	pthread_t sending, reading;
	int n; /* of these, started */
	volatile int32_t stop;
	int rc; /* the reader's */
};

static void wait_ms(uint64_t ms)
{
	nrb_clock_sleep_until(nrb_clock_ns() + ms * MS);
}

static void *send_bursts(void *arg)
{
	struct load *load = arg;
	struct nrb_sample *sample = &load->cell->shared->sample;

	sample->bursts = sample->burst_sent_bytes = sample->burst_received_bytes = 0;
	while (!nrb_stopword_is_said(&load->stop)) {
		sample->burst_sent_bytes += nrb_burst_send(&load->burst);
		wait_ms(LIE_MS);
		sample->burst_received_bytes += nrb_burst_drain(&load->burst);
		sample->bursts++;
		wait_ms(LIE_MS);
	}
	return NULL;
}

static void *read_part(void *arg)
{
	struct load *load = arg;

	load->rc = nrb_steadyread_run(&load->reader);
	return NULL;
}

/* On all CPUs of the node: what is beside the allocation should not wait for its CPU. A thread begins
 * on those of who makes it. */
static int pin_to(const struct nrb_cell *cell, int cpu)
{
	struct nrb_idset cpus;

	nrb_topology_usable_cpus(cell->topology, cell->arm.cpu_node, &cpus);
	if (cpu >= 0) {
		nrb_idset_clear(&cpus);
		nrb_idset_add(&cpus, cpu);
	}
	return nrb_placement_pin(&cpus);
}

static int start_threads(struct load *load)
{
	int rc = -pthread_create(&load->sending, NULL, send_bursts, load);

	load->n += rc == 0;
	if (rc == 0) {
		rc = -pthread_create(&load->reading, NULL, read_part, load);
		load->n += rc == 0;
	}
	return rc < 0 ? nrb_fail(rc, "cannot start a load beside the allocation") : 0;
}

static int begin(struct load *load)
{
	struct nrb_cell *cell = load->cell;
	int rc = pin_to(cell, -1), back;

	if (rc < 0) {
		return rc;
	}
	rc = start_threads(load);
	back = pin_to(cell, (int)cell->shared->sample.cpu);
	return rc < 0 ? rc : back;
}

static int end(struct load *load)
{
	nrb_stopword_say(&load->stop);
	nrb_stopword_say(&load->reader.stop);
	if (load->n > 0) {
		nrb_cell_join(load->cell, load->sending);
	}
	if (load->n > 1) {
		nrb_cell_join(load->cell, load->reading);
	}
	load->cell->shared->sample.beside_read_bytes = load->reader.bytes;
	return load->rc;
}

static int allocate_under(struct nrb_cell *cell, void *arg)
{
	struct load *load = arg;
	int rc = begin(load), ended;

	if (rc == 0) {
		rc = nrb_step_allocate(cell);
	}
	ended = end(load);
	return rc < 0 ? rc : ended;
}

static int allocate(struct nrb_cell *cell)
{
	const struct nrb_sizes *sizes = &cell->sizes;
	struct load load = {
		.cell = cell,
		.reader = { .fd = cell->file,
			.from = sizes->beside_from,
			.len = sizes->beside_bytes,
			.ns = sizes->work_ns,
			.seed = (uint64_t)cell->shared->sample.seed + 3 },
	};
	int rc = nrb_burst_open(&load.burst, sizes->burst_bytes);

	if (rc == 0) {
		rc = nrb_holder_beside(cell, allocate_under, &load);
	}
	nrb_burst_close(&load.burst);
	return rc;
}

static int fill_again(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int rc = nrb_step_evict(cell);

	sample->fill_node_bytes = NRB_ABSENT;
	sample->fill_active_bytes = sample->fill_inactive_bytes = NRB_ABSENT;
	return rc == 0 ? nrb_step_fill_once(cell) : rc;
}

/* That loopback is down is known before the nodes are filled. On 7.3 a kswapd that the filling of all
 * nodes wakes may take a fifth of it again (1 cell of 5). */
static int fill(struct nrb_cell *cell)
{
	struct nrb_burst burst;
	int rc = nrb_burst_open(&burst, cell->sizes.burst_bytes);

	nrb_burst_close(&burst);
	if (rc < 0) {
		return rc;
	}
	rc = nrb_step_fill_once(cell);
	return rc == -EOPNOTSUPP ? fill_again(cell) : rc;
}

static const struct nrb_step steps[] = {
	NRB_STEPS_EMPTY,
	{ NRB_PHASE_FILL, fill },
	NRB_STEPS_MEASURE(nrb_step_soak, allocate),
	{ NRB_PHASE_REREAD, nrb_step_reread },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_variant variants[] = {
	{ .name = "", .steps = steps, .hold = nrb_zonewatch_hold },
	{ 0 },
};

const struct nrb_scenario nrb_scenario_headroom = {
	.name = "headroom",
	.holds =
		"clean, read-once file cache, all nodes; datagrams, reads, an allocation",
	.shows =
		"the node's free memory above min over time; beside --set vm.min_free_kbytes",
	.question = "does it help against 'swapper: page allocation failure'",
	.limits =
		"headroom, and not failures prevented: no program makes atomic requests",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_FILE | NRB_NEEDS_BESIDE | NRB_NEEDS_LOAD |
		 NRB_FILLS_ALL,
	.cost = 20,
	.variants = variants,
};

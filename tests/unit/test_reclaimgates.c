/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each gate on both sides of its limit, and each rule of a kernel on both sides of its version. */
#include "nrb/reclaimgates.h"

#include "statetest.h"

static struct made_state made;

/* The gate that is closed for node 0; NRB_N_GATES: none is. */
static enum nrb_gate closed(struct nrb_request request)
{
	struct nrb_gates gates;

	nrb_gates_look(&gates, &made.state, &request, 0, &made.nodes[0]);
	assert_in_range(gates.n, 1, NRB_N_GATES);
	for (int i = 0; i < gates.n; i++) {
		assert_int_equal(gates.looks[i].gate, i);
		assert_true(gates.looks[i].is_open || i == gates.n - 1);
	}
	assert_int_equal(
		gates.is_entered, gates.n == NRB_N_GATES || gates.n > NRB_GATE_REPEATED);
	assert_int_equal(gates.is_passed, gates.looks[gates.n - 1].is_open);
	assert_true(gates.is_passed == (gates.yield_min_pages > 0));
	return gates.is_passed ? NRB_N_GATES : gates.looks[gates.n - 1].gate;
}

static void expect(const char *release, int mode, enum nrb_gate gate)
{
	nrb_kernelrules_of(&made.state.rules, release);
	assert_int_equal(closed(state_request(mode)), gate);
}

static void begin(const char *release)
{
	state_make(&made, release, 2);
}

static void mode_gate(void **state)
{
	(void)state;
	begin("7.3.4");
	expect("7.3.4", 0, NRB_GATE_MODE);
	for (int mode = 1; mode < 8; mode++) {
		expect("7.3.4", mode, NRB_N_GATES);
		expect("5.10.200", mode, NRB_N_GATES);
	}
	/* any value but 0 before 5.13 */
	expect("5.13.0", 8, NRB_GATE_MODE);
	expect("5.12.9", 8, NRB_N_GATES);
}

static void distance_gate(void **state)
{
	struct nrb_request request = state_request(1);
	struct nrb_gates gates;

	(void)state;
	begin("7.3.4");
	made.nodes[1].has_cpus = false;
	for (int distance = 29; distance <= 31; distance++) {
		made.distances[1] = distance;
		nrb_gates_look(&gates, &made.state, &request, 0, &made.nodes[1]);
		assert_int_equal(gates.is_passed, distance <= 30);
		assert_int_equal(
			gates.n, distance <= 30 ? NRB_N_GATES : NRB_GATE_DISTANCE + 1);
		assert_int_equal(gates.looks[NRB_GATE_DISTANCE].test.value, distance);
		assert_int_equal(gates.looks[NRB_GATE_DISTANCE].test.limit, 30);
	}
	/* AMD Zen */
	made.state.reclaim_distance = NRB_DISTANCE_RECLAIM_ZEN;
	made.distances[1] = 32;
	nrb_gates_look(&gates, &made.state, &request, 0, &made.nodes[1]);
	assert_true(gates.is_passed);
}

static void cache_gate(void **state)
{
	struct nrb_vmnode *node = &made.nodes[0];

	(void)state;
	begin("7.3.4");
	/* at min_unmapped - 1, at it, at it + 1: it must exceed */
	for (int64_t pages = 9999; pages <= 10001; pages++) {
		node->inactive_file_pages = pages;
		expect("7.3.4", 1, pages > 10000 ? NRB_N_GATES : NRB_GATE_CACHE);
	}
	node->inactive_file_pages = 6000;
	node->active_file_pages = 4001;
	expect("7.3.4", 1, NRB_N_GATES);
	node->mapped_pages = 1;
	expect("7.3.4", 1, NRB_GATE_CACHE);
	/* more mapped than on the lists: tmpfs is mapped too */
	node->mapped_pages = 20000;
	expect("7.3.4", 1, NRB_GATE_CACHE);
	/* bit 4 counts all of FilePages, also tmpfs */
	node->file_pages = 10001;
	expect("7.3.4", 4, NRB_N_GATES);
	node->file_pages = 10000;
	expect("7.3.4", 4, NRB_GATE_CACHE);
	/* slab instead: its own limit */
	for (int64_t pages = 49999; pages <= 50001; pages++) {
		node->slab_reclaimable_pages = pages;
		expect("7.3.4", 4, pages > 50000 ? NRB_N_GATES : NRB_GATE_CACHE);
	}
	/* a kernel that does not tell */
	node->inactive_file_pages = NRB_ABSENT;
	node->slab_reclaimable_pages = NRB_ABSENT;
	expect("7.3.4", 1, NRB_GATE_CACHE);
}

static void slab_is_asked_again(void **state)
{
	(void)state;
	begin("7.3.4");
	made.nodes[0].mapped_pages = 495000;
	made.nodes[0].slab_reclaimable_pages = 50001;
	expect("5.19.0", 1, NRB_N_GATES);
	expect("5.18.19", 1, NRB_GATE_REPEATED);
}

static void dirty_pages_count(void **state)
{
	(void)state;
	begin("7.3.4");
	made.nodes[0].dirty_pages = 495000;
	/* since 6.19 never as reclaimable, before with bit 2: then they are scanned in vain or not */
	expect("6.19.0", 3, NRB_GATE_CACHE);
	expect("6.18.0", 3, NRB_N_GATES);
	expect("6.18.0", 1, NRB_GATE_CACHE);
	made.nodes[0].dirty_pages = 500000;
	expect("6.18.0", 3, NRB_GATE_YIELD);
	assert_int_equal(nrb_gates_reclaimable(&made.state, &made.nodes[0], 3), 500000);
	assert_int_equal(nrb_gates_reclaimable(&made.state, &made.nodes[0], 1), 0);
}

static void waiting_gate(void **state)
{
	struct nrb_request request = state_request(1);

	(void)state;
	begin("7.3.4");
	for (int gfp = 0; gfp < NRB_N_GFPS; gfp++) {
		request.gfp = (enum nrb_gfp)gfp;
		assert_int_equal(closed(request),
			gfp == NRB_GFP_ATOMIC ? NRB_GATE_WAITING : NRB_N_GATES);
	}
	/* a huge page by its own settings, others of that order not */
	request.gfp = NRB_GFP_MOVABLE;
	request.order = 9;
	assert_int_equal(closed(request), NRB_GATE_WAITING);
	request.is_advised = true;
	assert_int_equal(closed(request), NRB_N_GATES);
	made.state.thp_advised = NRB_THP_LIGHT;
	assert_int_equal(closed(request), NRB_GATE_WAITING);
	request.order = 8;
	assert_int_equal(closed(request), NRB_N_GATES);
}

static void cpu_gate(void **state)
{
	struct nrb_request request = state_request(1);

	(void)state;
	begin("7.3.4");
	request.cpu_node = 1;
	assert_int_equal(closed(request), NRB_GATE_CPU);
	made.nodes[0].has_cpus = false;
	assert_int_equal(closed(request), NRB_N_GATES);
}

static void mglru_gate(void **state)
{
	struct nrb_request request = state_request(0);

	(void)state;
	begin("7.3.4");
	request.lru_gen = true;
	for (request.mode = 1; request.mode < 8; request.mode++) {
		nrb_kernelrules_of(&made.state.rules, "6.3.0");
		assert_int_equal(closed(request),
			request.mode >= 6 ? NRB_N_GATES : NRB_GATE_MGLRU);
		nrb_kernelrules_of(&made.state.rules, "6.2.16");
		assert_int_equal(closed(request), NRB_N_GATES);
	}
}

static void yield_gate(void **state)
{
	struct nrb_vmnode *node = &made.nodes[0];

	(void)state;
	begin("7.3.4");
	/* all mapped: bit 4 alone lets it go; slab has node reclaim run */
	node->mapped_pages = 500000;
	node->slab_reclaimable_pages = 50001;
	expect("7.3.4", 1, NRB_GATE_YIELD);
	expect("7.3.4", 3, NRB_GATE_YIELD);
	expect("7.3.4", 4, NRB_N_GATES);
	/* tmpfs alone: nothing without swap and bit 2 */
	node->mapped_pages = 0;
	node->inactive_file_pages = 0;
	node->shmem_pages = 500000;
	expect("7.3.4", 4, NRB_GATE_YIELD);
	expect("7.3.4", 7, NRB_GATE_YIELD);
	made.state.has_swap = true;
	expect("7.3.4", 5, NRB_GATE_YIELD);
	expect("7.3.4", 7, NRB_N_GATES);
}

static void yield_of_a_scan(void **state)
{
	struct nrb_request request = state_request(1);
	struct nrb_gates gates;

	(void)state;
	begin("7.3.4");
	nrb_gates_look(&gates, &made.state, &request, 0, &made.nodes[0]);
	assert_int_equal(gates.yield_min_pages, 32);
	assert_int_equal(gates.yield_max_pages, 32 + 512);
	request.order = 9;
	request.gfp = NRB_GFP_KERNEL;
	nrb_gates_look(&gates, &made.state, &request, 0, &made.nodes[0]);
	assert_int_equal(gates.yield_min_pages, 512);
	/* of few pages a sixteenth is scanned at first, and never more goes than there is */
	made.nodes[0].slab_reclaimable_pages = 50001;
	made.nodes[0].inactive_file_pages = 160;
	request.order = 0;
	nrb_gates_look(&gates, &made.state, &request, 0, &made.nodes[0]);
	assert_int_equal(gates.yield_min_pages, 10);
	assert_int_equal(gates.yield_max_pages, 160);
	/* behind what is mapped */
	made.nodes[0].inactive_file_pages = 500000;
	made.nodes[0].mapped_pages = 500000 - 1;
	nrb_gates_look(&gates, &made.state, &request, 0, &made.nodes[0]);
	assert_int_equal(gates.yield_min_pages, 1);
	assert_int_equal(gates.yield_max_pages, 1);
}

static void shifted_bits(void **state)
{
	struct nrb_kernelrules rules;

	(void)state;
	nrb_kernelrules_of(&rules, "5.9.16");
	assert_true(nrb_gates_may_write(&rules, 1));
	assert_false(nrb_gates_may_write(&rules, 4));
	assert_true(nrb_gates_may_unmap(&rules, 2));
	assert_false(nrb_gates_may_unmap(&rules, 4));
	nrb_kernelrules_of(&rules, "5.12.0");
	assert_false(nrb_gates_may_write(&rules, 1));
	assert_true(nrb_gates_may_write(&rules, 2));
	assert_false(nrb_gates_may_unmap(&rules, 2));
	assert_true(nrb_gates_may_unmap(&rules, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mode_gate),
		cmocka_unit_test(distance_gate),
		cmocka_unit_test(cache_gate),
		cmocka_unit_test(slab_is_asked_again),
		cmocka_unit_test(dirty_pages_count),
		cmocka_unit_test(waiting_gate),
		cmocka_unit_test(cpu_gate),
		cmocka_unit_test(mglru_gate),
		cmocka_unit_test(yield_gate),
		cmocka_unit_test(yield_of_a_scan),
		cmocka_unit_test(shifted_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is not given is filled in; what cannot be is refused. */
#include "nrb/request.h"

#include "nrb/diag.h"

#include "statetest.h"

static struct made_state made;

static struct nrb_request make(struct nrb_request_asked asked)
{
	struct nrb_request request;

	assert_int_equal(nrb_request_make(&request, &made.state, &asked), 0);
	return request;
}

static void refuse(struct nrb_request_asked asked, const char *words)
{
	struct nrb_request request;

	nrb_diag_reset();
	assert_true(nrb_request_make(&request, &made.state, &asked) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_USAGE);
	assert_non_null(strstr(nrb_diag_message(), words));
}

static struct nrb_request_asked asked(int64_t node, int64_t cpu)
{
	struct nrb_request_asked this = nrb_request_nothing_asked;

	this.node = node;
	this.cpu = cpu;
	return this;
}

static int setup(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	state_make(&made, "7.3.4", 3);
	return 0;
}

static void nothing_asked(void **state)
{
	struct nrb_request request;

	(void)state;
	made.state.mode = 3;
	made.state.lru_gen = NRB_LRU_GEN_ON;
	request = make(nrb_request_nothing_asked);
	assert_int_equal(request.cpu, 0);
	assert_int_equal(request.cpu_node, 0);
	assert_int_equal(request.node, 0);
	assert_int_equal(request.policy, NRB_ARM_LOCAL);
	assert_int_equal(request.order, 0);
	assert_int_equal(request.gfp, NRB_GFP_MOVABLE);
	assert_int_equal(request.mode, 3);
	assert_true(request.lru_gen);
	/* the first node with both */
	made.nodes[0].has_memory = false;
	made.nodes[1].has_cpus = false;
	assert_int_equal(make(nrb_request_nothing_asked).cpu_node, 2);
	made.state.mode = NRB_ABSENT;
	assert_int_equal(make(nrb_request_nothing_asked).mode, 0);
}

static void node_and_cpu(void **state)
{
	struct nrb_request request;

	(void)state;
	request = make(asked(1, -1));
	assert_int_equal(request.cpu, 1);
	assert_int_equal(request.policy, NRB_ARM_LOCAL);
	request = make(asked(-1, 2));
	assert_int_equal(request.node, 2);
	assert_int_equal(request.policy, NRB_ARM_LOCAL);
	request = make(asked(1, 2));
	assert_int_equal(request.node, 1);
	assert_int_equal(request.cpu_node, 2);
	assert_int_equal(request.policy, NRB_ARM_PREFERRED);
	/* a node without CPUs: from the nearest that has some */
	made.nodes[1].has_cpus = false;
	nrb_idset_clear(&made.nodes[1].cpus);
	made.distances[0 * 3 + 1] = 30;
	request = make(asked(1, -1));
	assert_int_equal(request.cpu, 2);
	assert_int_equal(request.policy, NRB_ARM_PREFERRED);
}

static void refused(void **state)
{
	struct nrb_request_asked this = asked(1, 0);

	(void)state;
	refuse(asked(3, -1), "--node 3");
	refuse(asked(-1, 3), "--cpu 3");
	this.policy = NRB_ARM_LOCAL;
	refuse(this, "which is 0, not 1");
	this.policy = -1;
	this.gfp = NRB_GFP_ATOMIC;
	refuse(this, "no policy");
	this = asked(-1, 0);
	this.gfp = NRB_GFP_ATOMIC;
	assert_int_equal(make(this).policy, NRB_ARM_LOCAL);
	this.policy = NRB_ARM_BIND;
	refuse(this, "no policy");
	made.nodes[1].has_memory = false;
	refuse(asked(1, -1), "no memory");
}

static void nodes_that_may_serve(void **state)
{
	struct nrb_request request = { .policy = NRB_ARM_BIND, .node = 1 };

	(void)state;
	assert_int_equal(nrb_request_list_node(&request), 0);
	assert_false(nrb_request_may_use(&request, &made.nodes[0]));
	assert_true(nrb_request_may_use(&request, &made.nodes[1]));
	request.policy = NRB_ARM_CPUSET;
	assert_true(nrb_request_may_use(&request, &made.nodes[0]));
	assert_false(nrb_request_may_use(&request, &made.nodes[1]));
	request.policy = NRB_ARM_PREFERRED;
	assert_int_equal(nrb_request_list_node(&request), 1);
	assert_true(nrb_request_may_use(&request, &made.nodes[1]));
	made.nodes[1].is_allowed = false;
	assert_false(nrb_request_may_use(&request, &made.nodes[1]));
	request.gfp = NRB_GFP_ATOMIC;
	assert_true(nrb_request_may_use(&request, &made.nodes[1]));
	assert_false(nrb_request_is_huge(&request));
	request = (struct nrb_request){ .order = 9 };
	assert_true(nrb_request_is_huge(&request));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_asked, setup),
		cmocka_unit_test_setup(node_and_cpu, setup),
		cmocka_unit_test_setup(refused, setup),
		cmocka_unit_test_setup(nodes_that_may_serve, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

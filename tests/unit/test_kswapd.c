/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding kswapd among processes that would like to be it. */
#include "nrb/kswapd.h"

#include "tree.h"

#include <errno.h>

/* pid (name) state ppid pgrp session tty tpgid flags ... */
#define KTHREAD " 2 0 0 0 -1 2166848 0 0"
#define PROGRAM " 1 0 0 0 -1 4194560 0 0"

static void finds_the_thread(void **state)
{
	struct tree *tree = *state;
	bool asleep;
	int pid;

	tree_write(tree, "proc/12/stat", "12 (kswapd0) R" PROGRAM); /* a miner */
	tree_write(tree, "proc/4000000/stat", "4000000 (kswapd0) S" KTHREAD);
	tree_write(tree, "proc/58/stat", "58 (kswapd1) D" KTHREAD);
	tree_write(tree, "proc/59/stat", "59 (kswapd10) S" KTHREAD);
	tree_write(tree, "proc/60/stat", "60 (a) b (c)) S" PROGRAM);
	tree_write(tree, "proc/self/stat", "60 (kswapd7) S" KTHREAD);
	assert_int_equal(nrb_kswapd_find(&tree->root, 0, &pid), 0);
	assert_int_equal(pid, 4000000);
	assert_int_equal(nrb_kswapd_is_asleep(&tree->root, pid, &asleep), 0);
	assert_true(asleep);
	assert_int_equal(nrb_kswapd_find(&tree->root, 1, &pid), 0);
	assert_int_equal(pid, 58);
	assert_int_equal(nrb_kswapd_is_asleep(&tree->root, pid, &asleep), 0);
	assert_false(asleep);
	assert_int_equal(nrb_kswapd_find(&tree->root, 2, &pid), -ENOENT);
	assert_int_equal(nrb_kswapd_find(&tree->root, 7, &pid), -ENOENT);
}

static void states(void **state)
{
	static const struct {
		const char *text;
		bool asleep;
	} cases[] = {
		{ "5 (kswapd0) S" KTHREAD, true },
		{ "5 (kswapd0) I" KTHREAD, true },
		{ "5 (kswapd0) R" KTHREAD, false },
		{ "5 (kswapd0) D" KTHREAD, false },
	};
	struct tree *tree = *state;
	bool asleep;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tree_write(tree, "proc/5/stat", cases[i].text);
		assert_int_equal(nrb_kswapd_is_asleep(&tree->root, 5, &asleep), 0);
		assert_int_equal(asleep, cases[i].asleep);
	}
}

/* Of several nodes by one look; of two of a name the older one counts. */
static void of_all_nodes(void **state)
{
	struct tree *tree = *state;
	enum nrb_kswapd_state states[4];

	tree_write(tree, "proc/70/stat", "70 (kswapd0) R" KTHREAD);
	tree_write(tree, "proc/71/stat", "71 (kswapd2) S" KTHREAD);
	tree_write(tree, "proc/9/stat", "9 (kswapd1) R" PROGRAM);
	tree_write(tree, "proc/700/stat", "700 (kswapd0) S" KTHREAD);
	tree_write(tree, "proc/72/stat", "72 (kswapd9) S" KTHREAD);
	nrb_kswapd_states(&tree->root, states, 4);
	assert_int_equal(states[0], NRB_KSWAPD_AWAKE);
	assert_int_equal(states[1], NRB_KSWAPD_UNKNOWN);
	assert_int_equal(states[2], NRB_KSWAPD_ASLEEP);
	assert_int_equal(states[3], NRB_KSWAPD_UNKNOWN);
}

static void malformed(void **state)
{
	static const char *const texts[] = { "", "5", "5 (", "5 )(", "5 (kswapd0)",
		"5 (kswapd0) S 2 0" };
	struct tree *tree = *state;
	bool asleep;
	int pid;

	assert_int_equal(nrb_kswapd_find(&tree->root, 0, &pid), -ENOENT);
	assert_int_equal(nrb_kswapd_is_asleep(&tree->root, 5, &asleep), -ENOENT);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		tree_write(tree, "proc/5/stat", texts[i]);
		assert_int_equal(nrb_kswapd_find(&tree->root, 0, &pid), -ENOENT);
		assert_int_equal(nrb_kswapd_is_asleep(&tree->root, 5, &asleep), -EPROTO);
	}
}

static void recorded(void **state)
{
	struct nrb_root root;
	bool asleep;
	int pid;

	(void)state;
	tree_fixture(&root, "four-nodes");
	for (int node = 0; node < 4; node++) {
		assert_int_equal(nrb_kswapd_find(&root, node, &pid), 0);
		assert_int_equal(nrb_kswapd_is_asleep(&root, pid, &asleep), 0);
		assert_true(asleep);
	}
	assert_int_equal(nrb_kswapd_find(&root, 4, &pid), -ENOENT);
	nrb_fsroot_close(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(finds_the_thread),
		TREE_TEST(states),
		TREE_TEST(of_all_nodes),
		TREE_TEST(malformed),
		cmocka_unit_test(recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk in words: what was told once is named, and not told again. */
#include "nrb/explainwalk.h"

#include "statetest.h"

static struct made_state made;

static char *tell(struct nrb_request request)
{
	const struct nrb_screen screen = { .ascii = true };
	struct nrb_allocwalk walk;
	char *text = NULL;
	size_t len = 0;
	struct nrb_page page = { .screen = &screen, .out = open_memstream(&text, &len) };

	assert_non_null(page.out);
	WALK(walk, &made, request);
	nrb_explainwalk_print(&page, &made.state, &walk);
	fclose(page.out);
	nrb_allocwalk_finish(&walk);
	return text;
}

static int count(const char *text, const char *words)
{
	int n = 0;

	for (; (text = strstr(text, words)) != NULL; text += strlen(words)) {
		n++;
	}
	return n;
}

/* For a huge page the first node is asked in each of four passes, the other in two. */
static void gates_are_told_once(void **state)
{
	const struct nrb_request request = { .order = 9, .mode = 0, .is_advised = true };
	char *text;

	(void)state;
	state_make(&made, "6.1.192", 2);
	text = tell(request);
	assert_int_equal(count(text, "node reclaim is off"), 2);
	assert_int_equal(count(text, "Node reclaim: as in 1."), 3);
	assert_int_equal(count(text, "Node reclaim: as in 4."), 1);
	assert_int_equal(count(text, "Node reclaim: as in"), 4);
	assert_int_equal(count(text, "=> No zone has room down to min"), 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gates_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

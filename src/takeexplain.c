/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of explain: one request. */
#include "nrb/take.h"

#include "nrb/idset.h"
#include "nrb/mode.h"
#include "nrb/sample.h"

#include <string.h>

enum { MAX_ORDER = NRB_VMBLOCKS_ORDERS - 1, MAX_COUNT = 100000 };

/* The position of a word, or -1 with a message. */
static int take_word(
	const char *option, const char *value, const char *const *words, const char *want)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(value, words[i]) == 0) {
			return i;
		}
	}
	return nrb_take_bad(option, value, want);
}

int nrb_take_asked_node(struct nrb_options *options, const char *value)
{
	return nrb_take_i64("node", value, 0, NRB_MAX_NODE_NUMBER, "a node's number",
		&options->explain.asked.node);
}

int nrb_take_asked_cpu(struct nrb_options *options, const char *value)
{
	return nrb_take_i64("cpu", value, 0, NRB_IDSET_MAX - 1, "a CPU's number",
		&options->explain.asked.cpu);
}

int nrb_take_asked_order(struct nrb_options *options, const char *value)
{
	return nrb_take_i64("order", value, 0, MAX_ORDER,
		"0 to 10: 2^K pages; 0 is one page, 9 a huge page",
		&options->explain.asked.order);
}

int nrb_take_asked_gfp(struct nrb_options *options, const char *value)
{
	int word = take_word(
		"gfp", value, nrb_gfp_words, "movable, kernel, atomic or dirty-write");

	options->explain.asked.gfp = word < 0 ? 0 : word;
	return word < 0 ? word : 0;
}

int nrb_take_asked_policy(struct nrb_options *options, const char *value)
{
	int word = take_word("policy", value, nrb_policy_words,
		"local, bind, preferred, interleave or cpuset");

	options->explain.asked.policy = word;
	return word < 0 ? word : 0;
}

int nrb_take_asked_mode(struct nrb_options *options, const char *value)
{
	int64_t mode = -1;
	int rc = 0;

	if (strcmp(value, "all") != 0) {
		rc = nrb_take_i64(
			"mode", value, 0, NRB_MODE_BITS, "0 to 7, or all", &mode);
	}
	options->explain.asked.mode = (int)mode;
	options->explain.one_mode = mode >= 0;
	return rc;
}

int nrb_take_verify(struct nrb_options *options, const char *value)
{
	(void)value;
	options->explain.verify = true;
	return 0;
}

int nrb_take_verify_count(struct nrb_options *options, const char *value)
{
	return nrb_take_i64("count", value, 1, MAX_COUNT, "1 to 100000 pages",
		&options->explain.count);
}

int nrb_take_verify_dir(struct nrb_options *options, const char *value)
{
	options->explain.dir = value;
	return 0;
}

int nrb_take_asked_lru_gen(struct nrb_options *options, const char *value)
{
	int word = take_word("lru-gen", value, nrb_off_on_words, "on or off");

	options->explain.asked.lru_gen = word;
	return word < 0 ? word : 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a record, brought together by their combination of factors. */
#include "nrb/group.h"

#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* Of the allocation; a cell that stalled, but freed that much, was reclaiming. */
#define FREEING 0.01

/* Of a share; cells of one state are nearer to each other. */
#define APART 0.05

static void make_key(struct nrb_key *key, const struct nrb_sample *s)
{
	strcpy(key->scenario, s->scenario);
	strcpy(key->variant, s->variant);
	strcpy(key->lru_gen, s->lru_gen);
	strcpy(key->policy, s->policy);
	strcpy(key->page_size, s->page_size);
	strcpy(key->set, s->set);
	strcpy(key->fill_on, s->fill_on);
	strcpy(key->swap, s->swap);
	strcpy(key->trim, s->trim);
	key->node = s->node;
	key->cpu_node = s->cpu_node;
	key->threads = s->threads;
	key->control = s->control == 1;
	key->mode = s->mode;
}

static int compare_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* In the order that rows are shown in. */
static const struct part {
	size_t offset;
	bool is_text;
} all_but_mode[] = {
	{ offsetof(struct nrb_key, scenario), true },
	{ offsetof(struct nrb_key, variant), true },
	{ offsetof(struct nrb_key, cpu_node), false },
	{ offsetof(struct nrb_key, node), false },
	{ offsetof(struct nrb_key, lru_gen), true },
	{ offsetof(struct nrb_key, policy), true },
	{ offsetof(struct nrb_key, page_size), true },
	{ offsetof(struct nrb_key, threads), false },
	{ offsetof(struct nrb_key, set), true },
	{ offsetof(struct nrb_key, fill_on), true },
	{ offsetof(struct nrb_key, swap), true },
	{ offsetof(struct nrb_key, trim), true },
	{ offsetof(struct nrb_key, control), false },
};

static int compare_all_but_mode(const struct nrb_key *a, const struct nrb_key *b)
{
	int order = 0;

	for (size_t i = 0; order == 0 && i < sizeof(all_but_mode) / sizeof(*all_but_mode);
		i++) {
		const void *x = (const char *)a + all_but_mode[i].offset;
		const void *y = (const char *)b + all_but_mode[i].offset;

		order = all_but_mode[i].is_text
				? strcmp(x, y)
				: compare_int(*(const int64_t *)x, *(const int64_t *)y);
	}
	return order;
}

static int compare_keys(const void *a, const void *b)
{
	const struct nrb_key *x = a, *y = b; /* the first member of an arm */
	int order = compare_all_but_mode(x, y);

	return order != 0 ? order : compare_int(x->mode, y->mode);
}

static int find_arm(struct nrb_group *group, const struct nrb_sample *sample,
	struct nrb_arm_cells **arm)
{
	struct nrb_key key;
	void *node;

	make_key(&key, sample);
	node = tfind(&key, &group->tree, compare_keys);
	if (node != NULL) {
		*arm = *(struct nrb_arm_cells **)node;
		return 0;
	}
	if (group->n_arms + group->n_controls == NRB_MAX_ARMS) {
		return -E2BIG;
	}
	*arm = calloc(1, sizeof(**arm));
	if (*arm == NULL) {
		return -ENOMEM;
	}
	(*arm)->key = key;
	if (tsearch(*arm, &group->tree, compare_keys) == NULL) {
		free(*arm);
		return -ENOMEM;
	}
	*(key.control == 0 ? &group->n_arms : &group->n_controls) += 1;
	return 0;
}

static void note_odd(struct nrb_group *group, const struct nrb_sample *sample)
{
	struct nrb_odd_cell *odd;

	if (sample->status == NRB_STATUS_OK || group->n_odd++ >= NRB_MAX_ODD_CELLS) {
		return;
	}
	odd = &group->odd[group->n_odd - 1];
	odd->cell = sample->cell;
	odd->block = sample->block;
	make_key(&odd->key, sample);
	odd->status = sample->status;
	strcpy(odd->note, sample->note);
}

static bool begins_with(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/* A stall in which memory was freed is no futile one, though hardly any of it was written. */
static void note_stall(struct nrb_arm_cells *arm, const struct nrb_sample *sample)
{
	int64_t freed = sample->counters.v[NRB_PGSTEAL_DIRECT];

	if (sample->status != NRB_STATUS_STALLED) {
		return;
	}
	if (begins_with(sample->note, "slow:")) {
		arm->stalls[NRB_STALL_SLOW]++;
	} else if (!begins_with(sample->note, "stalled:")) {
		return;
	} else if (nrb_cellvalue(sample, NRB_VALUE_FREED_RATIO) >= FREEING) {
		arm->stalls[NRB_STALL_FREEING]++;
		arm->stall_freed = freed > arm->stall_freed ? freed : arm->stall_freed;
	} else {
		arm->stalls[NRB_STALL_STOPPED]++;
	}
}

int nrb_group_add(struct nrb_group *group, const struct nrb_sample *sample)
{
	struct nrb_arm_cells *arm;
	int rc;

	if (sample->status == NRB_STATUS_WARM_UP) {
		return 0;
	}
	note_odd(group, sample);
	if (sample->block == 0) {
		return 0;
	}
	rc = find_arm(group, sample, &arm);
	if (rc < 0) {
		return rc;
	}
	arm->cells++;
	arm->with[sample->status]++;
	note_stall(arm, sample);
	group->cells++;
	group->blocks = sample->block > group->blocks ? sample->block : group->blocks;
	if (sample->status == NRB_STATUS_OK) {
		return nrb_tally_add(&arm->ok, sample, group->kernel);
	}
	return sample->status == NRB_STATUS_STALLED
		       ? nrb_tally_add(&arm->stalled, sample, group->kernel)
		       : 0;
}

enum sort { ALLOCATING, WALKING, CONTROL };

struct walk {
	struct nrb_arm_cells **arms;
	int n;
	enum sort wanted;
};

/* Pages are asked for by who allocates; a mode alone, in records of others, will do. */
static bool allocates(const struct nrb_arm_cells *arm)
{
	return arm->key.page_size[0] != '\0' || arm->key.mode != NRB_ABSENT;
}

static enum sort sort_of(const struct nrb_arm_cells *arm)
{
	return arm->key.control != 0 ? CONTROL : allocates(arm) ? ALLOCATING : WALKING;
}

static void collect(const void *node, VISIT visit, void *arg)
{
	struct nrb_arm_cells *arm = *(struct nrb_arm_cells *const *)node;
	struct walk *walk = arg;

	if ((visit == postorder || visit == leaf) && walk->wanted == sort_of(arm)) {
		walk->arms[walk->n++] = arm;
	}
}

static bool is_others(const struct nrb_arm_cells *arm)
{
	double ours = nrb_group_median(arm, NRB_VALUE_CACHE_BYTES);

	return (isnan(ours) ? 0 : ours) <
	       nrb_group_median(arm, NRB_VALUE_NODE_CACHE_BYTES) / 2;
}

/* Arms of one variant are neighbours. */
static void find_whose_cache(struct nrb_arm_cells **arms, int n)
{
	for (int from = 0, to = 0; from < n; from = to) {
		bool others = false;

		for (; to < n && nrb_group_same_variant(arms[from], arms[to]); to++) {
			others = others || is_others(arms[to]);
		}
		for (int i = from; i < to; i++) {
			arms[i]->cache_is_others = others;
		}
	}
}

int nrb_group_finish(struct nrb_group *group)
{
	int all = group->n_arms + group->n_controls;
	struct walk walk = { 0 };

	/* also of none: whoever counts from arms must not count from NULL */
	group->arms = calloc((size_t)all + 1, sizeof(*group->arms));
	if (group->arms == NULL) {
		return -ENOMEM;
	}
	group->controls = group->arms + group->n_arms;
	walk.arms = group->arms;
	for (; walk.wanted <= CONTROL; walk.wanted++) {
		twalk_r(group->tree, collect, &walk);
		group->n_allocating =
			walk.wanted == ALLOCATING ? walk.n : group->n_allocating;
	}
	for (int i = 0; i < all; i++) {
		struct nrb_arm_cells *arm = group->arms[i];

		arm->row = i < group->n_arms ? i : -1;
		if (nrb_tally_finish(&arm->ok) < 0 ||
			nrb_tally_finish(&arm->stalled) < 0) {
			return -ENOMEM;
		}
	}
	find_whose_cache(group->arms, group->n_allocating);
	return 0;
}

static void free_arm(void *node)
{
	struct nrb_arm_cells *arm = node;

	nrb_tally_free(&arm->ok);
	nrb_tally_free(&arm->stalled);
	free(arm);
}

void nrb_group_free(struct nrb_group *group)
{
	tdestroy(group->tree, free_arm);
	free(group->arms);
	memset(group, 0, sizeof(*group));
}

const struct nrb_arm_cells *nrb_group_find(
	const struct nrb_group *group, const struct nrb_key *key)
{
	void *node = tfind(key, (void *const *)&group->tree, compare_keys);

	return node != NULL ? *(struct nrb_arm_cells **)node : NULL;
}

const struct nrb_arm_cells *nrb_group_arm(
	const struct nrb_group *group, const struct nrb_sample *sample)
{
	struct nrb_key key;

	make_key(&key, sample);
	return nrb_group_find(group, &key);
}

const struct nrb_tally *nrb_group_tally(const struct nrb_arm_cells *arm)
{
	return arm->with[NRB_STATUS_OK] > 0 ? &arm->ok : &arm->stalled;
}

enum nrb_rule nrb_group_rule(const struct nrb_arm_cells *arm, int64_t *others)
{
	const int64_t *rules = nrb_group_tally(arm)->rules;
	enum nrb_rule most = NRB_RULE_UNKNOWN;
	int64_t cells = 0;

	for (int i = 0; i < NRB_N_RULES; i++) {
		cells += rules[i];
		most = rules[i] > rules[most] ? (enum nrb_rule)i : most;
	}
	*others = cells - rules[most];
	return most;
}

bool nrb_group_measured(struct nrb_arm_cells *const *arms, int n)
{
	for (int i = 0; i < n; i++) {
		if (arms[i]->with[NRB_STATUS_OK] + arms[i]->with[NRB_STATUS_STALLED] >
			0) {
			return true;
		}
	}
	return false;
}

enum nrb_cellvalue nrb_group_kept(const struct nrb_arm_cells *arm)
{
	return arm->cache_is_others ? NRB_VALUE_NODE_KEPT_RATIO
				    : NRB_VALUE_CACHE_KEPT_RATIO;
}

double nrb_group_median(const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	return nrb_group_tally(arm)->of[value].median;
}

double nrb_group_min(const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	return nrb_group_tally(arm)->of[value].min;
}

double nrb_group_max(const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	return nrb_group_tally(arm)->of[value].max;
}

double nrb_group_sum(const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	return nrb_group_tally(arm)->of[value].sum;
}

double nrb_group_typical(const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	const struct nrb_tally *tally = nrb_group_tally(arm);

	return tally->n_together > 0
		       ? tally->together[(tally->n_together - 1) / 2].v[value]
		       : NAN;
}

bool nrb_group_is_apart(const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	return nrb_group_max(arm, value) - nrb_group_min(arm, value) > APART;
}

bool nrb_group_same_but_mode(const struct nrb_arm_cells *a, const struct nrb_arm_cells *b)
{
	return compare_all_but_mode(&a->key, &b->key) == 0;
}

bool nrb_group_same_variant(const struct nrb_arm_cells *a, const struct nrb_arm_cells *b)
{
	return strcmp(a->key.scenario, b->key.scenario) == 0 &&
	       strcmp(a->key.variant, b->key.variant) == 0;
}

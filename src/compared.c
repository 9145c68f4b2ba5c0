/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record reduced to what a comparison with others takes of it. */
#include "nrb/compared.h"

#include "nrb/figures.h"
#include "nrb/units.h"

#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

const enum nrb_figure_id nrb_compared_counters[NRB_COMPARED_N_COUNTERS] = {
	[NRB_COMPARED_RECLAIM_SUCCESS] = NRB_FIGURE_RECLAIM_SUCCESS,
	[NRB_COMPARED_RECLAIM_FAILED] = NRB_FIGURE_RECLAIM_FAILED,
	[NRB_COMPARED_PGSTEAL_DIRECT] = NRB_FIGURE_PGSTEAL_DIRECT,
	[NRB_COMPARED_PGSTEAL_KSWAPD] = NRB_FIGURE_PGSTEAL_KSWAPD,
	[NRB_COMPARED_ALLOCSTALL] = NRB_FIGURE_ALLOCSTALL,
	[NRB_COMPARED_PSWPOUT] = NRB_FIGURE_PSWPOUT,
	[NRB_COMPARED_REFAULT_FILE] = NRB_FIGURE_REFAULT_FILE,
};

const unsigned int nrb_compared_given = 1u << NRB_FIGURE_NODE |
					1u << NRB_FIGURE_CPU_NODE |
					1u << NRB_FIGURE_LRU_GEN | 1u << NRB_FIGURE_SWAP;

/* -- combinations of factors -- */

static int order_of(const struct nrb_key *a, const struct nrb_key *b, int id)
{
	const struct nrb_figure *figure = &nrb_figure_table[id];
	const void *x = (const char *)a + figure->offset;
	const void *y = (const char *)b + figure->offset;
	int64_t one, two;

	if (figure->format == NRB_FORMAT_TEXT) {
		return strcmp(x, y);
	}
	one = *(const int64_t *)x;
	two = *(const int64_t *)y;
	return (one > two) - (one < two);
}

int nrb_compared_order(
	const struct nrb_key *a, const struct nrb_key *b, unsigned int ignored)
{
	int order = 0;

	for (int id = 0; order == 0 && id < NRB_N_FIGURE_FACTORS; id++) {
		if (id != NRB_FIGURE_MODE && !(ignored & 1u << id)) {
			order = order_of(a, b, id);
		}
	}
	return order != 0 || ignored & 1u << NRB_FIGURE_MODE
		       ? order
		       : order_of(a, b, NRB_FIGURE_MODE);
}

unsigned int nrb_compared_differing(const struct nrb_key *a, const struct nrb_key *b)
{
	unsigned int differing = 0;

	for (int id = 0; id < NRB_N_FIGURE_FACTORS; id++) {
		differing |= order_of(a, b, id) != 0 ? 1u << id : 0;
	}
	return differing;
}

struct nrb_key nrb_compared_without(const struct nrb_key *key, unsigned int ignored)
{
	struct nrb_key without = *key;

	for (int id = 0; id < NRB_N_FIGURE_FACTORS; id++) {
		void *factor = (char *)&without + nrb_figure_table[id].offset;

		if (!(ignored & 1u << id)) {
			continue;
		}
		if (nrb_figure_table[id].format == NRB_FORMAT_TEXT) {
			*(char *)factor = '\0';
		} else {
			*(int64_t *)factor = NRB_ABSENT;
		}
	}
	return without;
}

static int compare_keys(const void *a, const void *b)
{
	return nrb_compared_order(a, b, 0);
}

static const struct nrb_key *share_key(
	struct nrb_compared_keys *keys, const struct nrb_key *key)
{
	void *node = tfind(key, &keys->tree, compare_keys);
	struct nrb_key *copy;

	if (node != NULL) {
		return *(struct nrb_key **)node;
	}
	copy = malloc(sizeof(*copy));
	if (copy == NULL) {
		return NULL;
	}
	*copy = *key;
	if (tsearch(copy, &keys->tree, compare_keys) == NULL) {
		free(copy);
		return NULL;
	}
	return copy;
}

void nrb_compared_free_keys(struct nrb_compared_keys *keys)
{
	tdestroy(keys->tree, free);
	keys->tree = NULL;
}

/* -- the machine -- */

/* Machines of a kind differ by what their firmware and kernels keep for themselves: what is installed is
 * the next eighth of a power of two above, or 64 MiB: of the small nodes of guests they keep more. */
static int64_t installed(int64_t bytes)
{
	int64_t step = 64LL << 20;

	if (bytes <= 0) {
		return 0;
	}
	while (step * 16 <= bytes) {
		step *= 2;
	}
	return (bytes + step - 1) / step * step;
}

static void hash(uint64_t *id, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) { /* FNV-1a */
		*id = (*id ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3;
	}
}

static uint64_t topology_id(const struct nrb_header *h)
{
	uint64_t id = 0xcbf29ce484222325;

	for (int64_t i = 0; i < h->n_nodes; i++) {
		int64_t bytes = installed(h->node_bytes[i]);

		hash(&id, &bytes, sizeof(bytes));
		hash(&id, h->distances[i], (size_t)h->n_nodes);
	}
	hash(&id, h->cpu, strlen(h->cpu));
	return id;
}

static char *topology_of(const struct nrb_header *h)
{
	int largest = nrb_penalty_largest_distance(h);
	int64_t least = INT64_MAX, most = 0;
	char one[NRB_UNITS_LEN], two[NRB_UNITS_LEN], far[32] = "", *text;

	for (int64_t i = 0; i < h->n_nodes; i++) {
		int64_t bytes = installed(h->node_bytes[i]);

		least = bytes < least ? bytes : least;
		most = bytes > most ? bytes : most;
	}
	nrb_units_bytes(one, least);
	nrb_units_bytes(two, most);
	if (largest > 0) {
		snprintf(far, sizeof(far), ", distance %d", largest);
	}
	if (asprintf(&text, "%lld node%s of %s%s%s%s, %s", (long long)h->n_nodes,
		    h->n_nodes == 1 ? "" : "s", h->n_nodes > 0 ? one : "no memory",
		    least < most ? " to " : "", least < most ? two : "", far,
		    h->cpu[0] != '\0' ? h->cpu : "unnamed CPU") < 0) {
		return NULL;
	}
	return text;
}

static enum nrb_compared_kind kind_of(const struct nrb_header *h)
{
	if (h->rehearsal) {
		return NRB_COMPARED_REHEARSAL;
	}
	return h->hypervisor[0] != '\0' ? NRB_COMPARED_GUEST : NRB_COMPARED_HARDWARE;
}

const char *nrb_compared_kind_text(enum nrb_compared_kind kind)
{
	static const char *const texts[] = {
		[NRB_COMPARED_HARDWARE] = "hardware",
		[NRB_COMPARED_GUEST] = "a virtual machine",
		[NRB_COMPARED_REHEARSAL] = "a rehearsal",
	};

	return texts[kind];
}

const char *nrb_compared_identity(const struct nrb_compared *compared)
{
	return compared->host_id[0] != '\0' ? compared->host_id : compared->host;
}

/* -- arms -- */

static int compare_blocks(const void *a, const void *b)
{
	const struct nrb_compared_cell *x = a, *y = b;

	return (x->block > y->block) - (x->block < y->block);
}

static int take_cells(struct nrb_compared_arm *to, const struct nrb_tally *from)
{
	to->all = calloc(from->n_together + 1, sizeof(*to->all));
	if (to->all == NULL) {
		return -ENOMEM;
	}
	to->n_all = from->n_together;
	for (size_t i = 0; i < to->n_all; i++) {
		to->all[i].block = from->together[i].block;
		for (int m = 0; m < NRB_N_METRICS; m++) {
			to->all[i].v[m] = from->together[i].v[nrb_metric_table[m].value];
		}
	}
	qsort(to->all, to->n_all, sizeof(*to->all), compare_blocks);
	return 0;
}

enum nrb_verdict nrb_compared_judge_counted(
	enum nrb_metric metric, double low, double high, double roi)
{
	const struct nrb_estimate span = { .at = NAN, .low = low, .high = high };
	enum nrb_verdict verdict = nrb_contrast_judge(metric, &span, roi);

	return verdict == NRB_VERDICT_UNCLEAR ? NRB_VERDICT_FEW : verdict;
}

static enum nrb_verdict verdict_of(const struct nrb_contrast *contrast, double roi)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[contrast->metric];

	if (contrast->verdict != NRB_VERDICT_FEW || !metric->is_share) {
		return contrast->verdict;
	}
	return nrb_compared_judge_counted(contrast->metric,
		nrb_group_min(contrast->arm, metric->value) -
			nrb_group_max(contrast->reference, metric->value),
		nrb_group_max(contrast->arm, metric->value) -
			nrb_group_min(contrast->reference, metric->value),
		roi);
}

/* The contrasts of one arm are neighbours; *next: those of arms before are passed. */
static int take_own(struct nrb_compared_arm *to, const struct nrb_arm_cells *from,
	const struct nrb_contrasts *contrasts, int *next)
{
	const struct nrb_contrast *list;
	int n = 0;

	if (contrasts->n == 0) {
		return 0; /* and no list */
	}
	list = contrasts->list + *next;
	while (*next + n < contrasts->n && list[n].arm == from) {
		n++;
	}
	*next += n;
	if (n == 0) {
		return 0;
	}
	to->own = calloc((size_t)n, sizeof(*to->own));
	if (to->own == NULL) {
		return -ENOMEM;
	}
	for (int i = 0; i < n; i++) {
		to->own[i] = (struct nrb_compared_effect){ list[i].metric,
			verdict_of(&list[i], contrasts->roi), list[i].blocks,
			list[i].effect };
	}
	to->n_own = n;
	return 0;
}

/* A kernel without MGLRU has the lists that another one has with MGLRU off. */
static struct nrb_key comparable(
	const struct nrb_key *key, const struct nrb_header *header)
{
	struct nrb_key comparable = *key;

	if (header->lru_gen[0] == '\0' && key->lru_gen[0] == '\0' &&
		key->mode != NRB_ABSENT) {
		strcpy(comparable.lru_gen, "off");
	}
	return comparable;
}

static int take_arm(struct nrb_compared_arm *to, const struct nrb_arm_cells *from,
	const struct nrb_report_data *data, struct nrb_compared_keys *keys, int *next)
{
	struct nrb_key key = comparable(&from->key, data->header);
	int rc;

	to->key = share_key(keys, &key);
	to->cells = from->cells;
	to->ok = from->with[NRB_STATUS_OK];
	to->stalled = from->with[NRB_STATUS_STALLED];
	for (int i = 0; i < NRB_COMPARED_N_COUNTERS; i++) {
		to->counters[i] =
			to->ok > 0 ? nrb_figure_number(nrb_compared_counters[i], from)
				   : NAN;
	}
	rc = to->key != NULL ? take_cells(to, &from->ok) : -ENOMEM;
	return rc == 0 ? take_own(to, from, &data->contrasts, next) : rc;
}

static int take_strings(struct nrb_compared *to, const struct nrb_report_data *data)
{
	const struct nrb_header *h = data->header;

	to->file = strdup(data->file);
	to->run_id = strdup(h->run_id);
	to->host = strdup(h->host[0] != '\0' ? h->host : "unnamed host");
	to->host_id = strdup(h->host_id);
	to->start_utc = strdup(h->start_utc);
	to->kernel = strdup(h->kernel);
	to->lru_gen = strdup(h->lru_gen);
	to->topology = topology_of(h);
	return to->file != NULL && to->run_id != NULL && to->host != NULL &&
			       to->host_id != NULL && to->start_utc != NULL &&
			       to->kernel != NULL && to->lru_gen != NULL &&
			       to->topology != NULL
		       ? 0
		       : -ENOMEM;
}

int nrb_compared_make(struct nrb_compared *compared, const struct nrb_report_data *data,
	struct nrb_compared_keys *keys)
{
	const struct nrb_group *group = &data->group;
	int rc, next = 0;

	*compared = (struct nrb_compared){ .topology_id = topology_id(data->header),
		.kind = kind_of(data->header),
		.seed = data->header->seed,
		.alloc_bytes = data->header->alloc_bytes,
		.roi = data->roi,
		.reference_mode = data->header->reference_mode,
		.blocks = group->blocks,
		.cells = group->cells,
		.varying = nrb_figure_varying(group->arms, group->n_arms) };
	rc = take_strings(compared, data);
	if (rc < 0) {
		return rc;
	}
	compared->arms = calloc((size_t)group->n_arms + 1, sizeof(*compared->arms));
	if (compared->arms == NULL) {
		return -ENOMEM;
	}
	while (rc == 0 && compared->n_arms < group->n_arms) {
		int i = compared->n_arms++;

		rc = take_arm(&compared->arms[i], group->arms[i], data, keys, &next);
	}
	return rc;
}

void nrb_compared_drop_cells(struct nrb_compared *compared)
{
	for (int i = 0; i < compared->n_arms; i++) {
		free(compared->arms[i].all);
		compared->arms[i].all = NULL;
		compared->arms[i].n_all = 0;
	}
}

void nrb_compared_free(struct nrb_compared *compared)
{
	nrb_compared_drop_cells(compared);
	for (int i = 0; i < compared->n_arms; i++) {
		free(compared->arms[i].own);
	}
	free(compared->arms);
	free(compared->file);
	free(compared->run_id);
	free(compared->host);
	free(compared->host_id);
	free(compared->start_utc);
	free(compared->kernel);
	free(compared->lru_gen);
	free(compared->topology);
	*compared = (struct nrb_compared){ 0 };
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that name what is compared: scenarios, variants, nodes and the values of factors. */
#include "nrb/take.h"

#include "nrb/diag.h"
#include "nrb/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Split names at commas into into[most], which live as long as kept. Returns 0, -EINVAL (an empty
 * name), -E2BIG or -ENOMEM, silent; *n is 0 then. */
static int split(
	struct nrb_words *kept, const char *value, const char **into, int most, int *n)
{
	int count = 0, rc = 0;

	for (const char *name = value; rc == 0 && name != NULL;) {
		size_t len = strcspn(name, ",");

		if (len == 0) {
			rc = -EINVAL;
		} else if (count == most) {
			rc = -E2BIG;
		} else {
			nrb_words_add(kept, "%.*s", (int)len, name);
			rc = kept->err;
			into[count++] = rc == 0 ? kept->word[kept->n - 1] : NULL;
		}
		name = name[len] == ',' ? name + len + 1 : NULL;
	}
	*n = rc == 0 ? count : 0;
	return rc;
}

/* May be repeated. */
int nrb_take_scenario(struct nrb_options *options, const char *value)
{
	struct nrb_run_options *run = &options->run;
	int n, rc = split(&options->kept, value, run->scenarios + run->n_scenarios,
		       NRB_MAX_SCENARIOS - run->n_scenarios, &n);

	run->n_scenarios += n;
	return rc == 0 ? 0
		       : nrb_take_bad(
				 "scenario", value, "names from `list`, with commas");
}

int nrb_take_all(struct nrb_options *options, const char *value)
{
	(void)value;
	options->run.all = true;
	return 0;
}

/* May be repeated. */
int nrb_take_file(struct nrb_options *options, const char *value)
{
	struct nrb_run_options *run = &options->run;
	int n, rc = split(&options->kept, value, run->files + run->n_files,
		       NRB_MAX_SERVED_FILES - run->n_files, &n);

	run->n_files += n;
	return rc == 0 ? 0 : nrb_take_bad("file", value, "up to 256 paths, with commas");
}

int nrb_take_variant(struct nrb_options *options, const char *value)
{
	struct nrb_run_options *run = &options->run;
	int rc;

	run->n_variants = 0;
	run->all_variants = strcmp(value, "all") == 0;
	if (run->all_variants) {
		return 0;
	}
	rc = split(
		&options->kept, value, run->variants, NRB_MAX_VARIANTS, &run->n_variants);
	return rc == 0 ? 0
		       : nrb_take_bad("variant", value,
				 "names from `list`, with commas, or all");
}

int nrb_take_modes(struct nrb_options *options, const char *value)
{
	static const char want[] =
		"values 0 to 7 with commas, as 0,1,7, or all; the kernel ignores "
		"what is above 7";
	struct nrb_idset set;

	options->run.modes_given = true;
	if (strcmp(value, "all") == 0) {
		options->run.modes = (1u << NRB_N_MODES) - 1;
		return 0;
	}
	if (nrb_idset_parse(value, &set) < 0 || nrb_idset_count(&set) == 0) {
		return nrb_take_bad("modes", value, want);
	}
	options->run.modes = 0;
	nrb_for_each_id(mode, &set) {
		if (mode >= NRB_N_MODES) {
			return nrb_take_bad("modes", value, want);
		}
		options->run.modes |= 1u << mode;
	}
	return 0;
}

int nrb_take_reference(struct nrb_options *options, const char *value)
{
	int64_t mode;
	int rc = nrb_take_i64(
		"reference", value, 0, NRB_N_MODES - 1, "a value 0 to 7", &mode);

	if (rc == 0) {
		options->run.reference = (int)mode;
	}
	return rc;
}

int nrb_take_node(struct nrb_options *options, const char *value)
{
	if (strcmp(value, "all") == 0) {
		options->run.all_nodes = true;
		return 0;
	}
	options->run.nodes_given = true;
	return nrb_idset_parse(value, &options->run.nodes) < 0 ||
			       nrb_idset_count(&options->run.nodes) == 0
		       ? nrb_take_bad("node", value, "node numbers with commas, or all")
		       : 0;
}

/* The next word of a list with commas; *list is behind it, NULL after the last. Returns 0 or -EINVAL
 * for one that is too long. */
static int next_word(const char **list, char *word, size_t size)
{
	size_t len = strcspn(*list, ",");

	snprintf(word, size, "%.*s", (int)len, *list);
	*list = (*list)[len] == ',' ? *list + len + 1 : NULL;
	return len < size ? 0 : -EINVAL;
}

/* "same" stands among the numbers. */
int nrb_take_cpu_node(struct nrb_options *options, const char *value)
{
	struct nrb_run_options *run = &options->run;
	const char *list = value;
	char word[64];

	run->cpu_node_same = false;
	nrb_idset_clear(&run->cpu_nodes);
	while (list != NULL) {
		struct nrb_idset nodes;
		int rc = next_word(&list, word, sizeof(word));

		if (rc == 0 && strcmp(word, "same") == 0) {
			run->cpu_node_same = true;
			continue;
		}
		if (rc < 0 || nrb_idset_parse(word, &nodes) < 0 ||
			nrb_idset_count(&nodes) == 0) {
			return nrb_take_bad(
				"cpu-node", value, "same, or node numbers with commas");
		}
		nrb_for_each_id(node, &nodes) {
			nrb_idset_add(&run->cpu_nodes, node);
		}
	}
	return 0;
}

/* The first of a list that is none of the words, as the nearest that it could be. */
static struct nrb_nearest look_for(
	const char *value, const char *const *words, char *word)
{
	struct nrb_nearest nearest = { .word = word };

	do {
		bool known = false;

		nearest.name = NULL;
		next_word(&value, word, NRB_WORD_LEN);
		for (int i = 0; words[i] != NULL; i++) {
			known = known || strcmp(words[i], word) == 0;
			nrb_nearest_look(&nearest, words[i]);
		}
		if (!known) {
			return nearest;
		}
	} while (value != NULL);
	return (struct nrb_nearest){ 0 };
}

static int take_words(const char *option, const char *value, const char *const *words,
	const char *want, struct nrb_levels *levels)
{
	char word[NRB_WORD_LEN], meant[128];
	struct nrb_nearest nearest;

	levels->n = 0;
	if (nrb_levels_add_words(levels, value, words) == 0) {
		return 0;
	}
	nearest = look_for(value, words, word);
	if (nearest.name == NULL) {
		return nrb_take_bad(option, value, want);
	}
	snprintf(meant, sizeof(meant), "did you mean %s?", nearest.name);
	return nrb_take_bad(option, value, meant);
}

static int take_off_on(const char *option, const char *value, struct nrb_levels *levels)
{
	return take_words(option, value, nrb_off_on_words, "off, on or off,on", levels);
}

int nrb_take_lru_gen(struct nrb_options *options, const char *value)
{
	return take_off_on("lru-gen", value, &options->run.lru_gen);
}

int nrb_take_policy(struct nrb_options *options, const char *value)
{
	return take_words("policy", value, nrb_policy_words,
		"of local, bind, preferred, interleave and cpuset, with commas",
		&options->run.policy);
}

int nrb_take_page_size(struct nrb_options *options, const char *value)
{
	return take_words("page-size", value, nrb_page_size_words, "4k, thp or 4k,thp",
		&options->run.page_size);
}

int nrb_take_threads(struct nrb_options *options, const char *value)
{
	options->run.threads.n = 0;
	return nrb_levels_add_numbers(&options->run.threads, value, 1, NRB_MAX_THREADS) <
			       0
		       ? nrb_take_bad("threads", value,
				 "numbers 1 to 64 with commas, as 1,2,4")
		       : 0;
}

int nrb_take_fill_on(struct nrb_options *options, const char *value)
{
	return take_words("fill-on", value, nrb_fill_on_words,
		"target, all or target,all", &options->run.fill_on);
}

int nrb_take_trim(struct nrb_options *options, const char *value)
{
	return take_off_on("trim", value, &options->run.trim);
}

int nrb_take_swap(struct nrb_options *options, const char *value)
{
	return take_off_on("swap", value, &options->run.swap);
}

/* None twice. */
static void keep_set(struct nrb_run_options *run)
{
	for (int i = 0; i < run->n_sets; i++) {
		if (strcmp(run->sets[i].text, run->sets[run->n_sets].text) == 0) {
			return;
		}
	}
	run->n_sets++;
}

int nrb_take_set(struct nrb_options *options, const char *value)
{
	struct nrb_run_options *run = &options->run;
	const char *list = value;
	char arm[NRB_SET_LEN];

	run->n_sets = 0;
	while (list != NULL) {
		int rc = next_word(&list, arm, sizeof(arm));

		if (rc < 0 || arm[0] == '\0' || run->n_sets == NRB_MAX_SETS) {
			return nrb_take_bad("set", value,
				"up to 16 arms with commas, as found,vm.swappiness=10");
		}
		rc = nrb_set_parse(&run->sets[run->n_sets], arm);
		if (rc < 0) {
			return rc;
		}
		keep_set(run);
	}
	return 0;
}

/* Records are named after them. */
static bool is_named_twice(const struct nrb_kernelspec *specs, int n)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(specs[i].name, specs[n].name) == 0) {
			return true;
		}
	}
	return false;
}

/* May be repeated. */
int nrb_take_kernels(struct nrb_options *options, const char *value)
{
	const char *names[NRB_KERNELSPEC_MAX];
	int n, rc = split(&options->kept, value, names,
		       NRB_KERNELSPEC_MAX - options->n_kernels, &n);

	for (int i = 0; rc == 0 && i < n; i++) {
		rc = nrb_kernelspec_parse(
			names[i], &options->kernels[options->n_kernels]);
		if (rc == 0 && is_named_twice(options->kernels, options->n_kernels)) {
			return nrb_refuse(NRB_EXIT_USAGE, "name each once",
				"--kernels: two records would be named after %s",
				options->kernels[options->n_kernels].name);
		}
		options->n_kernels += rc == 0;
	}
	return rc == 0 ? 0
		       : nrb_take_bad("kernels", value,
				 "up to 16, with commas: a suite as bookworm, "
				 "trixie-backports:7.3, a directory with a slash, or own");
}

int nrb_take_guests(struct nrb_options *options, const char *value)
{
	int64_t guests;
	int rc = nrb_take_i64(
		"guests", value, 1, NRB_KERNELSPEC_MAX, "a number 1 to 16", &guests);

	if (rc == 0) {
		options->guests = (int)guests;
		options->guests_given = true;
	}
	return rc;
}

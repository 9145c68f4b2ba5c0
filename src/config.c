/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that make a run what it is, into a record and out of it. */
#include "nrb/config.h"

#include "nrb/diag.h"
#include "nrb/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Of rehearse. Kernels are files of one machine: they are named anew. */
static const char *const guest_options[] = { "like", "nodes", "node-mem", "cpus-per-node",
	"distance", "accel", NULL };

/* Of run alone: where on a machine it measures, and how well; a guest has none of them. */
static const char *const run_options[] = { "dir", "file", "width", NULL };

/* What an option that is given makes void, beside itself. */
static const struct {
	const char *given, *other;
} replaced[] = {
	{ "scenario", "all" },
	{ "scenario", "variant" },
	{ "scenario", "file" },
	{ "all", "scenario" },
	{ "all", "variant" },
	{ "blocks", "width" },
	{ "width", "blocks" },
	{ "like", "nodes" },
	{ "nodes", "like" },
};

static bool is_in(const char *const *names, const char *name, size_t len)
{
	for (; *names != NULL; names++) {
		if (strlen(*names) == len && memcmp(*names, name, len) == 0) {
			return true;
		}
	}
	return false;
}

bool nrb_config_makes_guest(const char *name, size_t len)
{
	return is_in(guest_options, name, len);
}

static int keep(
	struct nrb_words *words, const struct nrb_option_info *o, const char *value)
{
	nrb_words_add(words, "--%s%s%s", o->name, value != NULL ? "=" : "",
		value != NULL ? value : "");
	return words->err < 0 ? nrb_fail(words->err, "--%s", o->name) : 0;
}

/* rehearse checks the inner run's options by parsing them, and hands them on as they are; of its own it
 * tells the inner run, for the record. */
static int hand_on(struct nrb_options *options, const char **list, int *n,
	const struct nrb_option_info *o, const char *value)
{
	struct nrb_words *words = &options->run.asked;
	int rc;

	if (*n + 2 > NRB_REHEARSE_MAX_ARGS) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL, "too many options");
	}
	rc = keep(words, o, value);
	if (rc == 0) {
		list[(*n)++] = words->word[words->n - 1];
	}
	return rc;
}

int nrb_config_keep(
	struct nrb_options *options, const struct nrb_option_info *o, const char *value)
{
	unsigned int command = options->command != NULL ? options->command->command : 0;
	size_t len = strlen(o->name);

	if (command == NRB_COMMAND_REHEARSE && o->inner) {
		return hand_on(options, options->rehearse.args, &options->n_rehearse_args,
			o, value);
	}
	if (command == NRB_COMMAND_REHEARSE && is_in(guest_options, o->name, len)) {
		return hand_on(options, options->rehearse.guest_args,
			&options->n_guest_args, o, value);
	}
	if (command != NRB_COMMAND_RUN) {
		return 0;
	}
	if (strcmp(o->name, "guest") == 0) {
		nrb_words_add(&options->run.asked, "%s", value);
	}
	return o->inner || (is_in(run_options, o->name, len) && !options->run.rehearsal)
		       ? keep(&options->run.asked, o, value)
		       : 0;
}

int nrb_config_note(
	struct nrb_options *options, const struct nrb_option_info *o, const char *value)
{
	struct nrb_config *config = &options->config;

	if (strcmp(o->name, "config") == 0) {
		config->path = value;
	}
	if (config->n_given < NRB_CONFIG_MAX_GIVEN) {
		config->given[config->n_given++] = o->name;
	}
	return 0;
}

static bool is_replaced(const struct nrb_config *config, const char *name)
{
	for (int i = 0; i < config->n_given; i++) {
		const char *given = config->given[i];

		if (strcmp(given, name) == 0) {
			return true;
		}
		for (size_t k = 0; k < sizeof(replaced) / sizeof(*replaced); k++) {
			if (strcmp(given, replaced[k].given) == 0 &&
				strcmp(name, replaced[k].other) == 0) {
				return true;
			}
		}
	}
	return false;
}

bool nrb_config_takes(const struct nrb_options *options, const struct nrb_option_info *o)
{
	const struct nrb_config *config = &options->config;
	size_t len = strlen(o->name);
	bool is_of_run = is_in(run_options, o->name, len);

	return (o->inner || is_in(guest_options, o->name, len) ||
		       (is_of_run && !config->rehearsal)) &&
	       !is_replaced(config, o->name);
}

/* Records of older versions have but the command line itself. */
static int read_words(struct nrb_config *config, const struct nrb_reader *reader)
{
	int rc;

	nrb_words_add(&config->words, "numa-reclaim-bench");
	rc = nrb_reader_words(reader, "options", &config->words);
	if (rc == -ENOENT) {
		nrb_words_finish(&config->words);
		rc = nrb_reader_words(reader, "argv", &config->words);
	}
	if (rc == -ENOENT || (rc == 0 && config->words.n == 0)) {
		return nrb_refuse(NRB_EXIT_USAGE, "give its options by hand",
			"--config: the record does not say what its run was asked for");
	}
	return rc;
}

int nrb_config_read(struct nrb_config *config)
{
	const struct nrb_header *header;
	struct nrb_reader *reader;
	int rc = nrb_reader_open(&reader, config->path);

	if (rc < 0) {
		return rc;
	}
	header = nrb_reader_header(reader);
	config->rehearsal = header->rehearsal;
	if (header->seed != NRB_ABSENT) {
		snprintf(config->seed, sizeof(config->seed), "%" PRId64, header->seed);
	}
	rc = read_words(config, reader);
	nrb_reader_close(reader);
	return rc;
}

void nrb_config_say(const struct nrb_options *options)
{
	char *text = NULL;
	size_t len;
	FILE *out;

	if (options->config.path == NULL || (out = open_memstream(&text, &len)) == NULL) {
		return;
	}
	nrb_words_print(&options->run.asked, out);
	if (fclose(out) == 0) {
		nrb_note("the run of %s again: %s", options->config.path, text);
	}
	free(text);
}

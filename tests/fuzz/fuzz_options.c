/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any lines as a command line, a word each, through the parser and, for a run that it takes, the plan. What
 * stands behind a NUL is a record: the file "r" of --config. The words also go through the readers of
 * lists and quantities themselves.
 */
#include "output.h"
#include "tree.h"

#include "nrb/diag.h"
#include "nrb/guest.h"
#include "nrb/machine.h"
#include "nrb/options.h"
#include "nrb/plankinds.h"
#include "nrb/scenarios.h"
#include "nrb/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_WORDS = 64 };

static struct nrb_machine machine;

/* -- one word -- */

static void check_list(const char *word)
{
	char text[NRB_IDSET_MAX * 6];
	struct nrb_idset set, again;

	if (nrb_idset_parse(word, &set) == 0) {
		nrb_idset_format(&set, text, sizeof(text));
		assert(nrb_idset_parse(text, &again) == 0);
		assert(memcmp(&set, &again, sizeof(set)) == 0);
	}
}

static void check_quantities(const char *word)
{
	char text[NRB_UNITS_LEN];
	int64_t value;

	if (nrb_units_parse_bytes(word, &value) == 0) {
		assert(value > 0 && nrb_units_bytes(text, value)[0] != '\0');
	}
	if (nrb_units_parse_seconds(word, &value) == 0) {
		assert(value > 0 && nrb_units_seconds(text, (double)value)[0] != '\0');
	}
	if (nrb_units_parse_percent(word, &value) == 0) {
		assert(value > 0 && value <= 10000000);
	}
	if (nrb_units_parse_i64(word, -7, 7, &value) == 0) {
		assert(value >= -7 && value <= 7);
		assert(nrb_units_count(text, value)[0] != '\0');
	}
}

static void check_assignment(const char *word)
{
	const struct nrb_setting *setting;
	char value[NRB_SETTING_LEN];

	if (nrb_setting_assign(word, &setting, value) == 0) {
		assert(nrb_setting_valid(setting, value));
	}
}

/* -- what a command line leads to -- */

static void plan(const struct nrb_options *options)
{
	struct nrb_screen screen = { .width = 80, .ascii = true };
	struct nrb_plan plan;
	struct output output;

	if (nrb_plan_make(&plan, &options->run, &machine, nrb_scenario_table) < 0) {
		assert(nrb_diag_message()[0] != '\0');
		return;
	}
	assert(plan.memory_bytes >= 0 && plan.file_bytes >= 0 && plan.blocks >= 0);
	output_begin(&output);
	nrb_plan_print(&plan, &options->run, &machine, &screen, output.out);
	nrb_json_free(nrb_plan_json(&plan, &options->run, &machine));
	output_end(&output);
	nrb_plan_finish(&plan);
}

/* Each argument of QEMU is one word of ours, whatever was asked for. */
static void rehearse(const struct nrb_options *options)
{
	const struct nrb_rehearse_options *asked = &options->rehearse;
	struct nrb_shape shape;
	const struct nrb_guest guest = {
		.shape = &shape, .kvm = strcmp(asked->accel, "kvm") == 0, .swap = true
	};
	struct nrb_words words = { 0 };
	struct nrb_kinds kinds;

	nrb_shape_make(&shape, &asked->asked);
	nrb_plankinds_find(&kinds, &options->run, nrb_scenario_table);
	assert(nrb_guest_disk_bytes(&guest) > 0 && nrb_guest_swap_bytes(&guest) > 0);
	nrb_guest_command_line(&guest, "VMLINUZ", &words);
	assert(words.err == 0 && strlen(words.word[0]) > 0);
	nrb_words_finish(&words);
}

static void follow(const struct nrb_options *options)
{
	struct output output;

	if (options->help) {
		output_begin(&output);
		nrb_options_help(options->command, output.out);
		output_end(&output);
	}
	if (options->command == NULL || options->help || options->version) {
		return;
	}
	if (options->command->command == NRB_COMMAND_RUN) {
		plan(options);
	}
	if (options->command->command == NRB_COMMAND_REHEARSE) {
		rehearse(options);
	}
}

static void parse(int argc, const char *const *argv)
{
	static struct nrb_options options;

	nrb_diag_reset();
	if (nrb_options_parse(&options, argc, argv) == 0) {
		follow(&options);
	} else {
		assert(nrb_diag_message()[0] != '\0');
	}
	nrb_options_finish(&options);
}

/* -- the input -- */

static void begin(void)
{
	nrb_diag_set_muted(true);
	tree_make("two-nodes");
	assert(nrb_machine_read(&machine, &tree.root) == 0);
	/* no file of others may be named by chance, nor a terminal be waited for */
	assert(chdir(tree.dir) == 0 && freopen("/dev/null", "re", stdin) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *argv[MAX_WORDS + 2] = { "numa-reclaim-bench" };
	size_t len = strnlen((const char *)data, size);
	char *text, *rest;
	int argc = 1;

	if (tree.dir[0] == '\0') {
		begin();
	}
	tree_put("r", data + len + (len < size), size - len - (len < size));
	text = strndup((const char *)data, len);
	rest = text;
	while (argc <= MAX_WORDS && rest != NULL) {
		argv[argc++] = strsep(&rest, "\n");
	}
	for (int i = 1; i < argc; i++) {
		check_list(argv[i]);
		check_quantities(argv[i]);
		check_assignment(argv[i]);
	}
	parse(argc, argv);
	free(text);
	return 0;
}

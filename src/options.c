/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: tables, and getopt_long(3) over them. */
#include "nrb/options.h"

#include "nrb/clock.h"
#include "nrb/config.h"
#include "nrb/diag.h"
#include "nrb/take.h"
#include "nrb/units.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
	RUN = NRB_COMMAND_RUN,
	REHEARSE = NRB_COMMAND_REHEARSE,
	BOTH = RUN | REHEARSE,
	CHECK = NRB_COMMAND_CHECK,
	EXPLAIN = NRB_COMMAND_EXPLAIN,
	REPORT = NRB_COMMAND_REPORT,
	COMPARE = NRB_COMMAND_COMPARE,
	SHOWN = REPORT | COMPARE,
	MEASURED = BOTH | SHOWN, /* recorded, and who shows it may take another */
	EXPORT = NRB_COMMAND_EXPORT,
	WATCH = NRB_COMMAND_WATCH,
	ALL = NRB_COMMAND_ALL,
};

/* clang-format off */
const struct nrb_command_info nrb_command_table[] = {
	{ RUN, "run", "", "compare values of vm.zone_reclaim_mode on this machine (root)",
	  { "numa-reclaim-bench run --modes 0,1", "numa-reclaim-bench run -n", NULL } },
	{ REHEARSE, "rehearse", "", "the same run inside a throw-away virtual NUMA machine",
	  { "numa-reclaim-bench rehearse", "numa-reclaim-bench rehearse --modes 0,1,7 --blocks 3", NULL } },
	{ CHECK, "check", "", "what this machine is, what would run and what forbids it",
	  { "numa-reclaim-bench check", "numa-reclaim-bench check --json", NULL } },
	{ EXPLAIN, "explain", "", "why the next page comes from where it comes, mode by mode",
	  { "numa-reclaim-bench explain", "numa-reclaim-bench explain --node 1 --cpu 0 --mode 1", NULL } },
	{ WATCH, "watch", "[INTERVAL [COUNT]]", "locality and reclaim of each node, live; changes nothing",
	  { "numa-reclaim-bench watch", "numa-reclaim-bench watch --json 10 6", NULL } },
	{ REPORT, "report", "FILE...", "records as a table, as JSON, CSV or an HTML page",
	  { "numa-reclaim-bench report run.jsonl", "numa-reclaim-bench report --html run.html run.jsonl", NULL } },
	{ COMPARE, "compare", "A B...", "records against the first; many hosts, each against itself",
	  { "numa-reclaim-bench compare before.jsonl after.jsonl", "numa-reclaim-bench compare --csv *.jsonl", NULL } },
	{ EXPORT, "export", "FILE", "a record for other tools: metrics, sysctl.d, tuned, plots",
	  { "numa-reclaim-bench export --format sysctl.d run.jsonl",
	    "numa-reclaim-bench export --format openmetrics -o numa.prom run.jsonl", NULL } },
	{ NRB_COMMAND_LIST, "list", "", "scenarios, record fields and counters",
	  { "numa-reclaim-bench list", "numa-reclaim-bench list --json", NULL } },
	{ NRB_COMMAND_RESTORE, "restore", "", "put settings back after a run that was killed (root)",
	  { "numa-reclaim-bench restore", NULL, NULL } },
	{ 0, NULL, NULL, NULL, { NULL } },
};

const struct nrb_option_info nrb_option_table[] = {
	{ "scenario",      0,  "NAME,...", BOTH,   true,  "what the node holds (see list); clean", nrb_take_scenario },
	{ "all",           0,  NULL,       BOTH,   true,  "every scenario, the cheapest first, within --budget", nrb_take_all },
	{ "variant",       0,  "NAME,...|all", BOTH, true, "ways of the scenarios (see list); the first", nrb_take_variant },
	{ "modes",         0,  "M,...|all", BOTH,  true,  "values to compare; all of 0 to 7", nrb_take_modes },
	{ "reference",     0,  "M",        BOTH,   true,  "value the others are compared with; the one found", nrb_take_reference },
	{ "node",          0,  "N,...|all", BOTH,  true,  "node under test; the first with CPUs", nrb_take_node },
	{ "cpu-node",      0,  "same|N,...", BOTH, true,  "node whose CPUs allocate; same", nrb_take_cpu_node },
	{ "lru-gen",       0,  "off,on",   BOTH,   true,  "MGLRU, a part of the kernel; as found", nrb_take_lru_gen },
	{ "policy",        0,  "NAME,...", BOTH,   true,  "of the allocation (see list); local, or preferred", nrb_take_policy },
	{ "page-size",     0,  "4k,thp",   BOTH,   true,  "pages to allocate; 4k", nrb_take_page_size },
	{ "threads",       0,  "N,...",    BOTH,   true,  "allocate with so many at once; 1", nrb_take_threads },
	{ "fill-on",       0,  "target,all", BOTH, true,  "nodes to fill with file cache; target", nrb_take_fill_on },
	{ "trim",          0,  "off,on",   BOTH,   true,  "have the kernel free the node first (6.17); off", nrb_take_trim },
	{ "swap",          0,  "off,on",   BOTH,   true,  "in a rehearsal alone; as found", nrb_take_swap },
	{ "set",           0,  "ARM,...",  BOTH,   true,  "settings (see list), NAME=VALUE or NAME=xN; found", nrb_take_set },
	{ "fill",          0,  "SIZE",     BOTH,   true,  "file cache, the rest is locked; up to 16G all", nrb_take_fill },
	{ "sparse",        0,  NULL,       BOTH,   true,  "the cache file takes no disk; no re-read figures", nrb_take_sparse },
	{ "alloc",         0,  "SIZE",     BOTH,   true,  "memory to allocate; 20 to 40 % of the node, up to 4G", nrb_take_alloc },
	{ "locate",        0,  "all|sample", BOTH, true,  "pages whose node is asked for; above 16G a sample", nrb_take_locate },
	{ "aa",            0,  NULL,       BOTH,   true,  "run the reference twice in each block, as a control", nrb_take_aa },
	{ "blocks",        0,  "N",        BOTH,   true,  "measure every value N times; by --budget, else 1", nrb_take_blocks },
	{ "budget",        0,  "TIME",     BOTH,   true,  "as many blocks as fit; 20m for run without --blocks", nrb_take_budget },
	{ "seed",          0,  "N",        BOTH,   true,  "of all that is random; drawn, and recorded", nrb_take_seed },
	{ "roi",           0,  "PERCENT",  MEASURED, true, "smaller differences are none; as recorded, or 5%", nrb_take_roi },
	{ "max-memory",    0,  "SIZE",     BOTH,   true,  "refuse a plan that takes more", nrb_take_max_memory },
	{ "width",         0,  "PERCENT",  RUN,    false, "as many blocks as an interval of p99 so wide takes", nrb_take_width },
	{ "config",        0,  "RECORD",   BOTH,   false, "repeat its run; options given beside count", nrb_take_config },
	{ "dir",           0,  "DIR",      RUN,    false, "where the cache file is made, on a disk; .", nrb_take_dir },
	{ "file",          0,  "PATH,...", RUN,    false, "your own files for fileserver to serve; read alone", nrb_take_file },
	{ "like",          0,  "FILE|own", REHEARSE, false, "nodes as in hwloc's XML of a server; own, or 2", nrb_take_like },
	{ "nodes",         0,  "N",        REHEARSE, false, "nodes of the guest, all alike; 2", nrb_take_nodes },
	{ "node-mem",      0,  "SIZE",     REHEARSE, false, "memory of each node, or of the largest; 512M", nrb_take_node_mem },
	{ "cpus-per-node", 0,  "N",        REHEARSE, false, "CPUs of each node, or at most; 1", nrb_take_cpus_per_node },
	{ "distance",      0,  "N",        REHEARSE, false, "from node to node (SLIT); 21", nrb_take_distance },
	{ "kernel",        0,  "FILE",     REHEARSE, false, "vmlinuz to boot; the newest in /boot, or fetched", nrb_take_kernel },
	{ "modules",       0,  "DIR",      REHEARSE, false, "its modules: .../lib/modules/RELEASE", nrb_take_modules },
	{ "kernel-deb",    0,  "FILE",     REHEARSE, false, "kernel package to unpack and boot; may be repeated", nrb_take_kernel_deb },
	{ "kernels",       0,  "SPEC,...", REHEARSE, false, "SUITE[:6.1], DIR or own: each, then compare", nrb_take_kernels },
	{ "guests",        0,  "N",        REHEARSE, false, "of --kernels so many at once; 1", nrb_take_guests },
	{ "accel",         0,  "tcg|kvm",  REHEARSE, false, "how QEMU runs the guest; tcg", nrb_take_accel },
	{ "keep",          0,  "DIR",      REHEARSE, false, "leave the guest's files in this new directory", nrb_take_keep },
	{ "output",        'o', "FILE",    BOTH | EXPORT, false, "the record, a new file, or the export; - is stdout", nrb_take_output },
	{ "node",          0,  "N",        EXPLAIN, false, "node it is wanted from; that of the CPU", nrb_take_asked_node },
	{ "cpu",           0,  "C",        EXPLAIN, false, "that asks for the page; the node's first", nrb_take_asked_cpu },
	{ "order",         0,  "K",        EXPLAIN, false, "2^K pages in one piece, 0 to 10; 0", nrb_take_asked_order },
	{ "gfp",           0,  "KIND",     EXPLAIN, false, "movable, kernel, atomic or dirty-write; movable", nrb_take_asked_gfp },
	{ "policy",        0,  "NAME",     EXPLAIN, false, "as of run; local, or preferred", nrb_take_asked_policy },
	{ "mode",          0,  "M|all",    EXPLAIN, false, "value to imagine, none is set; all of 0 to 7", nrb_take_asked_mode },
	{ "lru-gen",       0,  "on|off",   EXPLAIN, false, "MGLRU, imagined likewise; as found", nrb_take_asked_lru_gen },
	{ "verify",        0,  NULL,       EXPLAIN, false, "ask for the page, and see whether it comes as said", nrb_take_verify },
	{ "count",         0,  "N",        EXPLAIN, false, "with --verify: so many pages, one by one; 1", nrb_take_verify_count },
	{ "dir",           0,  "DIR",      EXPLAIN, false, "of --verify: for a nameless file; this one", nrb_take_verify_dir },
	{ "format",        0,  "F",        EXPORT, false, "csv, openmetrics, sysctl.d, tuned, gnuplot or hgrm", nrb_take_format },
	{ "mode",          0,  "M",        EXPORT, false, "hgrm: the arm with this value", nrb_take_mode },
	{ "arm",           0,  "N",        EXPORT, false, "hgrm: the Nth arm of those with times", nrb_take_arm },
	{ "yes",           'y', NULL,      BOTH,   false, "do not ask; rehearse never does", nrb_take_yes },
	{ "dry-run",       'n', NULL,      BOTH,   false, "show the plan and stop", nrb_take_dry_run },
	{ "progress",      0,  "WHEN",     BOTH,   false, "auto, tty, plain or none", nrb_take_progress },
	{ "rehearsal",     0,  NULL,       RUN,    false, "the record is made in a guest: its times mean little", nrb_take_rehearsal },
	{ "guest",         0,  "OPTION",   RUN,    false, "of rehearse, that made this guest: for the record", nrb_take_guest },
	{ "openmetrics",   0,  NULL,       WATCH,  false, "metrics, one exposition each interval; else one now", nrb_take_openmetrics },
	{ "trace",         0,  NULL,       WATCH,  false, "each call of node reclaim, how long it took (root)", nrb_take_trace },
	{ "root",          0,  "DIR",      RUN | CHECK | EXPLAIN | EXPORT | WATCH, false, "a recorded machine instead of /", nrb_take_root },
	{ "csv",           0,  NULL,       SHOWN,  false, "one row for each combination of factors", nrb_take_csv },
	{ "html",          0,  "OUT",      REPORT, false, "one page with pictures, a new file", nrb_take_html },
	{ "plots",         0,  "DIR",      REPORT, false, "leave gnuplot's scripts in this new directory", nrb_take_plots },
	{ "json",          0,  NULL,       ALL,    false, "one JSON document on stdout, also on failure", nrb_take_json },
	{ "color",         0,  "WHEN",     ALL,    false, "auto, always or never", nrb_take_color },
	{ "ascii",         0,  NULL,       ALL,    false, "no character beyond ASCII", nrb_take_ascii },
	{ "quiet",         'q', NULL,      ALL,    false, "say less on stderr", nrb_take_quiet },
	{ "help",          'h', NULL,      ALL,    false, "this help", nrb_take_help },
	{ "version",       'V', NULL,      ALL,    false, "the version", nrb_take_version },
	{ NULL, 0, NULL, 0, false, NULL, NULL },
};
/* clang-format on */

enum {
	MAX_OPTIONS = sizeof(nrb_option_table) / sizeof(nrb_option_table[0]),
	FIRST_VALUE = 256
};

const struct nrb_command_info *nrb_command_find(const char *name)
{
	for (const struct nrb_command_info *c = nrb_command_table; c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0) {
			return c;
		}
	}
	return NULL;
}

/* Tables for getopt_long, of the options that may stand with a command. */
static void make_getopt(
	const struct nrb_command_info *command, struct option *longs, char *shorts)
{
	unsigned int commands = command != NULL ? (unsigned int)command->command : ALL;

	*shorts++ = ':'; /* tell a missing argument from an unknown option */
	for (int i = 0; nrb_option_table[i].name != NULL; i++) {
		const struct nrb_option_info *o = &nrb_option_table[i];

		if ((o->commands & commands) == 0) {
			continue;
		}
		*longs++ = (struct option){ o->name,
			o->arg != NULL ? required_argument : no_argument, NULL,
			FIRST_VALUE + i };
		if (o->letter != 0) {
			*shorts++ = o->letter;
			if (o->arg != NULL) {
				*shorts++ = ':';
			}
		}
	}
	*longs = (struct option){ 0 };
	*shorts = '\0';
}

static const struct nrb_option_info *option_of(int value)
{
	if (value >= FIRST_VALUE) {
		return &nrb_option_table[value - FIRST_VALUE];
	}
	for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL; o++) {
		if (o->letter != 0 && o->letter == value) {
			return o;
		}
	}
	return NULL;
}

static int check_outputs(const struct nrb_options *options)
{
	const char *output = options->run.output;

	if (options->json && options->csv) {
		return nrb_refuse(NRB_EXIT_USAGE, "choose one", "--json and --csv");
	}
	if (options->page != NULL && (options->json || options->csv)) {
		return nrb_refuse(NRB_EXIT_USAGE, "choose one", "--html and --%s",
			options->json ? "json" : "csv");
	}
	if (options->plots != NULL && options->page == NULL) {
		return nrb_refuse(
			NRB_EXIT_USAGE, "give both", "--plots goes with --html");
	}
	if (options->json && output != NULL && strcmp(output, "-") == 0 &&
		options->command->command != EXPORT) {
		return nrb_refuse(NRB_EXIT_USAGE, "name a file with -o",
			"--json and the record cannot both be on stdout");
	}
	return 0;
}

static int check_operands(const struct nrb_options *options)
{
	const struct nrb_command_info *command = options->command;

	if (options->n_operands > 0 && command->operands[0] == '\0') {
		return nrb_refuse(NRB_EXIT_USAGE, NULL, "%s takes no \"%s\"",
			command->name, options->operands[0]);
	}
	if (options->n_operands == 0 && command->operands[0] != '\0' &&
		command->operands[0] != '[') {
		return nrb_refuse(NRB_EXIT_USAGE, "name records, - is stdin",
			"%s of what?", command->name);
	}
	return 0;
}

static int check_together(struct nrb_options *options)
{
	const struct nrb_command_info *command = options->command;
	int rc;

	if (command == NULL || options->help || options->version) {
		return 0;
	}
	rc = check_operands(options);
	if (rc == 0) {
		rc = check_outputs(options);
	}
	if (rc < 0) {
		return rc;
	}
	if (command->command == EXPORT) {
		return nrb_takeexport_check(options);
	}
	if (command->command == WATCH) {
		return nrb_takewatch_check(options);
	}
	return nrb_options_check_run(options);
}

static void set_defaults(struct nrb_options *options)
{
	*options = (struct nrb_options){ .root = "/" };
	options->run.dir = ".";
	options->run.reference = -1;
	options->export.mode = options->export.arm = NRB_ABSENT;
	options->explain.asked = nrb_request_nothing_asked;
	options->rehearse.asked = (struct nrb_shape_asked){
		.nodes = 2, .node_bytes = 512 << 20, .cpus_per_node = 1, .distance = 21
	};
	options->guests = 1;
	options->rehearse.accel = "tcg";
	options->rehearse.deadline_s = 120;
}

/* The word that getopt_long has just taken o from: its value may be a word of its own. */
static const char *word_of(char **argv, const char *value)
{
	return argv[value != NULL && value == argv[optind - 1] ? optind - 2 : optind - 1];
}

/* getopt_long takes --allo for --alloc: the same words may mean another option in the next version,
 * so a script must spell them out. */
static bool is_abbreviated(const struct nrb_option_info *o, const char *word)
{
	return strncmp(word, "--", 2) == 0 &&
	       (strncmp(word + 2, o->name, strlen(o->name)) != 0 ||
		       (word[2 + strlen(o->name)] != '\0' &&
			       word[2 + strlen(o->name)] != '='));
}

static int refuse_word(const struct nrb_options *options, char **argv, bool lacks_value)
{
	/* of several letters in one word, getopt names the one */
	const char letter[] = { '-', (char)optopt, '\0' };
	const struct nrb_option_info *o = lacks_value ? option_of(optopt) : NULL;

	if (o != NULL && !is_abbreviated(o, argv[optind - 1])) {
		return nrb_refuse(
			NRB_EXIT_USAGE, NULL, "%s takes a value", argv[optind - 1]);
	}
	return nrb_options_refuse(optopt > 0 && optopt < FIRST_VALUE && !lacks_value
					  ? letter
					  : argv[optind - 1],
		options->command);
}

/* What is done with an option of a command line. */
typedef int use_option(
	struct nrb_options *options, const struct nrb_option_info *o, const char *value);

static int use_typed(
	struct nrb_options *options, const struct nrb_option_info *o, const char *value)
{
	int rc = o->take(options, value);

	return rc == 0 ? nrb_config_keep(options, o, value) : rc;
}

/* Of a record's run: what says how it is measured, is an option here, and is not given anew. */
static int use_recorded(
	struct nrb_options *options, const struct nrb_option_info *o, const char *value)
{
	bool is_ours = o->commands & (unsigned int)options->command->command;

	return is_ours && nrb_config_takes(options, o) ? use_typed(options, o, value) : 0;
}

static int take_all(struct nrb_options *options, const struct nrb_command_info *command,
	use_option *use, int argc, char **argv)
{
	struct option longs[MAX_OPTIONS + 1];
	char shorts[2 * MAX_OPTIONS + 2];
	int value, rc = 0;

	make_getopt(command, longs, shorts);
	opterr = 0;
	optind = 0; /* glibc: start anew, also for a second parse in tests */
	while (rc == 0 && (value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct nrb_option_info *o = option_of(value);

		if (o == NULL) { /* '?' and ':' are no letters of ours */
			return refuse_word(options, argv, value == ':');
		}
		if (is_abbreviated(o, word_of(argv, optarg))) {
			return nrb_options_refuse(
				word_of(argv, optarg), options->command);
		}
		rc = use(options, o, optarg);
	}
	return rc;
}

/* getopt_long permutes; the caller's array stays as it is for the record. A NULL at the end, and one
 * behind it: operands begin behind the command. */
static char **copy_of(int argc, const char *const *argv)
{
	char **words = calloc((size_t)argc + 2, sizeof(*words));

	if (words != NULL) {
		memcpy(words, argv, (size_t)argc * sizeof(*words));
	}
	return words;
}

static bool names_config(int argc, const char *const *argv)
{
	bool found = false;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		found = found || strncmp(argv[i], "--config", 8) == 0;
	}
	return found;
}

/* Which options are given, before any is taken; then those of the record that are not. */
static int take_config(struct nrb_options *options, int argc, const char *const *argv)
{
	struct nrb_config *config = &options->config;
	char **words = copy_of(argc, argv);
	int rc = words == NULL ? nrb_fail(-ENOMEM, "no memory for the command line")
			       : take_all(options, options->command, nrb_config_note,
					 argc, words);

	free(words);
	if (rc == 0 && config->path != NULL) {
		rc = nrb_config_read(config);
	}
	if (rc < 0 || config->path == NULL) {
		return rc;
	}
	options->rehearse.asked.repeated = config->rehearsal;
	rc = take_all(
		options, NULL, use_recorded, (int)config->words.n, config->words.word);
	if (rc < 0) {
		nrb_note("that option is of the run in %s (--config)", config->path);
	}
	return rc;
}

/* The seed that the other run drew. */
static int take_config_seed(struct nrb_options *options)
{
	const char *seed = options->config.seed;

	for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL; o++) {
		if (o->take == nrb_take_seed && seed[0] != '\0' &&
			!options->run.seed_given) {
			return use_typed(options, o, seed);
		}
	}
	return 0;
}

int nrb_options_parse(struct nrb_options *options, int argc, const char *const *argv)
{
	char **words = copy_of(argc, argv);
	int rc;

	set_defaults(options);
	options->words = words;
	if (words == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the command line");
	}
	rc = nrb_options_find_command(options, argc, argv);
	if (rc == 0 && options->command != NULL && names_config(argc, argv)) {
		rc = take_config(options, argc, argv);
	}
	if (rc == 0) {
		rc = take_all(options, options->command, use_typed, argc, words);
	}
	if (rc == 0) {
		/* the first operand is the command itself */
		options->operands = (const char *const *)words + optind + 1;
		options->n_operands = argc - optind - 1 > 0 ? argc - optind - 1 : 0;
		rc = take_config_seed(options);
		rc = rc == 0 ? check_together(options) : rc;
	}
	options->run.argv = argv;
	if (!options->run.seed_given) {
		options->run.seed = (int64_t)(nrb_clock_ns() & 0xffffffff);
	}
	return rc;
}

void nrb_options_finish(struct nrb_options *options)
{
	free(options->words);
	nrb_words_finish(&options->kept);
	nrb_words_finish(&options->config.words);
	nrb_words_finish(&options->run.asked);
	*options = (struct nrb_options){ 0 };
}

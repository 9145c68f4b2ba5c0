/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every option of the table: which commands take it, and with what values. */
#include "optionstest.h"

/* A good value of each option that takes one, and bad ones between commas' kin, '|'. */
static const struct value {
	const char *name, *good;
	const char *bad[6];
} values[] = {
	{ "scenario", "clean", { "clean,,matrix", "," } },
	{ "modes", "0,1-3,7", { "8", "1,x", "-1", "0-8", "all,1", "" } },
	{ "reference", "7", { "8", "-1", "x", "" } },
	{ "node", "0,1", { "x", "-1", "0;1", "" } },
	{ "cpu-node", "same,0,1", { "-1", "x", "9999", "0,,1", "same,", "" } },
	{ "variant", "a,b", { ",", "a,", "" } },
	{ "lru-gen", "off,on", { "yes", "on,", "off;on", "" } },
	{ "policy", "local,cpuset", { "weighted", "local,", "" } },
	{ "page-size", "4k,thp", { "2m", "4K", "" } },
	{ "threads", "1,2,64", { "0", "65", "x", "1,", "" } },
	{ "fill-on", "target,all", { "others", "" } },
	{ "trim", "off,on", { "1", "" } },
	{ "swap", "on", { "1", "" } },
	{ "set", "found,vm.swappiness=10+vm.vfs_cache_pressure=50",
		{ ",", "found,", "" } },
	{ "fill", "200M", { "0", "-1", "x", "1.5G", "8388607T", "" } },
	{ "alloc", "4G", { "0", "x", "8388607T" } },
	{ "locate", "sample", { "some", "all,sample", "" } },
	{ "blocks", "10", { "0", "-1", "x", "10001" } },
	{ "budget", "20m", { "0", "x", "1d" } },
	{ "width", "10%", { "10", "0%", "1001%", "" } },
	{ "seed", "0", { "-1", "x", "9007199254740993" } },
	{ "roi", "2.5%", { "5", "0%", "-5%", "100%", "5.%", "" } },
	{ "max-memory", "1G", { "0", "x" } },
	{ "config", "golden/records/control.jsonl", { NULL } },
	{ "guest", "--nodes=4", { "--modes=0", "nodes=4", "--nodes", "--", "" } },
	{ "dir", "/tmp", { NULL } },
	{ "file", "/a,b", { ",", "a,", "" } },
	{ "like", "own", { "" } },
	{ "nodes", "4", { "0", "65", "x" } },
	{ "node-mem", "256M", { "255M", "x" } },
	{ "cpus-per-node", "2", { "0", "65" } },
	{ "distance", "21", { "10", "255", "x" } },
	{ "kernel", "/boot/vmlinuz", { NULL } },
	{ "modules", "/lib/modules/x", { NULL } },
	{ "kernel-deb", "a.deb", { NULL } },
	{ "kernels", "bookworm,trixie-backports:7.3,./x,own",
		{ "", "bookworm,", "bookworm:6", "bookworm:6.1-9", "book*worm", "/" } },
	{ "guests", "2", { "0", "17", "x", "" } },
	{ "accel", "kvm", { "xen", "" } },
	{ "keep", "/tmp/x", { NULL } },
	{ "html", "o.html", { "-", "" } },
	{ "plots", "/tmp/x", { "" } },
	{ "output", "x.jsonl", { NULL } },
	{ "progress", "plain", { "fancy", "" } },
	{ "format", "hgrm", { "cvs", "CSV", "csv,hgrm", "" } },
	{ "mode", "7", { "8", "-1", "0,1", "all", "" } },
	{ "arm", "1", { "0", "-1", "x", "100001", "" } },
	{ "root", "/tmp", { NULL } },
	{ "color", "never", { "blue", "" } },
};

/* Of explain, some of whose options are others' by name alone. */
static const struct value explained[] = {
	{ "node", "1", { "x", "-1", "0,1", "all", "1024", "" } },
	{ "cpu", "3", { "x", "-1", "8192", "" } },
	{ "order", "9", { "11", "-1", "x", "" } },
	{ "gfp", "dirty-write", { "anon", "GFP_KERNEL", "" } },
	{ "policy", "bind", { "local,bind", "default", "" } },
	{ "mode", "all", { "8", "-1", "0,1", "" } },
	{ "lru-gen", "off", { "off,on", "yes", "" } },
	{ "count", "7", { "0", "-1", "x", "100001", "" } },
	{ "dir", "/tmp", { NULL } },
};

static const char *good_value(const struct nrb_option_info *o)
{
	bool is_explain = o->commands == NRB_COMMAND_EXPLAIN;
	size_t n = is_explain ? sizeof(explained) / sizeof(explained[0])
			      : sizeof(values) / sizeof(values[0]);

	for (const struct value *v = is_explain ? explained : values; n > 0; v++, n--) {
		if (strcmp(v->name, o->name) == 0) {
			return v->good;
		}
	}
	fail_msg("no value for --%s: add a row", o->name);
	return NULL;
}

/* What must stand with an option for it to be complete. */
static const char *company(const struct nrb_command_info *command, const char *option)
{
	return strcmp(option, "kernel") == 0    ? " --modules x"
	       : strcmp(option, "modules") == 0 ? " --kernel x"
	       : strcmp(option, "swap") == 0 && command->command == NRB_COMMAND_RUN
		       ? " --rehearsal"
	       : strcmp(option, "plots") == 0  ? " --html=o x.jsonl"
	       : strcmp(option, "guest") == 0  ? " --rehearsal"
	       : strcmp(option, "guests") == 0 ? " --kernels own"
	       : strcmp(option, "file") == 0   ? " --scenario fileserver"
	       : command->command == NRB_COMMAND_EXPORT
		       ? strcmp(option, "root") == 0 ? " --format tuned x.jsonl"
						     : " --format hgrm x.jsonl"
	       : command->operands[0] != '\0' && command->operands[0] != '[' ? " x.jsonl"
									     : "";
}

static void test_each_option_stands_where_the_table_says(void **state)
{
	char line[256];

	(void)state;
	for (const struct nrb_command_info *c = nrb_command_table; c->name != NULL; c++) {
		for (const struct nrb_option_info *o = nrb_option_table; o->name != NULL;
			o++) {
			snprintf(line, sizeof(line), "%s --%s%s%s%s", c->name, o->name,
				o->arg != NULL ? "=" : "",
				o->arg != NULL ? good_value(o) : "", company(c, o->name));
			if (o->commands & c->command) {
				assert_int_equal(parse(line), 0);
				assert_ptr_equal(options->command, c);
			} else if (!has_option(c, o->name)) {
				assert_usage(line, o->name);
			}
		}
	}
}

static void assert_bad(const char *command, const struct value *value, int k)
{
	char line[256], word[64];

	snprintf(line, sizeof(line), "%s --%s=%s", command, value->name, value->bad[k]);
	snprintf(word, sizeof(word), "--%s: cannot take \"%s\"", value->name,
		value->bad[k]);
	assert_usage(line, word);
	assert_non_null(nrb_diag_way_out());
}

static void test_bad_values_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		for (int k = 0; k < 6 && values[i].bad[k] != NULL; k++) {
			const char *command =
				strcmp(values[i].name, "modes") == 0 ||
						strcmp(values[i].name, "file") == 0 ||
						strcmp(values[i].name, "guest") == 0 ||
						strcmp(values[i].name, "width") == 0
					? "run"
				: strcmp(values[i].name, "format") == 0 ||
						strcmp(values[i].name, "mode") == 0 ||
						strcmp(values[i].name, "arm") == 0
					? "export"
				: strcmp(values[i].name, "html") == 0 ||
						strcmp(values[i].name, "plots") == 0
					? "report"
					: "rehearse";

			assert_bad(command, &values[i], k);
		}
	}
	for (size_t i = 0; i < sizeof(explained) / sizeof(explained[0]); i++) {
		for (int k = 0; k < 6 && explained[i].bad[k] != NULL; k++) {
			assert_bad("explain", &explained[i], k);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_option_stands_where_the_table_says),
		cmocka_unit_test(test_bad_values_are_named),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each option does with its value: checked here, where its name is known. */
#include "nrb/take.h"

#include "nrb/config.h"
#include "nrb/diag.h"
#include "nrb/progress.h"
#include "nrb/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int nrb_take_bad(const char *option, const char *value, const char *want)
{
	return nrb_refuse(
		NRB_EXIT_USAGE, want, "--%s: cannot take \"%s\"", option, value);
}

int nrb_take_i64(const char *option, const char *value, int64_t min, int64_t max,
	const char *want, int64_t *into)
{
	return nrb_units_parse_i64(value, min, max, into) < 0
		       ? nrb_take_bad(option, value, want)
		       : 0;
}

/* No machine has 1024 TiB, and sums of such sizes do not overflow. */
static int take_bytes(const char *option, const char *value, int64_t *into)
{
	int64_t bytes;

	if (nrb_units_parse_bytes(value, &bytes) < 0 || bytes > 1LL << 50) {
		return nrb_take_bad(option, value, "a size, as 200M or 4G");
	}
	*into = bytes;
	return 0;
}

int nrb_take_help(struct nrb_options *options, const char *value)
{
	(void)value;
	options->help = true;
	return 0;
}

int nrb_take_version(struct nrb_options *options, const char *value)
{
	(void)value;
	options->version = true;
	return 0;
}

int nrb_take_json(struct nrb_options *options, const char *value)
{
	(void)value;
	options->json = true;
	options->run.json = true;
	options->rehearse.json = true;
	options->export.json = true;
	return 0;
}

int nrb_take_csv(struct nrb_options *options, const char *value)
{
	(void)value;
	options->csv = true;
	return 0;
}

int nrb_take_html(struct nrb_options *options, const char *value)
{
	if (value[0] == '\0' || strcmp(value, "-") == 0) {
		return nrb_take_bad("html", value, "a page is a new file");
	}
	options->page = value;
	return 0;
}

int nrb_take_plots(struct nrb_options *options, const char *value)
{
	if (value[0] == '\0') {
		return nrb_take_bad("plots", value, "a new directory");
	}
	options->plots = value;
	return 0;
}

int nrb_take_ascii(struct nrb_options *options, const char *value)
{
	(void)value;
	options->ascii = true;
	return 0;
}

int nrb_take_quiet(struct nrb_options *options, const char *value)
{
	(void)value;
	options->quiet = true;
	return 0;
}

int nrb_take_color(struct nrb_options *options, const char *value)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(value, names[i]) == 0) {
			options->color = (enum nrb_when)i;
			return 0;
		}
	}
	return nrb_take_bad("color", value, "auto, always or never");
}

int nrb_take_root(struct nrb_options *options, const char *value)
{
	options->root = value;
	return 0;
}

int nrb_take_aa(struct nrb_options *options, const char *value)
{
	(void)value;
	options->run.aa = true;
	return 0;
}

int nrb_take_blocks(struct nrb_options *options, const char *value)
{
	return nrb_take_i64(
		"blocks", value, 1, 10000, "a number 1 to 10000", &options->run.blocks);
}

int nrb_take_budget(struct nrb_options *options, const char *value)
{
	return nrb_units_parse_seconds(value, &options->run.budget_s) < 0
		       ? nrb_take_bad("budget", value, "a time, as 90s, 20m or 2h")
		       : 0;
}

int nrb_take_width(struct nrb_options *options, const char *value)
{
	return nrb_units_parse_percent(value, &options->run.width_ppm) < 0
		       ? nrb_take_bad("width", value, "a share of up to 1000%, as 10%")
		       : 0;
}

int nrb_take_seed(struct nrb_options *options, const char *value)
{
	options->run.seed_given = true;
	return nrb_take_i64("seed", value, 0, (int64_t)1 << 53, "a number 0 to 2^53",
		&options->run.seed);
}

/* At 100 % and above, half as much would be no difference either. */
int nrb_take_roi(struct nrb_options *options, const char *value)
{
	enum { WHOLE = 1000000 };
	int64_t ppm;

	if (nrb_units_parse_percent(value, &ppm) < 0 || ppm >= WHOLE) {
		return nrb_take_bad(
			"roi", value, "a share of 0.0001% to under 100%, as 5%");
	}
	options->run.roi_ppm = ppm;
	return 0;
}

int nrb_take_fill(struct nrb_options *options, const char *value)
{
	return take_bytes("fill", value, &options->run.fill_bytes);
}

int nrb_take_alloc(struct nrb_options *options, const char *value)
{
	return take_bytes("alloc", value, &options->run.alloc_bytes);
}

int nrb_take_max_memory(struct nrb_options *options, const char *value)
{
	return take_bytes("max-memory", value, &options->run.max_memory_bytes);
}

int nrb_take_dir(struct nrb_options *options, const char *value)
{
	options->run.dir = value;
	return 0;
}

int nrb_take_output(struct nrb_options *options, const char *value)
{
	options->run.output = value;
	options->rehearse.output = value;
	options->export.output = value;
	return 0;
}

int nrb_take_yes(struct nrb_options *options, const char *value)
{
	(void)value;
	options->run.yes = true;
	return 0;
}

int nrb_take_dry_run(struct nrb_options *options, const char *value)
{
	(void)value;
	options->run.dry_run = true;
	options->rehearse.dry_run = true;
	return 0;
}

int nrb_take_progress(struct nrb_options *options, const char *value)
{
	static const char *const names[] = { "auto", "tty", "plain", "none" };

	for (int i = 0; i < 4; i++) {
		if (strcmp(value, names[i]) == 0) {
			options->run.progress = i;
			return 0;
		}
	}
	return nrb_take_bad("progress", value, "auto, tty, plain or none");
}

int nrb_take_locate(struct nrb_options *options, const char *value)
{
	if (strcmp(value, "all") == 0) {
		options->run.locate = NRB_LOCATE_ALL;
	} else if (strcmp(value, "sample") == 0) {
		options->run.locate = NRB_LOCATE_SAMPLE;
	} else {
		return nrb_take_bad("locate", value, "all or sample");
	}
	return 0;
}

int nrb_take_sparse(struct nrb_options *options, const char *value)
{
	(void)value;
	options->run.sparse = true;
	return 0;
}

int nrb_take_rehearsal(struct nrb_options *options, const char *value)
{
	(void)value;
	options->run.rehearsal = true;
	return 0;
}

static int take_int(const char *option, const char *value, int min, int max,
	const char *want, int *into)
{
	int64_t number;
	int rc = nrb_take_i64(option, value, min, max, want, &number);

	if (rc == 0) {
		*into = (int)number;
	}
	return rc;
}

int nrb_take_config(struct nrb_options *options, const char *value)
{
	options->config.path = value;
	return 0;
}

/* As rehearse hands it on: "--nodes=4". */
int nrb_take_guest(struct nrb_options *options, const char *value)
{
	size_t name = strncmp(value, "--", 2) == 0 ? strcspn(value + 2, "=") : 0;

	options->run.guest_given = true;
	return nrb_config_makes_guest(name > 0 ? value + 2 : value, name) &&
			       value[2 + name] == '='
		       ? 0
		       : nrb_take_bad("guest", value,
				 "an option of rehearse that makes a guest, as --nodes=4");
}

int nrb_take_like(struct nrb_options *options, const char *value)
{
	options->rehearse.asked.like = value;
	return value[0] != '\0'
		       ? 0
		       : nrb_take_bad("like", value, "hwloc's XML of a machine, or own");
}

int nrb_take_nodes(struct nrb_options *options, const char *value)
{
	options->rehearse.asked.nodes_given = true;
	return take_int("nodes", value, 1, NRB_SHAPE_MAX_NODES, "a number 1 to 64",
		&options->rehearse.asked.nodes);
}

int nrb_take_node_mem(struct nrb_options *options, const char *value)
{
	int rc = take_bytes("node-mem", value, &options->rehearse.asked.node_bytes);

	if (rc == 0 && options->rehearse.asked.node_bytes < NRB_SHAPE_MIN_BYTES) {
		rc = nrb_take_bad("node-mem", value, "at least 256M");
	}
	return rc;
}

int nrb_take_cpus_per_node(struct nrb_options *options, const char *value)
{
	return take_int("cpus-per-node", value, 1, 64, "a number 1 to 64",
		&options->rehearse.asked.cpus_per_node);
}

int nrb_take_distance(struct nrb_options *options, const char *value)
{
	options->rehearse.asked.distance_given = true;
	return take_int("distance", value, 11, 254,
		"11 to 254: local is 10, 255 unreachable",
		&options->rehearse.asked.distance);
}

int nrb_take_kernel(struct nrb_options *options, const char *value)
{
	options->rehearse.kernel = value;
	return 0;
}

int nrb_take_modules(struct nrb_options *options, const char *value)
{
	options->rehearse.modules = value;
	return 0;
}

int nrb_take_kernel_deb(struct nrb_options *options, const char *value)
{
	if (options->n_debs == NRB_REHEARSE_MAX_DEBS - 1) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL, "--kernel-deb: at most %d files",
			NRB_REHEARSE_MAX_DEBS - 1);
	}
	options->rehearse.debs[options->n_debs++] = value;
	return 0;
}

int nrb_take_accel(struct nrb_options *options, const char *value)
{
	options->rehearse.accel = value;
	return strcmp(value, "tcg") == 0 || strcmp(value, "kvm") == 0
		       ? 0
		       : nrb_take_bad("accel", value, "tcg or kvm");
}

int nrb_take_keep(struct nrb_options *options, const char *value)
{
	options->rehearse.keep = value;
	return 0;
}

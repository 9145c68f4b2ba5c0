/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of options into struct nrb_options. */
#ifndef NRB_TAKE_H
#define NRB_TAKE_H

#include "nrb/cli.h"

/** Refuse a value: all refusals read alike. want: what it could be. */
int nrb_take_bad(const char *option, const char *value, const char *want);

/** A number from min to max, or nrb_take_bad. */
int nrb_take_i64(const char *option, const char *value, int64_t min, int64_t max,
	const char *want, int64_t *into);

/* One for each row of nrb_option_table: check value (NULL where the option takes none) and store
 * it. Each returns 0 or a negative errno, with a message that names the option, the value and what
 * it could be (NRB_EXIT_USAGE). */
int nrb_take_help(struct nrb_options *options, const char *value);
int nrb_take_version(struct nrb_options *options, const char *value);
int nrb_take_json(struct nrb_options *options, const char *value);
int nrb_take_csv(struct nrb_options *options, const char *value);
int nrb_take_html(struct nrb_options *options, const char *value);
int nrb_take_plots(struct nrb_options *options, const char *value);
int nrb_take_ascii(struct nrb_options *options, const char *value);
int nrb_take_quiet(struct nrb_options *options, const char *value);
int nrb_take_color(struct nrb_options *options, const char *value);
int nrb_take_root(struct nrb_options *options, const char *value);
int nrb_take_scenario(struct nrb_options *options, const char *value);
int nrb_take_all(struct nrb_options *options, const char *value);
int nrb_take_variant(struct nrb_options *options, const char *value);
int nrb_take_modes(struct nrb_options *options, const char *value);
int nrb_take_reference(struct nrb_options *options, const char *value);
int nrb_take_aa(struct nrb_options *options, const char *value);
int nrb_take_blocks(struct nrb_options *options, const char *value);
int nrb_take_budget(struct nrb_options *options, const char *value);
int nrb_take_width(struct nrb_options *options, const char *value);
int nrb_take_seed(struct nrb_options *options, const char *value);
int nrb_take_roi(struct nrb_options *options, const char *value);
int nrb_take_node(struct nrb_options *options, const char *value);
int nrb_take_cpu_node(struct nrb_options *options, const char *value);
int nrb_take_lru_gen(struct nrb_options *options, const char *value);
int nrb_take_policy(struct nrb_options *options, const char *value);
int nrb_take_page_size(struct nrb_options *options, const char *value);
int nrb_take_threads(struct nrb_options *options, const char *value);
int nrb_take_fill_on(struct nrb_options *options, const char *value);
int nrb_take_trim(struct nrb_options *options, const char *value);
int nrb_take_swap(struct nrb_options *options, const char *value);
int nrb_take_set(struct nrb_options *options, const char *value);
int nrb_take_fill(struct nrb_options *options, const char *value);
int nrb_take_alloc(struct nrb_options *options, const char *value);
int nrb_take_max_memory(struct nrb_options *options, const char *value);
int nrb_take_config(struct nrb_options *options, const char *value);
int nrb_take_guest(struct nrb_options *options, const char *value);
int nrb_take_dir(struct nrb_options *options, const char *value);
int nrb_take_file(struct nrb_options *options, const char *value);
int nrb_take_output(struct nrb_options *options, const char *value);
int nrb_take_yes(struct nrb_options *options, const char *value);
int nrb_take_dry_run(struct nrb_options *options, const char *value);
int nrb_take_progress(struct nrb_options *options, const char *value);
int nrb_take_locate(struct nrb_options *options, const char *value);
int nrb_take_sparse(struct nrb_options *options, const char *value);
int nrb_take_rehearsal(struct nrb_options *options, const char *value);
int nrb_take_like(struct nrb_options *options, const char *value);
int nrb_take_nodes(struct nrb_options *options, const char *value);
int nrb_take_node_mem(struct nrb_options *options, const char *value);
int nrb_take_cpus_per_node(struct nrb_options *options, const char *value);
int nrb_take_distance(struct nrb_options *options, const char *value);
int nrb_take_kernel(struct nrb_options *options, const char *value);
int nrb_take_modules(struct nrb_options *options, const char *value);
int nrb_take_kernel_deb(struct nrb_options *options, const char *value);
int nrb_take_kernels(struct nrb_options *options, const char *value);
int nrb_take_guests(struct nrb_options *options, const char *value);
int nrb_take_accel(struct nrb_options *options, const char *value);
int nrb_take_keep(struct nrb_options *options, const char *value);
int nrb_take_openmetrics(struct nrb_options *options, const char *value);
int nrb_take_trace(struct nrb_options *options, const char *value);
int nrb_take_format(struct nrb_options *options, const char *value);
int nrb_take_mode(struct nrb_options *options, const char *value);
int nrb_take_arm(struct nrb_options *options, const char *value);
int nrb_take_asked_node(struct nrb_options *options, const char *value);
int nrb_take_asked_cpu(struct nrb_options *options, const char *value);
int nrb_take_asked_order(struct nrb_options *options, const char *value);
int nrb_take_asked_gfp(struct nrb_options *options, const char *value);
int nrb_take_asked_policy(struct nrb_options *options, const char *value);
int nrb_take_asked_mode(struct nrb_options *options, const char *value);
int nrb_take_verify(struct nrb_options *options, const char *value);
int nrb_take_verify_count(struct nrb_options *options, const char *value);
int nrb_take_verify_dir(struct nrb_options *options, const char *value);
int nrb_take_asked_lru_gen(struct nrb_options *options, const char *value);

/** What export needs, and which of its options go with its format. Returns 0 or a negative errno, with a
 * message (NRB_EXIT_USAGE). */
int nrb_takeexport_check(const struct nrb_options *options);

/** Operands of watch, and which of its options go together; completes options->watch. The same returns. */
int nrb_takewatch_check(struct nrb_options *options);

#endif

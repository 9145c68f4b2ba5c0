/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records whose truth is known, through the whole chain: the plan's order, cells, a record on disk, the
 * report. bench_verdict [SEEDS]; a mode that takes 1.20 times as long must be found worse, and modes that
 * are all the same must not be told apart.
 */
#include "nrb/agenda.h"
#include "nrb/diag.h"
#include "nrb/record.h"
#include "nrb/reportdata.h"

#include "noise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEEDS = 1000, BLOCKS = 10, FAULTS = 200, MODES = 8 };

/* Of the log ratio of a block; a cell has its part of it. */
static const double block_sd = 0.05;

struct machine {
	struct nrb_rng rng;
	double host;          /* how slow all of it is; it drifts */
	double slower[MODES]; /* each mode beside mode 0 */
};

static const struct nrb_variant variants[] = { { .name = "" }, { 0 } };
static const struct nrb_scenario scenario = { .name = "clean", .variants = variants };

/* The back end: it answers a mode with what is known of it, and noise. */
static void measure(struct machine *machine, struct nrb_sample *sample, int mode)
{
	double noise = exp(block_sd / M_SQRT2 * noise_normal(&machine->rng));
	double ns = 10000 * machine->host * machine->slower[mode] * noise;

	sample->mode = mode;
	for (int i = 0; i < FAULTS; i++) {
		nrb_histogram_add(&sample->alloc_hist, (uint64_t)ns);
	}
	sample->alloc_pages = FAULTS;
	nrb_sample_node(sample, 0)->pages = 0;
	nrb_sample_node(sample, 1)->pages = FAULTS;
	machine->host *= exp(0.03 * noise_normal(&machine->rng));
}

static int write_cell(struct nrb_record *record, struct machine *machine,
	const struct nrb_plan *plan, int64_t block, int arm)
{
	static struct nrb_sample sample;

	nrb_sample_init(&sample);
	strcpy(sample.scenario, "clean");
	strcpy(sample.page_size, "4k");
	strcpy(sample.policy, "local");
	sample.block = block;
	sample.cell = block * plan->n_arms + arm;
	sample.node = sample.cpu_node = 0;
	sample.threads = 1;
	sample.seed = nrb_plan_cell_seed(plan, block, arm);
	measure(machine, &sample, plan->arms[arm].mode);
	return nrb_record_write_cell(record, &sample);
}

static int write_blocks(
	struct nrb_record *record, struct machine *machine, const struct nrb_plan *plan)
{
	struct nrb_agenda agenda;
	int order[MODES], rc = nrb_agenda_begin(&agenda, plan);

	for (int64_t block = 1; block <= BLOCKS && rc == 0; block++) {
		rc = nrb_agenda_order(&agenda, &agenda.turns[0], block, order);
		for (int i = 0; i < plan->n_arms && rc == 0; i++) {
			rc = write_cell(record, machine, plan, block, order[i]);
		}
	}
	nrb_agenda_finish(&agenda);
	return rc;
}

static int write_record(
	const char *path, struct machine *machine, const struct nrb_plan *plan)
{
	struct nrb_header header;
	struct nrb_record *record;
	struct nrb_end end;
	int rc;

	nrb_header_init(&header);
	strcpy(header.run_id, "0123456789abcdef");
	strcpy(header.kernel, "6.1.0");
	header.schema_version = NRB_RECORD_SCHEMA;
	header.found_mode = header.reference_mode = 0;
	header.seed = plan->seed;
	header.blocks = BLOCKS;
	nrb_end_init(&end);
	strcpy(end.reason, "done");
	end.exit_code = 0;
	rc = nrb_record_create(&record, path);
	if (rc < 0) {
		return rc;
	}
	rc = nrb_record_write_header(record, &header, nrb_json_object());
	if (rc == 0) {
		rc = write_blocks(record, machine, plan);
	}
	if (rc == 0) {
		rc = nrb_record_write_end(record, &end, nrb_json_array());
	}
	return nrb_record_close(record) < 0 || rc < 0 ? -1 : 0;
}

/* Primary comparisons of a run by their verdict. */
static int judge(const char *path, int *counts)
{
	struct nrb_report_data data;
	int rc = nrb_reportdata_read(&data, path, 0);

	memset(counts, 0, NRB_N_VERDICTS * sizeof(*counts));
	if (rc < 0) {
		return rc;
	}
	for (int i = 0; i < data.contrasts.n; i++) {
		const struct nrb_contrast *contrast = &data.contrasts.list[i];

		if (contrast->metric < NRB_N_PRIMARY_METRICS) {
			counts[contrast->verdict]++;
		}
	}
	nrb_reportdata_free(&data);
	return 0;
}

/* One run of n modes, of which the last takes so much longer. */
static int run(const char *directory, int64_t seed, int modes, double slower, int *counts)
{
	struct nrb_arm arms[MODES] = { 0 };
	struct nrb_plan plan = { .n_arms = modes, .arms = arms, .seed = seed };
	struct machine machine = { .rng = nrb_rng_init((uint64_t)seed), .host = 1 };
	char path[256];
	int rc;

	for (int i = 0; i < modes; i++) {
		arms[i] = (struct nrb_arm){
			.scenario = &scenario, .variant = variants, .mode = i
		};
		machine.slower[i] = i > 0 && i == modes - 1 ? slower : 1;
	}
	snprintf(path, sizeof(path), "%s/run.jsonl", directory);
	rc = write_record(path, &machine, &plan);
	if (rc == 0) {
		rc = judge(path, counts);
	}
	unlink(path);
	return rc;
}

static bool find_a_difference(const char *directory, int64_t seeds)
{
	int right = 0, opposite = 0, counts[NRB_N_VERDICTS];
	bool reached;

	for (int64_t seed = 1; seed <= seeds; seed++) {
		if (run(directory, seed, 2, 1.2, counts) < 0) {
			return false;
		}
		right += counts[NRB_VERDICT_WORSE] == 1;
		opposite += counts[NRB_VERDICT_BETTER] > 0;
	}
	reached = right >= 0.95 * (double)seeds && opposite == 0;
	printf("1.20 times as long, %d blocks: worse in %d of %lld runs (at least 95 %%), better in "
	       "%d (none): %s\n",
		BLOCKS, right, (long long)seeds, opposite,
		reached ? "reached" : "MISSED");
	return reached;
}

static bool find_none(const char *directory, int64_t seeds)
{
	int told = 0, counts[NRB_N_VERDICTS];
	bool reached;

	for (int64_t seed = 1; seed <= seeds; seed++) {
		if (run(directory, seed, MODES, 1, counts) < 0) {
			return false;
		}
		told += counts[NRB_VERDICT_WORSE] + counts[NRB_VERDICT_BETTER] > 0;
	}
	reached = told <= 0.05 * (double)seeds;
	printf("eight modes that are the same: any told apart in %d of %lld runs (at most 5 %%): %s\n",
		told, (long long)seeds, reached ? "reached" : "MISSED");
	return reached;
}

/* Where a record's many fsyncs cost nothing, if there is such a place. */
static char *make_directory(char *buf, size_t len)
{
	snprintf(buf, len, "/dev/shm/nrb-verdict-XXXXXX");
	if (mkdtemp(buf) != NULL) {
		return buf;
	}
	snprintf(buf, len, "/tmp/nrb-verdict-XXXXXX");
	return mkdtemp(buf);
}

int main(int argc, char **argv)
{
	char directory[64];
	int64_t seeds = argc > 1 ? strtoll(argv[1], NULL, 10) : SEEDS;
	bool reached;

	if (seeds < 1 || make_directory(directory, sizeof(directory)) == NULL) {
		fputs("bench_verdict [SEEDS]: a positive number, and a place in /tmp\n",
			stderr);
		return EXIT_FAILURE;
	}
	reached = find_a_difference(directory, seeds);
	reached = find_none(directory, seeds) && reached;
	rmdir(directory);
	return reached ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What pictures and their tables are made of. */
#include "nrb/chart.h"

#include "nrb/htmlnotes.h"
#include "nrb/ink.h"
#include "nrb/plotscale.h"
#include "nrb/scenarios.h"

#include "grouptest.h"

#include <stdlib.h>

static struct nrb_header header;
static struct nrb_report_data data;
static struct nrb_panels panels;

static int start(void **state)
{
	(void)state;
	nrb_header_init(&header);
	header.n_nodes = 2;
	header.nodes[1] = 1;
	header.distances[1][0] = 21;
	header.distances[1][1] = 10;
	header.reference_mode = 0;
	data = (struct nrb_report_data){ .header = &header };
	return 0;
}

static int finish(void **state)
{
	(void)state;
	nrb_contrasts_free(&data.contrasts);
	nrb_runorder_free(&data.order);
	nrb_group_free(&data.group);
	return 0;
}

static void add(void)
{
	assert_int_equal(nrb_group_add(&data.group, &sample), 0);
	assert_int_equal(nrb_runorder_add(&data.order, &data.group, &sample), 0);
}

/* Its panels, of a finished group. */
static void part(const struct nrb_chart *chart)
{
	if (data.group.arms == NULL) {
		assert_int_equal(nrb_group_finish(&data.group), 0);
		assert_int_equal(
			nrb_contrasts_make(&data.contrasts, &data.group, &header, 0.05),
			0);
	}
	nrb_panels_make(&panels, &data, chart->is_whole ? ~0u : chart->within, true);
}

static void assert_row(
	const struct nrb_chart *chart, int panel, int row, const char *expected)
{
	char cells[NRB_CHART_COLUMNS][NRB_CHART_CELL], text[NRB_CHART_COLUMNS * 64] = "";

	assert_true(row < chart->rows(&panels.list[panel]));
	chart->fill(&panels.list[panel], row, cells);
	for (int c = 0; c < chart->n_columns; c++) {
		strcat(text, c > 0 ? "|" : "");
		strncat(text, cells[c], 60);
	}
	assert_string_equal(text, expected);
}

static void test_panels(void **state)
{
	(void)state;
	for (int mode = 0; mode < 3; mode++) {
		make(mode, 1, 50);
		add();
		strcpy(sample.lru_gen, "on");
		add();
	}
	make(3, 1, 50);
	sample.status = NRB_STATUS_KILLED;
	add();
	part(&nrb_chart_locality);
	assert_int_equal(panels.n, 2);
	assert_int_equal(panels.list[0].n, 3); /* not the one that was killed */
	assert_int_equal(panels.left_out, 0);
	part(&nrb_chart_order);
	assert_int_equal(panels.n, 1);
}

static void test_too_many_panels(void **state)
{
	(void)state;
	for (int threads = 1; threads <= NRB_MAX_PANELS + 3; threads++) {
		make(1, 1, 50);
		sample.threads = threads;
		add();
	}
	part(&nrb_chart_locality);
	assert_int_equal(panels.n, NRB_MAX_PANELS);
	assert_int_equal(panels.left_out, 3);
}

static void test_landing(void **state)
{
	(void)state;
	make(0, 1, 20);
	add();
	make(0, 2, 40);
	sample.pages_absent = 100;
	add();
	part(&nrb_chart_landing);
	assert_int_equal(nrb_chart_landing.rows(&panels.list[0]), 2);
	assert_row(&nrb_chart_landing, 0, 0, "mode 0|1|0|21|46.7 %");
	assert_row(&nrb_chart_landing, 0, 1, "mode 0|1|1|10|20.0 %");
}

static void test_locality(void **state)
{
	(void)state;
	make(0, 1, 20);
	for (int i = 0; i < 20000; i++) {
		nrb_histogram_add(&sample.alloc_hist, i < 19000 ? 100 : 100000);
	}
	add();
	make(7, 1, 100);
	nrb_histogram_add(&sample.alloc_hist, 100);
	add();
	make(6, 1, 100); /* without times there is no stem */
	add();
	part(&nrb_chart_locality);
	assert_int_equal(nrb_chart_locality.rows(&panels.list[0]), 2);
	assert_row(
		&nrb_chart_locality, 0, 0, "mode 0|80 %|100 ns|100 us|100 us|100 us|1");
	assert_row(&nrb_chart_locality, 0, 1, "mode 7|none|100 ns|-|-|100 ns|1");
	assert_row(&nrb_chart_tail, 0, 0,
		"mode 0|20,000|100 ns|100 ns|100 us|100 us|100 us|100 us");
	assert_row(&nrb_chart_tail, 0, 1, "mode 7|1|100 ns|100 ns|100 ns|-|-|100 ns");
}

static void test_order(void **state)
{
	(void)state;
	make(0, 0, 20);
	sample.status = NRB_STATUS_WARM_UP;
	add();
	make(2, 1, 20);
	add();
	make(0, 1, 30);
	sample.status = NRB_STATUS_DISTURBED;
	sample.cell = 2;
	add();
	make(1, 2, 40);
	sample.cell = 3;
	sample.cut[NRB_PHASE_REREAD] = true;
	add();
	part(&nrb_chart_order);
	assert_int_equal(nrb_chart_order.rows(&panels.list[0]), 3);
	assert_row(&nrb_chart_order, 0, 0, "1|1|mode 2|20.0 %|-|-");
	assert_row(&nrb_chart_order, 0, 1, "2|1|mode 0|30.0 %|-|disturbed");
	assert_row(&nrb_chart_order, 0, 2, "3|2|mode 1|40.0 %|-|cut");
}

static void test_order_is_bounded(void **state)
{
	(void)state;
	for (int i = 0; i < NRB_MAX_RUN_CELLS + 5; i++) {
		make(0, 1 + i, 20);
		add();
	}
	assert_int_equal(data.order.n, NRB_MAX_RUN_CELLS);
	assert_int_equal(data.order.left_out, 5);
}

static void test_shares(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		make(0, block, 20);
		add();
		make(7, block, 80);
		add();
	}
	part(&nrb_chart_shares);
	assert_int_equal(nrb_chart_ratios.rows(&panels.list[0]), 0);
	assert_int_equal(nrb_chart_shares.rows(&panels.list[0]), 1);
	assert_row(&nrb_chart_shares, 0, 0,
		"local|mode 7|6|+60.0 points|+60.0 points|+60.0 points|96.9 %|better");
}

/* Times of six blocks, those of mode 1 twice as long. */
static void add_times(void)
{
	for (int block = 1; block <= 6; block++) {
		for (int mode = 0; mode < 2; mode++) {
			make(mode, block, 50);
			for (int i = 0; i < 1000; i++) {
				nrb_histogram_add(
					&sample.alloc_hist, mode == 0 ? 64 : 128);
			}
			add();
		}
	}
}

static void test_ratios(void **state)
{
	(void)state;
	add_times();
	part(&nrb_chart_ratios);
	assert_int_equal(nrb_chart_ratios.rows(&panels.list[0]), 3);
	assert_row(&nrb_chart_ratios, 0, 0,
		"alloc p99|mode 1|6|2.00 times|2.00 times|2.00 times|96.9 %|worse");
	assert_row(&nrb_chart_ratios, 0, 1,
		"alloc p50|mode 1|6|2.00 times|2.00 times|2.00 times|96.9 %|worse");
}

static void test_a_rehearsal_has_no_ratios(void **state)
{
	(void)state;
	header.rehearsal = true;
	add_times();
	part(&nrb_chart_ratios);
	assert_int_equal(nrb_chart_ratios.rows(&panels.list[0]), 0);
}

static char *script_of(const struct nrb_chart *chart)
{
	static char
		*script; /* not on the stack: gcc 12 does not see that fclose sets it */
	static size_t len;
	FILE *out = open_memstream(&script, &len);

	assert_non_null(out);
	chart->script(&panels.list[0], out);
	fclose(out);
	return script;
}

/* Places on the axis: a decade of the share each, then the column of none. */
static void test_stems_stand_apart(void **state)
{
	static const int64_t locals[] = { 100, 0, 0, 90, 0 };
	double at[5];
	char *script;

	(void)state;
	for (int mode = 0; mode < 5; mode++) {
		make(mode, 1, locals[mode]);
		sample.alloc_page_bytes = 4096;
		sample.alloc_bytes = 409600;
		nrb_histogram_add(&sample.alloc_hist, 100);
		add();
	}
	part(&nrb_chart_locality);
	script = script_of(&nrb_chart_locality);
	for (int i = 0; i < 5; i++) {
		char name[32];
		const char *found;

		snprintf(name, sizeof(name), "$stem%d << EOD\n", i);
		found = strstr(script, name);
		assert_non_null(found);
		at[i] = strtod(found + strlen(name), NULL);
	}
	free(script);
	/* three share the place of all remote, around it; one at 10 %; one without */
	assert_true(fabs(at[1]) < 1e-6);
	assert_true(at[1] - at[0] > 0.05 && fabs(at[0] + at[2]) < 1e-6);
	assert_near(at[3], 1);
	assert_true(at[4] > 2);
}

static void test_nothing_to_show(void **state)
{
	(void)state;
	make(0, 1, 20);
	sample.n_nodes = 0;
	add();
	part(&nrb_chart_locality);
	for (int i = 0; nrb_charts[i] != NULL; i++) {
		assert_int_equal(nrb_charts[i]->rows(&panels.list[0]), 0);
	}
}

/* Whatever a record says, none of it is in a script. */
static void test_scripts_quote_no_record(void **state)
{
	(void)state;
	strcpy(header.host, "EVIL");
	for (int block = 1; block <= 6; block++) {
		for (int mode = 0; mode < 2; mode++) {
			make(mode, block, 50 + mode);
			strcpy(sample.scenario, "EVIL");
			strcpy(sample.variant, "`EVIL`");
			strcpy(sample.set, "!EVIL");
			strcpy(sample.policy, "EVIL");
			strcpy(sample.note, "EVIL");
			nrb_histogram_add(&sample.alloc_hist, 100);
			add();
		}
	}
	for (int i = 0; nrb_charts[i] != NULL; i++) {
		char *script = NULL;
		size_t len;
		FILE *out = open_memstream(&script, &len);

		part(nrb_charts[i]);
		assert_non_null(out);
		if (nrb_charts[i]->rows(&panels.list[0]) > 0) {
			nrb_charts[i]->script(&panels.list[0], out);
		}
		fclose(out);
		assert_null(strstr(script, "EVIL"));
		assert_null(strchr(script, '`'));
		assert_null(strchr(script, '!'));
		free(script);
	}
}

static void test_landing_is_bounded(void **state)
{
	struct nrb_landing landing = { 0 };

	(void)state;
	nrb_sample_init(&sample);
	for (int node = 0; node < NRB_MAX_LANDED_NODES + 2; node++) {
		nrb_sample_node(&sample, node)->pages = 1;
	}
	assert_int_equal(nrb_landing_add(&landing, &sample), 0);
	assert_int_equal(landing.n, NRB_MAX_LANDED_NODES);
	assert_near(landing.pages, NRB_MAX_LANDED_NODES + 2);
	assert_near(nrb_landing_share(&landing, 5), 1.0 / (NRB_MAX_LANDED_NODES + 2));
	nrb_landing_free(&landing);
	for (int i = 0; i < 20; i++) { /* more than an int64_t holds */
		sample.nodes[0].pages = (int64_t)1 << 60;
		assert_int_equal(nrb_landing_add(&landing, &sample), 0);
	}
	assert_near(nrb_landing_share(&landing, 0), 1);
	nrb_landing_free(&landing);
	assert_true(isnan(nrb_landing_share(&landing, 5)));
}

static void test_scale(void **state)
{
	struct nrb_plotscale scale = NRB_PLOTSCALE_EMPTY;
	char buf[NRB_PLOT_NUMBER];

	(void)state;
	nrb_plotscale_add(&scale, 0);
	nrb_plotscale_add(&scale, NAN);
	nrb_plotscale_add(&scale, INFINITY);
	assert_true(nrb_plotscale_is_empty(&scale));
	nrb_plotscale_add(&scale, 1000);
	nrb_plotscale_round(&scale);
	assert_near(scale.low, 3);
	assert_near(scale.high, 4);
	assert_string_equal(nrb_plotscale_at(buf, 100), "2");
	assert_string_equal(nrb_plotscale_at(buf, 0), "NaN");
	assert_string_equal(nrb_plot_number(buf, INFINITY), "NaN");
}

/* Contrast by WCAG: (lighter + 0.05) / (darker + 0.05). */
static double luminance(const char *hex)
{
	static const double weights[] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		char digits[] = { hex[1 + 2 * i], hex[2 + 2 * i], '\0' };
		double part = (double)strtol(digits, NULL, 16) / 255;

		sum += weights[i] * (part <= 0.04045 ? part / 12.92
						     : pow((part + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static void test_inks_stand_out(void **state)
{
	const double white = luminance("#ffffff"), dark = luminance("#15181c");
	char hex[8];

	(void)state;
	for (int i = 0; i < NRB_N_INKS; i++) {
		const struct nrb_ink *ink = &nrb_ink_table[i];

		nrb_ink_hex(hex, (enum nrb_ink_id)i);
		assert_ptr_equal(nrb_ink_find(ink->red, ink->green, ink->blue), ink);
		if (i == NRB_INK_GRID) {
			continue;
		}
		assert_true((white + 0.05) / (luminance(ink->light) + 0.05) >= 3);
		assert_true((luminance(ink->dark) + 0.05) / (dark + 0.05) >= 3);
	}
	assert_string_equal(nrb_ink_hex(hex, NRB_INK_MODE + 6), "#d55e00");
}

/* The page names the scenarios that a record does not have; all there are. */
static void test_scenarios_are_known(void **state)
{
	int n = 0;

	(void)state;
	for (; nrb_scenario_table[n] != NULL; n++) {
		int i = 0;

		while (nrb_htmlnotes_scenarios[i] != NULL &&
			strcmp(nrb_htmlnotes_scenarios[i], nrb_scenario_table[n]->name) !=
				0) {
			i++;
		}
		assert_non_null(nrb_htmlnotes_scenarios[i]);
	}
	assert_null(nrb_htmlnotes_scenarios[n]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)
	const struct CMUnitTest tests[] = {
		TEST(test_panels),
		TEST(test_too_many_panels),
		TEST(test_landing),
		TEST(test_locality),
		TEST(test_order),
		TEST(test_order_is_bounded),
		TEST(test_shares),
		TEST(test_ratios),
		TEST(test_a_rehearsal_has_no_ratios),
		TEST(test_stems_stand_apart),
		TEST(test_nothing_to_show),
		TEST(test_scripts_quote_no_record),
		TEST(test_landing_is_bounded),
		TEST(test_scale),
		TEST(test_inks_stand_out),
		TEST(test_scenarios_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

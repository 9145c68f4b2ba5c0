/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the time of a run went, and what its time stamps can tell. */
#include "nrb/reporttime.h"

#include "nrb/units.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { LINE_LEN = 512 };

double nrb_reporttime_ratio(const struct nrb_end *end)
{
	if (end == NULL || end->phases_ns <= 0 || end->wall_ns < end->phases_ns) {
		return NAN;
	}
	return (double)end->wall_ns / (double)end->phases_ns;
}

static void say_run(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_end *end = data->end;
	char line[LINE_LEN], wall[NRB_UNITS_LEN], settled[64] = "";
	double ratio = nrb_reporttime_ratio(end);

	if (isnan(ratio)) {
		return;
	}
	if (data->trust.settle_ns > 0) {
		snprintf(settled, sizeof(settled), "%.1f %% until kswapd slept, ",
			100 * (double)data->trust.settle_ns / (double)end->wall_ns);
	}
	snprintf(line, sizeof(line),
		"Took %s; of it %s%.1f %% outside of the phases of cells.",
		nrb_units_seconds(wall, (double)end->wall_ns / 1e9), settled,
		100 * (1 - 1 / ratio));
	nrb_screen_wrap(screen, out, 2, line);
}

static void say_clock(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_header *header = data->header;
	char line[LINE_LEN], floor[NRB_UNITS_LEN];

	if (header->clock_cost_ps == NRB_ABSENT || header->clock_step_ps == NRB_ABSENT) {
		return;
	}
	snprintf(line, sizeof(line),
		"Clock: a time stamp takes %.1f ns, in steps of %.1f ns.",
		(double)header->clock_cost_ps / 1e3, (double)header->clock_step_ps / 1e3);
	if (header->touch_bias_ns != NRB_ABSENT && header->touch_floor_ns != NRB_ABSENT) {
		size_t used = strlen(line);

		snprintf(line + used, sizeof(line) - used,
			" The probe's own part of a first touch is %" PRId64
			" ns; one of 10,000 takes %s whatever it touches.",
			header->touch_bias_ns,
			nrb_units_ns(
				floor, (double)header->touch_floor_ns, screen->ascii));
	}
	nrb_screen_wrap(screen, out, 2, line);
}

void nrb_reporttime_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	say_run(data, screen, out);
	say_clock(data, screen, out);
}

struct nrb_json *nrb_reporttime_json(const struct nrb_report_data *data)
{
	double ratio = nrb_reporttime_ratio(data->end);
	struct nrb_json *object;

	if (isnan(ratio)) {
		return NULL;
	}
	object = nrb_json_object();
	nrb_json_set_int(object, "wall_ns", data->end->wall_ns);
	nrb_json_set_int(object, "phases_ns", data->end->phases_ns);
	nrb_json_set_int(object, "settle_ns", data->trust.settle_ns);
	nrb_json_set_real(object, "wall_ratio", ratio);
	return object;
}

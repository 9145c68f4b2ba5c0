/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options and operands of watch. */
#include "nrb/diag.h"
#include "nrb/take.h"
#include "nrb/units.h"

#include <string.h>

int nrb_take_openmetrics(struct nrb_options *options, const char *value)
{
	(void)value;
	options->watch.form = NRB_WATCH_METRICS;
	return 0;
}

int nrb_take_trace(struct nrb_options *options, const char *value)
{
	(void)value;
	options->watch.trace = true;
	return 0;
}

/* Seconds with up to three decimals, "1", "0.25", into milliseconds. */
static int parse_interval(const char *text, int64_t *ms)
{
	char whole[16], decimals[4] = "000";
	size_t n = strspn(text, "0123456789"), more = 0;
	int64_t seconds, thousandths;

	if (n == 0 || n >= sizeof(whole)) {
		return -1;
	}
	memcpy(whole, text, n);
	whole[n] = '\0';
	if (text[n] == '.') {
		more = strspn(text + n + 1, "0123456789");
		if (more == 0 || more > 3) {
			return -1;
		}
		memcpy(decimals, text + n + 1, more);
		n += 1 + more;
	}
	if (text[n] != '\0' ||
		nrb_units_parse_i64(whole, 0, NRB_WATCH_MAX_MS / 1000, &seconds) < 0 ||
		nrb_units_parse_i64(decimals, 0, 999, &thousandths) < 0) {
		return -1;
	}
	*ms = seconds * 1000 + thousandths;
	return *ms >= NRB_WATCH_MIN_MS && *ms <= NRB_WATCH_MAX_MS ? 0 : -1;
}

static int take_operands(struct nrb_options *options)
{
	const char *const *words = options->operands;

	if (options->n_operands > 2) {
		return nrb_refuse(
			NRB_EXIT_USAGE, NULL, "watch takes no third \"%s\"", words[2]);
	}
	if (options->n_operands > 0 &&
		parse_interval(words[0], &options->watch.interval_ms) < 0) {
		return nrb_refuse(NRB_EXIT_USAGE,
			"seconds from 0.1 to 86400, as 1 or 0.5",
			"INTERVAL: cannot take \"%s\"", words[0]);
	}
	if (options->n_operands > 1 &&
		nrb_units_parse_i64(words[1], 1, INT32_MAX, &options->watch.count) < 0) {
		return nrb_refuse(NRB_EXIT_USAGE, "a number from 1",
			"COUNT: cannot take \"%s\"", words[1]);
	}
	return 0;
}

int nrb_takewatch_check(struct nrb_options *options)
{
	struct nrb_watch_options *watch = &options->watch;
	bool metrics = watch->form == NRB_WATCH_METRICS;
	int rc = take_operands(options);

	if (rc < 0) {
		return rc;
	}
	if (metrics && options->json) {
		return nrb_refuse(
			NRB_EXIT_USAGE, "choose one", "--json and --openmetrics");
	}
	if (metrics && watch->trace && options->n_operands == 0) {
		return nrb_refuse(NRB_EXIT_USAGE, "as watch 10 1",
			"--trace with --openmetrics needs an INTERVAL");
	}
	if (options->json) {
		watch->form = NRB_WATCH_JSON;
	}
	if (!metrics && options->n_operands == 0) {
		watch->interval_ms = 1000;
	}
	return 0;
}

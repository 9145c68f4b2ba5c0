/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a record's first and last line, and its name. */
#include "nrb/record.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
#define FIELD(type, field, min, max, text) { #field, offsetof(struct type, field), text, min, max }
#define STRING(type, field, text) \
	{ #field, offsetof(struct type, field), sizeof(((struct type *)0)->field), text }
#define MOST ((int64_t)1 << 60)

const struct nrb_field nrb_header_fields[] = {
	FIELD(nrb_header, schema_version, 1, INT64_MAX, "major version of the format: 1"),
	FIELD(nrb_header, found_mode, NRB_ABSENT + 1, INT64_MAX,
		"vm.zone_reclaim_mode at the start, verbatim; absent: no such sysctl"),
	FIELD(nrb_header, reference_mode, 0, 7, "mode that the others are compared with"),
	FIELD(nrb_header, blocks, 0, MOST, "blocks planned; absent: as the budget allows"),
	FIELD(nrb_header, seed, NRB_ABSENT + 1, INT64_MAX, "of the order and all random choices"),
	FIELD(nrb_header, width_ppm, 1, MOST, "width of an interval that decides the number of blocks, in parts per million of the reference's p99: --width, if it was given"),
	FIELD(nrb_header, roi_ppm, 1, 999999, "differences up to so many parts per million do not matter: --roi, if it was given"),
	FIELD(nrb_header, alloc_bytes, 0, MOST, "planned allocation of a cell"),
	FIELD(nrb_header, fill_bytes, 0, MOST, "planned fill of a cell, the largest of those that compare; 0: all that fits"),
	FIELD(nrb_header, clock_cost_ps, 0, MOST, "what a time stamp takes, in picoseconds"),
	FIELD(nrb_header, clock_step_ps, 0, MOST, "granularity of time stamps, in picoseconds"),
	FIELD(nrb_header, touch_bias_ns, 0, MOST, "what is recorded for half of the touches of pages that are there already, or less: the probe's own part of a first touch"),
	FIELD(nrb_header, touch_floor_ns, 0, MOST, "the same of all but one in 10,000 of these: the noise floor"),
	{ NULL, 0, NULL, 0, 0 },
};

const struct nrb_string_field nrb_header_strings[] = {
	STRING(nrb_header, run_id, "random name of the run, 16 hex digits"),
	STRING(nrb_header, tool_version, "version of numa-reclaim-bench"),
	STRING(nrb_header, host, "node name of the machine"),
	STRING(nrb_header, host_id, "its machine-id, hashed so that it cannot be told back"),
	STRING(nrb_header, boot_id, "random name of the boot"),
	STRING(nrb_header, start_utc, "when the run started, RFC 3339"),
	STRING(nrb_header, kernel, "its release, as uname -r"),
	STRING(nrb_header, machine, "its architecture, as uname -m"),
	STRING(nrb_header, cpu, "brand of the CPU"),
	STRING(nrb_header, hypervisor, "vendor of the hypervisor; absent on metal"),
	STRING(nrb_header, lru_gen, "MGLRU as found: on, off; absent: no such kernel"),
	STRING(nrb_header, clock, "time stamps: tsc or clock_gettime"),
	{ NULL, 0, 0, NULL },
};

const struct nrb_field nrb_end_fields[] = {
	FIELD(nrb_end, exit_code, 0, 255, "of the run"),
	FIELD(nrb_end, signal, 1, 64, "that ended it, if one did"),
	FIELD(nrb_end, width_ppm, 0, MOST, "width that the widest interval came to, where one was asked for; absent under 6 blocks"),
	FIELD(nrb_end, cells, 0, MOST, "lines of cells written"),
	FIELD(nrb_end, wall_ns, 0, MOST, "time that the run took"),
	FIELD(nrb_end, phases_ns, 0, MOST, "of it, in phases of cells"),
	{ NULL, 0, NULL, 0, 0 },
};

const struct nrb_string_field nrb_end_strings[] = {
	STRING(nrb_end, reason, "why the run ended: done, interrupted, disturbed or failed"),
	STRING(nrb_end, left_out, "scenarios that the budget left no time for, in words"),
	{ NULL, 0, 0, NULL },
};

const struct nrb_string_field nrb_end_setting_strings[] = {
	STRING(nrb_end_setting, name, "setting that the run used"),
	STRING(nrb_end_setting, found, "its value before the run"),
	STRING(nrb_end_setting, read_back, "its value at the end"),
	STRING(nrb_end_setting, outcome,
		"restored; left alone: someone else had set it; failed: not put back"),
	{ NULL, 0, 0, NULL },
};
/* clang-format on */

void nrb_header_init(struct nrb_header *header)
{
	memset(header, 0, sizeof(*header));
	for (const struct nrb_field *f = nrb_header_fields; f->name != NULL; f++) {
		*nrb_field_at(header, f) = NRB_ABSENT;
	}
}

void nrb_end_init(struct nrb_end *end)
{
	memset(end, 0, sizeof(*end));
	for (const struct nrb_field *f = nrb_end_fields; f->name != NULL; f++) {
		*nrb_field_at(end, f) = NRB_ABSENT;
	}
}

static void make_plain(char *word)
{
	for (char *p = word; *p != '\0'; p++) {
		bool plain = (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') ||
			     (*p >= '0' && *p <= '9') || *p == '.';

		if (!plain) {
			*p = '-';
		}
	}
}

const char *nrb_record_name(char *buf, size_t len, const char *host,
	const char *start_utc, const char *run_id)
{
	char parts[3][NRB_NAME_LEN];

	snprintf(parts[0], sizeof(parts[0]), "%s", host);
	snprintf(parts[1], sizeof(parts[1]), "%s", start_utc);
	snprintf(parts[2], sizeof(parts[2]), "%s", run_id);
	for (int i = 0; i < 3; i++) {
		make_plain(parts[i]);
	}
	snprintf(buf, len, "%s_%s_%s.jsonl", parts[0], parts[1], parts[2]);
	return buf;
}

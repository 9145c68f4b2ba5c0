/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run on disk: JSON Lines, a header, a line for each cell as it ends, an end.
 * Format: numa-reclaim-bench-record(5), results/schema/. Reading streams: one line is held.
 */
#ifndef NRB_RECORD_H
#define NRB_RECORD_H

#include "nrb/json.h"
#include "nrb/sample.h"
#include "nrb/words.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	NRB_RECORD_SCHEMA = 1,                 /* major; readers refuse a newer one */
	NRB_RECORD_MAX_LINE = 4 * 1024 * 1024, /* bytes */
	NRB_NAME_LEN = 256,
	NRB_MAX_ARGV = 128,
	NRB_MAX_END_SETTINGS = 64,
};

/* What a report needs of the first line. The full header has more (topology, settings, plan):
 * those are JSON values, made by their modules and not looked into by readers. */
struct nrb_header {
	int64_t schema_version;
	char run_id[NRB_NAME_LEN]; /* 16 hex digits */
	char tool_version[NRB_NAME_LEN];
	char host[NRB_NAME_LEN]; /* nodename */
	char host_id
		[NRB_NAME_LEN]; /* machine-id, hashed with our application id; "" absent */
	char boot_id[NRB_NAME_LEN];
	char start_utc[NRB_NAME_LEN];  /* RFC 3339 */
	char kernel[NRB_NAME_LEN];     /* uname -r verbatim */
	char machine[NRB_NAME_LEN];    /* uname -m */
	char cpu[NRB_NAME_LEN];        /* brand */
	char hypervisor[NRB_NAME_LEN]; /* "" on metal */
	char lru_gen[NRB_WORD_LEN];    /* "on", "off", "" (no such kernel) as found */
	char clock[NRB_WORD_LEN];      /* "tsc" or "clock_gettime" */
	bool rehearsal;
	bool sparse; /* the cache file was a hole: what was read from disk cost nothing */
	int64_t found_mode;     /* at start, verbatim; absent: no sysctl */
	int64_t reference_mode; /* 0..7, absent: no modes in this run */
	int64_t blocks;         /* planned; absent: as many as the budget allows */
	int64_t seed;
	int64_t width_ppm; /* of an interval, that was asked for; absent */
	int64_t roi_ppm;   /* parts per million that were asked for; absent: none were */
	int64_t alloc_bytes, fill_bytes; /* planned per cell */
	/* of the clock: nrb/stamp.h; absent where they were not measured */
	int64_t clock_cost_ps, clock_step_ps, touch_bias_ns, touch_floor_ns;
	int64_t n_nodes;
	int64_t nodes[NRB_MAX_NODES];      /* OS numbers */
	int64_t node_bytes[NRB_MAX_NODES]; /* MemTotal */
	/* SLIT, by position in nodes[]; all 0: unknown. ACPI's are 10..254 */
	uint8_t distances[NRB_MAX_NODES][NRB_MAX_NODES];
};

/* What became of a setting; "" for what the record does not say. */
struct nrb_end_setting {
	char name[NRB_NAME_LEN];
	char found[NRB_NAME_LEN], read_back[NRB_NAME_LEN];
	char outcome
		[NRB_WORD_LEN]; /* "restored", "left alone" (someone else's), "failed" */
};

/* Why a run ended, in the last line. */
struct nrb_end {
	char reason[NRB_WORD_LEN];  /* "done", "interrupted", "disturbed", "failed" */
	char left_out[NRB_SET_LEN]; /* scenarios that the budget left no time for; "" */
	int64_t exit_code;
	int64_t signal; /* absent unless interrupted by one */
	int64_t width_ppm; /* of the widest interval at the end, where one was asked for; absent: none */
	int64_t cells;   /* lines written */
	int64_t wall_ns; /* of the run */
	int64_t phases_ns; /* writing the file and all cells' phases: the rest is overhead */
	bool restored;     /* every setting read back as found */
	/* what a reader found; a writer gives them to nrb_record_write_end */
	int n_settings;
	struct nrb_end_setting settings[NRB_MAX_END_SETTINGS];
};

/* Tables of their integers and strings; lists and truth values are named in
 * numa-reclaim-bench-record(5) alone. */
extern const struct nrb_field
	nrb_header_fields[]; /* struct nrb_header; end with name NULL */
extern const struct nrb_string_field nrb_header_strings[];
extern const struct nrb_field nrb_end_fields[]; /* struct nrb_end */
extern const struct nrb_string_field nrb_end_strings[];
extern const struct nrb_string_field
	nrb_end_setting_strings[]; /* struct nrb_end_setting */

/** Make every integer absent, every string empty. */
void nrb_header_init(struct nrb_header *header);
void nrb_end_init(struct nrb_end *end);

/* -- writing -- */

struct nrb_record;

/**
 * Start a record at path: a new file (O_EXCL, O_NOFOLLOW, 0644), or stdout for "-".
 * Returns 0 or a negative errno, with a message (-EEXIST: nothing is ever overwritten).
 */
int nrb_record_create(struct nrb_record **record, const char *path);

/**
 * Write the first line. extra: an object whose members are put into the header as they are
 * (argv, topology, cpu details, settings, plan); owned by this call.
 */
int nrb_record_write_header(struct nrb_record *record, const struct nrb_header *header,
	struct nrb_json *extra);

/** While stdout's reader keeps us waiting, give up with -EINTR once fd (a signalfd) is readable. */
void nrb_record_set_interrupt(struct nrb_record *record, int fd);

/** Append a cell's line and fsync it. Returns 0 or a negative errno, with a message. */
int nrb_record_write_cell(struct nrb_record *record, const struct nrb_sample *sample);

/** Append the last line. settings: array of {name, found, read_back, outcome}; owned by this call. */
int nrb_record_write_end(
	struct nrb_record *record, const struct nrb_end *end, struct nrb_json *settings);

/** Close; says so when the last bytes could not be written. A file of which not even the first line could
 * be written is removed. NULL is left alone. */
int nrb_record_close(struct nrb_record *record);

/** A descriptor to read it from its beginning, whatever has become of its path; -1 for stdout, or where
 * there is none to be had. The caller's. */
int nrb_record_reading(const struct nrb_record *record);

/** The file's path as given or made; "-" for stdout. Borrowed. */
const char *nrb_record_path(const struct nrb_record *record);

/** Make a name HOST_UTC_RUNID.jsonl for a record; bytes of host other than [A-Za-z0-9.-]
 * become '-'. Returns buf. */
const char *nrb_record_name(char *buf, size_t len, const char *host,
	const char *start_utc, const char *run_id);

/* -- reading -- */

enum nrb_line {
	NRB_LINE_HEADER,
	NRB_LINE_CELL,
	NRB_LINE_END,
	NRB_LINE_EOF, /* after the end, or where an interrupted record stops */
};

struct nrb_reader;

/** Open a record ("-" is stdin) and read its header. Returns 0 or a negative errno, with a
 * message that names file, line and reason (-EPROTO: not a record). */
int nrb_reader_open(struct nrb_reader **reader, const char *path);

/** As nrb_reader_open, of a descriptor at its beginning, that is the reader's from here on. path is its
 * name in messages. */
int nrb_reader_take(struct nrb_reader **reader, const char *path, int fd);

/** The header, borrowed. */
const struct nrb_header *nrb_reader_header(const struct nrb_reader *reader);

/** Append the words of a list of the header ("options", "argv"), before the first nrb_reader_next: they
 * may be anything. Returns 0, -ENOENT (no such list; silent) or another negative errno, with a message. */
int nrb_reader_words(
	const struct nrb_reader *reader, const char *key, struct nrb_words *words);

/**
 * Read the next line.
 * line    out, what it is
 * sample  out for a cell; borrowed until the next call
 * A last line that is cut is warned about once and reads as NRB_LINE_EOF; a missing end line
 * too. Unknown keys are passed over. Returns 0 or a negative errno, with a message.
 */
int nrb_reader_next(
	struct nrb_reader *reader, enum nrb_line *line, const struct nrb_sample **sample);

/** The end line; NULL before it was read, and for an interrupted record. Borrowed. */
const struct nrb_end *nrb_reader_end(const struct nrb_reader *reader);

void nrb_reader_close(struct nrb_reader *reader);

#endif

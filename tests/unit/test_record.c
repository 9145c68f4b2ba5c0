/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records: written and read back alike; what is broken or absurd is refused, with its place. */
#include "nrb/diag.h"
#include "nrb/record.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct nrb_header header;
static struct nrb_sample sample;
static char dir[] = "/tmp/nrb-record-XXXXXX", path[64];

static int make_dir(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s", mkdtemp(dir));
	strcat(path, "/r.jsonl");
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static int reset(void **state)
{
	(void)state;
	nrb_diag_reset();
	unlink(path);
	return 0;
}

static void make_header(void)
{
	nrb_header_init(&header);
	header.schema_version = NRB_RECORD_SCHEMA;
	strcpy(header.run_id, "0123456789abcdef");
	strcpy(header.host, "caf\303\251");
	strcpy(header.kernel, "6.1.0-44-amd64");
	header.rehearsal = true;
	header.found_mode = 8;
	header.seed = INT64_MAX;
	header.n_nodes = 2;
	header.nodes[1] = 1023;
	header.node_bytes[0] = 1 << 20;
	header.node_bytes[1] = NRB_ABSENT;
	header.distances[0][0] = header.distances[1][1] = 10;
	header.distances[0][1] = header.distances[1][0] = 254;
}

/* A cell in which every field has a value of its own. */
static void make_sample(void)
{
	int64_t value = 1;

	nrb_sample_init(&sample);
	for (const struct nrb_field *f = nrb_sample_fields; f->name != NULL; f++) {
		*nrb_field_at(&sample, f) = f->max < 10 ? f->max : value++;
	}
	for (const struct nrb_string_field *s = nrb_sample_strings; s->name != NULL;
		s++) {
		snprintf((char *)&sample + s->offset, s->len, "a \"%s\"", s->name);
	}
	sample.node = 1023;
	sample.cpu_node = 0;
	sample.victim_node = 1023;
	sample.headroom_min_bytes = -1;
	sample.status = NRB_STATUS_STALLED;
	sample.cut[NRB_PHASE_FILL] = sample.cut[NRB_PHASE_REREAD] = true;
	sample.phase_ns[NRB_PHASE_FILL] = 0;
	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		if (i % 2 == 0) {
			sample.counters.v[i] = i;
		} else {
			sample.counters_after.v[i] = -i;
		}
	}
	nrb_sample_node(&sample, 1023)->pages = 5;
	nrb_sample_node(&sample, 0)->numa_hit = -5;
	for (const struct nrb_field *f = nrb_walk_fields; f->name != NULL; f++) {
		*nrb_field_at(&sample.walks[0], f) = value++;
		*nrb_field_at(&sample.walks[1], f) = NRB_ABSENT;
	}
	sample.walks[0].node = 0;
	sample.walks[0].n_slices = 2;
	sample.walks[0].slice_ns[1] = 77;
	sample.n_walks = 2;
	nrb_histogram_add(&sample.alloc_hist, 0);
	nrb_histogram_add(&sample.alloc_hist, 1000);
	nrb_histogram_add(&sample.alloc_hist, UINT64_C(1) << 40);
	nrb_histogram_add(&sample.return_hist, 77);
	nrb_histogram_add(&sample.serve_hist, 78);
	nrb_histogram_add(&sample.reclaim_hist, 79);
	nrb_sample_look(&sample, 5, 1023)->dirty_bytes = 7;
	nrb_sample_look(&sample, 5, 0)->writeback_bytes = 0;
	nrb_histogram_add(&sample.victim_hist, 78);
	nrb_sample_zone(&sample, "DMA32")->below_low = 3;
	nrb_histogram_add(&nrb_sample_zone(&sample, "Normal")->free_hist, 4711);
}

static void write_record(void)
{
	struct nrb_json *extra = nrb_json_object(), *settings = nrb_json_array();
	struct nrb_json *setting = nrb_json_object();
	struct nrb_record *record;
	struct nrb_end end;

	nrb_json_set_int(extra, "unknown_to_readers", 1);
	nrb_json_set_str(setting, "name", "vm.zone_reclaim_mode");
	nrb_json_set_str(setting, "read_back", "3");
	nrb_json_set_str(setting, "outcome", "left alone");
	nrb_json_append(settings, setting);
	nrb_end_init(&end);
	strcpy(end.reason, "done");
	end.exit_code = 0;
	end.cells = 1;
	end.restored = true;
	assert_int_equal(nrb_record_create(&record, path), 0);
	assert_string_equal(nrb_record_path(record), path);
	assert_int_equal(nrb_record_write_header(record, &header, extra), 0);
	assert_int_equal(nrb_record_write_cell(record, &sample), 0);
	assert_int_equal(nrb_record_write_end(record, &end, settings), 0);
	assert_int_equal(nrb_record_close(record), 0);
}

static void assert_same_sample(const struct nrb_sample *got)
{
	assert_memory_equal(got->phase_ns, sample.phase_ns, sizeof(got->phase_ns));
	assert_memory_equal(got->cut, sample.cut, sizeof(got->cut));
	assert_memory_equal(&got->counters, &sample.counters, sizeof(got->counters));
	assert_memory_equal(&got->counters_after, &sample.counters_after,
		sizeof(got->counters_after));
	assert_int_equal(got->n_nodes, sample.n_nodes);
	assert_memory_equal(got->nodes, sample.nodes, sizeof(*got->nodes) * 2);
	assert_int_equal(got->n_walks, sample.n_walks);
	assert_memory_equal(got->walks, sample.walks, sizeof(*got->walks) * 2);
	assert_memory_equal(
		&got->alloc_hist, &sample.alloc_hist, sizeof(got->alloc_hist));
	assert_memory_equal(
		&got->reread_hist, &sample.reread_hist, sizeof(got->reread_hist));
	assert_int_equal(got->n_looks, sample.n_looks);
	assert_memory_equal(got->looks, sample.looks, sizeof(*got->looks) * 2);
	assert_memory_equal(
		&got->return_hist, &sample.return_hist, sizeof(got->return_hist));
	assert_memory_equal(
		&got->serve_hist, &sample.serve_hist, sizeof(got->serve_hist));
	assert_memory_equal(
		&got->reclaim_hist, &sample.reclaim_hist, sizeof(got->reclaim_hist));
	/* the rest too: all integers and strings */
	assert_memory_equal(got, &sample, sizeof(*got));
}

static void test_round_trip(void **state)
{
	const struct nrb_sample *got;
	struct nrb_reader *reader;
	enum nrb_line line;

	(void)state;
	make_header();
	make_sample();
	write_record();
	header.node_bytes[1] = 0; /* what is absent is unknown to a reader */
	assert_int_equal(nrb_reader_open(&reader, path), 0);
	assert_memory_equal(nrb_reader_header(reader), &header, sizeof(header));
	assert_int_equal(nrb_reader_next(reader, &line, &got), 0);
	assert_int_equal(line, NRB_LINE_CELL);
	assert_same_sample(got);
	assert_null(nrb_reader_end(reader));
	assert_int_equal(nrb_reader_next(reader, &line, &got), 0);
	assert_int_equal(line, NRB_LINE_END);
	assert_true(nrb_reader_end(reader)->restored);
	assert_string_equal(nrb_reader_end(reader)->reason, "done");
	assert_true(nrb_reader_end(reader)->signal == NRB_ABSENT);
	assert_int_equal(nrb_reader_end(reader)->n_settings, 1);
	assert_string_equal(
		nrb_reader_end(reader)->settings[0].name, "vm.zone_reclaim_mode");
	assert_string_equal(nrb_reader_end(reader)->settings[0].found, "");
	assert_string_equal(nrb_reader_end(reader)->settings[0].read_back, "3");
	assert_string_equal(nrb_reader_end(reader)->settings[0].outcome, "left alone");
	assert_int_equal(nrb_reader_next(reader, &line, &got), 0);
	assert_int_equal(line, NRB_LINE_EOF);
	nrb_reader_close(reader);
}

/* Its directory may be out of reach by then, or another file in its place. */
static void test_read_by_its_descriptor(void **state)
{
	struct nrb_record *record;
	struct nrb_reader *reader;
	int fd;

	(void)state;
	make_header();
	assert_int_equal(nrb_record_create(&record, path), 0);
	assert_int_equal(nrb_record_write_header(record, &header, nrb_json_object()), 0);
	fd = nrb_record_reading(record);
	assert_true(fd >= 0);
	assert_int_equal(nrb_record_close(record), 0);
	unlink(path);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(nrb_reader_take(&reader, path, fd), 0);
	assert_string_equal(nrb_reader_header(reader)->host, header.host);
	nrb_reader_close(reader);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(nrb_record_create(&record, "-"), 0);
	assert_int_equal(nrb_record_reading(record), -1);
	assert_int_equal(nrb_record_close(record), 0);
}

static void test_never_overwritten(void **state)
{
	struct nrb_record *record;

	(void)state;
	make_header();
	make_sample();
	write_record();
	assert_int_equal(nrb_record_create(&record, path), -EEXIST);
	assert_non_null(strstr(nrb_diag_message(), "exists"));
	assert_int_equal(nrb_diag_exit(-EEXIST), NRB_EXIT_FAILED);
	unlink(path);
	assert_int_equal(symlink("/tmp/nrb-nowhere", path), 0);
	assert_int_equal(nrb_record_create(&record, path), -EEXIST);
}

static off_t file_size(void)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* Read all of a record. Returns the first failure; *cells counts those before it. */
static int read_record(const char *file, int *cells)
{
	const struct nrb_sample *got;
	struct nrb_reader *reader;
	enum nrb_line line = NRB_LINE_HEADER;
	int rc = nrb_reader_open(&reader, file);

	*cells = 0;
	if (rc < 0) {
		return rc;
	}
	while (rc == 0 && line != NRB_LINE_EOF) {
		rc = nrb_reader_next(reader, &line, &got);
		*cells += rc == 0 && line == NRB_LINE_CELL;
	}
	nrb_reader_close(reader);
	return rc;
}

static void test_full_disk(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), saved = dup(STDOUT_FILENO);
	struct nrb_record *record;

	(void)state;
	make_header();
	make_sample();
	assert_true(full >= 0 && saved >= 0);
	assert_int_equal(nrb_record_create(&record, "-"), 0);
	fflush(stdout);
	assert_true(dup2(full, STDOUT_FILENO) >= 0);
	assert_int_equal(nrb_record_write_header(record, &header, NULL), -ENOSPC);
	/* said once; nothing is written behind half a line */
	assert_int_equal(nrb_record_write_cell(record, &sample), -EIO);
	assert_true(dup2(saved, STDOUT_FILENO) >= 0);
	assert_non_null(strstr(nrb_diag_message(), "No space left"));
	assert_int_equal(nrb_record_close(record), 0);
	close(saved);
	close(full);
}

/* A disk that fills up in the middle of a line leaves whole lines alone. */
static void test_half_a_line(void **state)
{
	struct rlimit found, small;
	struct nrb_record *record;
	int cells;

	(void)state;
	make_header();
	make_sample();
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &found), 0);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(nrb_record_create(&record, path), 0);
	assert_int_equal(nrb_record_write_header(record, &header, NULL), 0);
	assert_int_equal(nrb_record_write_cell(record, &sample), 0);
	small = (struct rlimit){ .rlim_cur = (rlim_t)file_size() + 100,
		.rlim_max = found.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(nrb_record_write_cell(record, &sample), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &found), 0);
	assert_int_equal(nrb_record_close(record), 0);
	assert_int_equal(file_size(), small.rlim_cur - 100);
	assert_int_equal(read_record(path, &cells), 0);
	assert_int_equal(cells, 1);
}

static void test_name(void **state)
{
	char buf[128];

	(void)state;
	assert_string_equal(nrb_record_name(buf, sizeof(buf), "fs-a1.x",
				    "2026-08-22T10:00:00Z", "00ff"),
		"fs-a1.x_2026-08-22T10-00-00Z_00ff.jsonl");
	assert_string_equal(nrb_record_name(buf, sizeof(buf), "../a b_c\033", "t", "r"),
		"..-a-b-c-_t_r.jsonl");
}

static const char *record_path(char *buf, size_t len, const char *name)
{
	const char *tests = getenv("NRB_TESTS");

	assert_non_null(tests);
	snprintf(buf, len, "%s/golden/records/%s.jsonl", tests, name);
	return buf;
}

/* clang-format off */
static const struct {
	const char *name;
	int line;
	const char *reason; /* part of it */
} refused[] = {
	{ "after-end", 3, "something follows the end" },
	{ "broken-middle", 2, "expected near" },
	{ "bucket-max", 2, "max_ns is not in the last bucket" },
	{ "bucket-negative", 2, "bucket 5 counts -1" },
	{ "bucket-no-pair", 2, "not a pair" },
	{ "bucket-out-of-range", 2, "no bucket 3712" },
	{ "bucket-sum", 2, "do not add up" },
	{ "bucket-twice", 2, "bucket 5 twice" },
	{ "distance-too-large", 1, "from 0 to 255" },
	{ "distances-not-square", 1, "a row and a column" },
	{ "duplicate-key", 3, "duplicate object key" },
	{ "empty", 1, "empty" },
	{ "end-says-nothing", 2, "does not say restored" },
	{ "end-setting-no-object", 2, "settings: an element is no object" },
	{ "header-cut", 1, "not a record" },
	{ "header-nodes-twice", 1, "twice" },
	{ "histogram-bits", 2, "of 6 bits" },
	{ "look-negative", 2, "dirty_bytes is -1" },
	{ "look-node-unknown", 2, "looks: node 7 is not one of the header's" },
	{ "look-without-node", 2, "a look needs t_ns and node" },
	{ "looks-no-objects", 2, "a look needs t_ns and node" },
	{ "mode-8", 2, "mode is 8" },
	{ "mode-text", 2, "mode is no integer" },
	{ "newer-version", 1, "schema version 2, newer" },
	{ "no-header", 1, "the first line is no header" },
	{ "no-rehearsal", 1, "does not say rehearsal" },
	{ "node-out-of-range", 2, "node is 4096" },
	{ "node-unknown", 2, "node 2 is not one of the header's" },
	{ "nodes-twice", 2, "node 0 twice" },
	{ "not-an-object", 2, "not a JSON object" },
	{ "not-json", 1, "not a record" },
	{ "pages-negative", 2, "pages is -1" },
	{ "return-bucket-twice", 2, "return_hist: bucket 5 twice" },
	{ "scenario-missing", 2, "needs cell, block and scenario" },
	{ "second-header", 2, "neither a cell nor an end" },
	{ "size-absurd", 2, "alloc_bytes is 4611686018427387904" },
	{ "status-unknown", 2, "status is none of those known" },
	{ "string-too-long", 2, "policy is longer than 31" },
	{ "too-deep", 2, "nested too deeply" },
	{ "too-many-looks", 2, "looks has more than 256" },
	{ "too-many-walks", 2, "walks has more than 16" },
	{ "victim-node-unknown", 2, "victim_node: node 7 is not one of the header's" },
	{ "walk-node-unknown", 2, "node 7 is not one of the header's" },
	{ "zone-in-ns", 2, "free_hist: the buckets do not add up to n" },
	{ "zone-twice", 2, "zones: a name is missing, or there twice" },
	{ "zone-without-name", 2, "zones: a name is missing, or there twice" },
};
/* clang-format on */

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		char name[64], file[1024], place[32];
		int cells;

		snprintf(name, sizeof(name), "bad/%s", refused[i].name);
		snprintf(place, sizeof(place), ".jsonl:%d: ", refused[i].line);
		nrb_diag_reset();
		record_path(file, sizeof(file), name);
		assert_int_equal(read_record(file, &cells), -EPROTO);
		assert_int_equal(nrb_diag_exit(-EPROTO), NRB_EXIT_FAILED);
		assert_non_null(strstr(nrb_diag_message(), place));
		assert_non_null(strstr(nrb_diag_message(), refused[i].reason));
	}
}

static void test_interrupted(void **state)
{
	static const struct {
		const char *name;
		int cells;
	} cases[] = { { "interrupted", 4 }, { "cut", 17 }, { "mglru", 17 } };
	char file[1024];
	int cells;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		record_path(file, sizeof(file), cases[i].name);
		assert_int_equal(read_record(file, &cells), 0);
		assert_int_equal(cells, cases[i].cells);
		assert_string_equal(nrb_diag_message(), "");
	}
}

/* Write lines by hand: the header of mglru.jsonl, then text as often as asked. */
static void write_lines(const char *text, size_t times)
{
	char file[1024], *line = NULL;
	size_t room = 0;
	FILE *in = fopen(record_path(file, sizeof(file), "mglru"), "r"),
	     *out = fopen(path, "w");

	assert_true(in != NULL && out != NULL && getline(&line, &room, in) > 0);
	fputs(line, out);
	for (size_t i = 0; i < times; i++) {
		fputs(text, out);
	}
	assert_int_equal(fclose(out), 0);
	fclose(in);
	free(line);
}

static void test_long_lines(void **state)
{
	int cells;

	(void)state;
	/* 4 MiB and a little without a line's end */
	write_lines("          ", 420000);
	assert_int_equal(read_record(path, &cells), -EPROTO);
	assert_non_null(strstr(nrb_diag_message(), ":2: a line of over 4 MiB"));
	/* many lines are no matter */
	nrb_diag_reset();
	write_lines(
		"{\"type\":\"cell\",\"cell\":0,\"block\":1,\"scenario\":\"x\",\"status\":\"ok\"}\n",
		100000);
	assert_int_equal(read_record(path, &cells), 0);
	assert_int_equal(cells, 100000);
}

static void test_escaped(void **state)
{
	int cells;

	(void)state;
	write_lines("{\"type\":\"\\u001b[2J\\u009b\"}\n", 1);
	assert_int_equal(read_record(path, &cells), -EPROTO);
	assert_non_null(strstr(nrb_diag_message(), "type '\\x1b[2J\\xc2\\x9b'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_round_trip, reset),
		cmocka_unit_test_setup(test_read_by_its_descriptor, reset),
		cmocka_unit_test_setup(test_never_overwritten, reset),
		cmocka_unit_test_setup(test_full_disk, reset),
		cmocka_unit_test_setup(test_half_a_line, reset),
		cmocka_unit_test_setup(test_name, reset),
		cmocka_unit_test_setup(test_refused, reset),
		cmocka_unit_test_setup(test_interrupted, reset),
		cmocka_unit_test_setup(test_long_lines, reset),
		cmocka_unit_test_setup_teardown(test_escaped, reset, reset),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

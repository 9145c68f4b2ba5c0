/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages of trace buffers: recorded ones, every kind of event, and what is cut. */
#include "nrb/tracepage.h"

#include "traced.h"

#include <errno.h>

/* As of every kernel with words of 64 bits. */
static const struct nrb_tracepage_layout layout = {
	.timestamp = { 0, 8, false },
	.commit = { 8, 8, true },
	.data = TRACED_DATA,
	.bytes = TRACED_PAGE,
};

static struct nrb_tracepage page_of(const void *bytes)
{
	struct nrb_tracepage page;

	assert_int_equal(nrb_tracepage_begin(&page, &layout, bytes, TRACED_PAGE), 0);
	return page;
}

/* Events of node reclaim alone: a begin and an end by turns. */
static void check_kernel(
	const char *kernel, int begin_id, uint64_t first_ns, int64_t least_events)
{
	struct nrb_tracepage_layout read;
	struct nrb_traceevent event;
	struct nrb_tracepage page;
	uint64_t last_ns = 0;
	int64_t n = 0, type;
	size_t len;
	char *header = traced_file(kernel, "header_page", &len),
	     *bytes = traced_file(kernel, "page", &len);

	assert_int_equal(nrb_tracepage_parse_layout(header, &read), 0);
	assert_int_equal(read.timestamp.offset, layout.timestamp.offset);
	assert_int_equal(read.timestamp.size, layout.timestamp.size);
	assert_int_equal(read.commit.offset, layout.commit.offset);
	assert_int_equal(read.commit.size, layout.commit.size);
	assert_int_equal(read.data, layout.data);
	assert_int_equal(read.bytes, layout.bytes);
	page = page_of(bytes);
	while (nrb_tracepage_next(&page, &event)) {
		assert_int_equal(
			nrb_tracefield_get(&(struct nrb_tracefield){ 0, 2, false },
				event.data, event.len, &type),
			0);
		assert_int_equal(type, n % 2 == 0 ? begin_id : begin_id - 1);
		assert_true(event.ns >= last_ns);
		last_ns = event.ns;
		if (n++ == 0) {
			assert_true(event.ns / 1000 == first_ns / 1000);
		}
	}
	assert_true(n >= least_events);
	assert_false(nrb_tracepage_next(&page, &event));
	free(header);
	free(bytes);
}

static void test_recorded(void **state)
{
	(void)state;
	check_kernel("6.1", 517, UINT64_C(51023659511), 140);
	check_kernel("7.3", 591, UINT64_C(222535289351), 140);
}

static void test_kinds(void **state)
{
	struct traced_page made;
	struct nrb_tracepage page;
	struct nrb_traceevent event;

	(void)state;
	traced_begin_page(&made, 1000);
	traced_word(&made, 2 | 5 << 5); /* 5 ns on, two words */
	traced_word(&made, 11);
	traced_word(&made, 12);
	traced_word(&made, 29 | 1 << 5); /* one that was discarded: two words */
	traced_word(&made, 8);
	traced_word(&made, 0);
	traced_word(&made, 30 | 3 << 5); /* 3 and 2 << 27 ns more */
	traced_word(&made, 2);
	traced_word(&made, 0 | 1 << 5); /* a length of its own: 8, with its word */
	traced_word(&made, 8);
	traced_word(&made, 13);
	traced_word(&made, 31 | 7 << 5); /* the time itself */
	traced_word(&made, 1);
	traced_word(&made, 1);
	traced_word(&made, 14);
	traced_end_page(&made);

	page = page_of(made.bytes);
	assert_true(nrb_tracepage_next(&page, &event));
	assert_true(event.ns == 1005);
	assert_int_equal(event.len, 8);
	assert_int_equal(*(const unsigned char *)event.data, 11);
	assert_true(nrb_tracepage_next(&page, &event));
	assert_true(event.ns == 1005 + 1 + 3 + (UINT64_C(2) << 27) + 1);
	assert_int_equal(event.len, 4);
	assert_int_equal(*(const unsigned char *)event.data, 13);
	assert_true(nrb_tracepage_next(&page, &event));
	assert_true(event.ns == (UINT64_C(1) << 27) + 7);
	assert_int_equal(*(const unsigned char *)event.data, 14);
	assert_false(nrb_tracepage_next(&page, &event));
}

static void test_rest_is_empty(void **state)
{
	struct traced_page made;
	struct nrb_tracepage page;
	struct nrb_traceevent event;

	(void)state;
	traced_begin_page(&made, 1);
	traced_word(&made, 29); /* no time since: nothing behind it */
	traced_word(&made, 1);
	traced_word(&made, 1);
	traced_end_page(&made);
	page = page_of(made.bytes);
	assert_false(nrb_tracepage_next(&page, &event));
	assert_false(nrb_tracepage_next(&page, &event));
}

/* Each of these ends the page, and is no event. */
static void test_cut(void **state)
{
	static const uint32_t words[][2] = {
		{ 3, 0 },          /* three words of data, one there */
		{ 0, 3 },          /* shorter than its own word */
		{ 0, 0xffffffff }, /* longer than any page */
		{ 29 | 1 << 5, 0 },
		{ 29 | 1 << 5, 4096 },
	};
	struct traced_page made;
	struct nrb_tracepage page;
	struct nrb_traceevent event;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		traced_begin_page(&made, 1);
		traced_word(&made, words[i][0]);
		traced_word(&made, words[i][1]);
		traced_end_page(&made);
		page = page_of(made.bytes);
		assert_false(nrb_tracepage_next(&page, &event));
	}
	for (uint32_t type = 29; type <= 31; type++) {
		traced_begin_page(&made, 1);
		traced_word(&made, type | 1 << 5);
		traced_end_page(&made);
		page = page_of(made.bytes);
		assert_false(nrb_tracepage_next(&page, &event));
	}
}

static void test_no_page(void **state)
{
	struct nrb_tracepage_layout read;
	struct traced_page made;
	struct nrb_tracepage page;

	(void)state;
	traced_begin_page(&made, 1);
	made.used = TRACED_PAGE - TRACED_DATA + 1;
	traced_end_page(&made);
	assert_int_equal(
		nrb_tracepage_begin(&page, &layout, made.bytes, TRACED_PAGE), -EINVAL);
	assert_int_equal(nrb_tracepage_begin(&page, &layout, made.bytes, TRACED_DATA - 1),
		-EINVAL);
	assert_int_equal(nrb_tracepage_begin(&page, &layout, made.bytes, 0), -EINVAL);
	assert_int_equal(nrb_tracepage_parse_layout("", &read), -ENOENT);
	assert_int_equal(nrb_tracepage_parse_layout(
				 "field: u64 timestamp;\toffset:0;\tsize:8;"
				 "\tsigned:0;\nfield: local_t commit;\toffset:8;"
				 "\tsize:8;\tsigned:1;\n",
				 &read),
		-ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_rest_is_empty),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_no_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

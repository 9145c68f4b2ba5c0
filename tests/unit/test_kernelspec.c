/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels by name: what each word means, what it is called, and what is no kernel. */
#include "nrb/kernelspec.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text, *name, *suite, *pattern, *dir;
} good[] = {
	{ "own", "own", "", "", NULL },
	{ "bookworm", "bookworm", "bookworm", "", NULL },
	{ "trixie-backports:7.3", "trixie-backports-7.3", "trixie-backports",
		"linux-image-7\\.3\\..*-cloud-amd64", NULL },
	{ "bullseye:5.10", "bullseye-5.10", "bullseye",
		"linux-image-5\\.10\\..*-cloud-amd64", NULL },
	{ "/srv/6.12.1-amd64", "6.12.1-amd64", "", "", "/srv/6.12.1-amd64" },
	{ "./mine//", "mine", "", "", "./mine//" },
	{ "own/", "own", "", "", "own/" },
};

static const char *const bad[] = { "", "/", "//", ":6.1", "bookworm:", "bookworm:6",
	"bookworm:6.", "bookworm:.1", "bookworm:6.1.2", "bookworm:6.x", "bookworm 6",
	"-u", "book*", "bookworm:6.1:6.1" };

static void test_good(void **state)
{
	struct nrb_kernelspec spec;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(nrb_kernelspec_parse(good[i].text, &spec), 0);
		assert_string_equal(spec.name, good[i].name);
		assert_string_equal(spec.suite, good[i].suite);
		assert_string_equal(spec.pattern, good[i].pattern);
		if (good[i].dir != NULL) {
			assert_string_equal(spec.dir, good[i].dir);
		} else {
			assert_null(spec.dir);
		}
	}
}

static void test_bad(void **state)
{
	char longest[NRB_KERNELSPEC_LEN + 2];
	struct nrb_kernelspec spec;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(nrb_kernelspec_parse(bad[i], &spec), -EINVAL);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(nrb_kernelspec_parse(longest, &spec), -EINVAL);
	longest[0] = '/';
	assert_int_equal(nrb_kernelspec_parse(longest, &spec), -EINVAL);
	longest[2] = '/';
	assert_int_equal(nrb_kernelspec_parse(longest, &spec), 0);
	assert_int_equal(strlen(spec.name), NRB_KERNELSPEC_LEN - 2);
}

static void test_names(void **state)
{
	static const struct nrb_kernelspec spec = { .name = "bookworm" };
	static const char *const names[][2] = {
		{ "run.jsonl", "run-bookworm.jsonl" },
		{ "/srv/run.jsonl", "/srv/run-bookworm.jsonl" },
		{ "run", "run-bookworm" },
		{ "run.json", "run.json-bookworm" },
		{ "run.jsonl.x", "run.jsonl.x-bookworm" },
		{ ".jsonl", ".jsonl-bookworm" },
		{ "x/.jsonl", "x/.jsonl-bookworm" },
	};
	char buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_string_equal(
			nrb_kernelspec_name(buf, sizeof(buf), names[i][0], &spec),
			names[i][1]);
	}
	assert_non_null(nrb_kernelspec_name(buf, sizeof("run-bookworm"), "run", &spec));
	assert_null(nrb_kernelspec_name(buf, sizeof("run-bookworm") - 1, "run", &spec));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

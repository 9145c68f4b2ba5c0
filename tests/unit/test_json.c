/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON: what is written reads back, what is dubious is refused, lost memory is noticed. */
#include "nrb/json.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_dump(const struct nrb_json *value, int indent, const char *expected)
{
	char *text;
	size_t len;

	assert_int_equal(nrb_json_dump(value, indent, &text, &len), 0);
	assert_string_equal(text, expected);
	assert_int_equal(len, strlen(expected));
	free(text);
}

static void test_dump(void **state)
{
	struct nrb_json *object = nrb_json_object(), *array = nrb_json_array();

	(void)state;
	nrb_json_append(array, nrb_json_int(INT64_MIN));
	nrb_json_append(array, nrb_json_bool(true));
	nrb_json_append(array, nrb_json_real(INFINITY));
	nrb_json_set(object, "z", array);
	nrb_json_set_int(object, "a", INT64_MAX);
	nrb_json_set_real(object, "r", 0.1);
	nrb_json_set_real(object, "n", NAN);
	nrb_json_set_bool(object, "f", false);
	assert_dump(object, 0,
		"{\"z\":[-9223372036854775808,true,null],\"a\":9223372036854775807,\"r\":0.1,"
		"\"n\":null,\"f\":false}\n");
	nrb_json_free(object);
}

static void test_indent(void **state)
{
	struct nrb_json *object = nrb_json_object();

	(void)state;
	nrb_json_set_int(object, "a", 1);
	assert_dump(object, 2, "{\n  \"a\": 1\n}\n");
	nrb_json_free(object);
}

static void test_strings(void **state)
{
	static const struct {
		const char *value, *dumped;
	} cases[] = {
		{ "plain", "\"plain\"\n" }, { "\033[2J", "\"\\u001B[2J\"\n" },
		{ "caf\303\251", "\"caf\\u00E9\"\n" },
		{ "a\177\177", "\"a\\u007F\\u007F\"\n" },
		{ "\302\233", "\"\\u009B\"\n" }, /* moves a terminal of 8 bits */
		{ "a\377b", "\"a?b\"\n" },
		{ "\303", "\"?\"\n" },                /* ends within a character */
		{ "\355\240\200", "\"???\"\n" },      /* half of a surrogate pair */
		{ "\300\257", "\"??\"\n" },           /* longer than need be */
		{ "\364\220\200\200", "\"????\"\n" }, /* beyond U+10FFFF */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct nrb_json *string = nrb_json_str(cases[i].value);

		assert_dump(string, 0, cases[i].dumped);
		nrb_json_free(string);
	}
}

static void assert_poisoned(struct nrb_json *value)
{
	char *text;
	size_t len;

	assert_int_equal(nrb_json_dump(value, 0, &text, &len), -ENOMEM);
	nrb_json_free(value);
}

static void test_lost_memory(void **state)
{
	struct nrb_json *object = nrb_json_object(), *array = nrb_json_array();

	(void)state;
	nrb_json_set_int(object, "before", 1);
	nrb_json_set(object, "lost", NULL);
	nrb_json_set_int(object, "after", 2);
	assert_poisoned(object);

	/* what could not be made spoils what it was to be put into */
	object = nrb_json_object();
	nrb_json_append(array, NULL);
	nrb_json_set(object, "array", array);
	assert_poisoned(object);

	nrb_json_set(NULL, "key", nrb_json_int(1));
	nrb_json_append(NULL, nrb_json_int(1));
	assert_poisoned(NULL);
}

static int memory_left; /* blocks, until one is missed */

static void *take_but_one(size_t size)
{
	return --memory_left == 0 ? NULL : malloc(size);
}

/* What there is no memory for is not left out in silence: a boot id that lacks a character would make a
 * journal another boot's. */
static void test_a_moment_without_memory(void **state)
{
	static const char text[] =
		"{\"boot_id\":\"6f9619ff-8b86-d011-b42d-00c04fc964ff\","
		"\"settings\":[{\"name\":\"vm.zone_reclaim_mode\"}]}\n";
	struct nrb_json *value = NULL;
	int n = 0;

	(void)state;
	while (value == NULL) {
		char why[128] = "";
		int rc;

		memory_left = ++n;
		json_set_alloc_funcs(take_but_one, free);
		rc = nrb_json_parse(text, strlen(text), &value, why, sizeof(why));
		json_set_alloc_funcs(malloc, free);
		assert_int_equal(rc, memory_left > 0 ? 0 : -ENOMEM);
		assert_string_equal(why, memory_left > 0 ? "" : "Cannot allocate memory");
	}
	assert_true(n > 10);
	assert_dump(value, 0, text);
	nrb_json_free(value);
}

static void test_a_moment_without_memory_to_write(void **state)
{
	struct nrb_json *value = nrb_json_object();
	char *text = NULL;
	size_t len;
	int n = 0;

	(void)state;
	nrb_json_set_str(value, "boot_id", "6f9619ff-8b86-d011-b42d-00c04fc964ff");
	while (text == NULL) {
		int rc;

		memory_left = ++n;
		json_set_alloc_funcs(take_but_one, free);
		rc = nrb_json_dump(value, 0, &text, &len);
		json_set_alloc_funcs(malloc, free);
		assert_int_equal(rc, memory_left > 0 ? 0 : -ENOMEM);
	}
	assert_true(n > 2);
	assert_string_equal(
		text, "{\"boot_id\":\"6f9619ff-8b86-d011-b42d-00c04fc964ff\"}\n");
	free(text);
	nrb_json_free(value);
}

static void test_lost_later(void **state)
{
	struct nrb_json *object = nrb_json_object(), *array = nrb_json_array();

	(void)state;
	nrb_json_append(array, nrb_json_int(1));
	nrb_json_set(object, "array", array);
	nrb_json_append(array, NULL);
	assert_poisoned(object);
}

static int parse(const char *text, size_t len)
{
	struct nrb_json *value = NULL;
	char why[128] = "";
	int rc = nrb_json_parse(text, len, &value, why, sizeof(why));

	assert_true(rc == 0 || why[0] != '\0');
	nrb_json_free(value);
	return rc;
}

static void test_refused(void **state)
{
	static const char *const cases[] = { "", "{", "{\"a\":1,\"a\":2}", "[NaN]",
		"[1e999]", "[9223372036854775808]", "[\"\377\"]", "[01]", "[1]x", "[1,]",
		"/**/[1]", "[\"\\ud800\"]", "[\"\t\"]", "{\"a\\u0000b\":1}" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(parse(cases[i], strlen(cases[i])), -EINVAL);
	}
	assert_int_equal(parse("[1]\0", 4), -EINVAL);
}

/* n opening brackets, then what is in the middle, then n closing ones. */
static int parse_nested(size_t n, const char *middle)
{
	size_t len = 2 * n + strlen(middle);
	char *text = malloc(len + 1);
	int rc;

	assert_non_null(text);
	memset(text, '[', n);
	strcpy(text + n, middle);
	memset(text + n + strlen(middle), ']', n);
	rc = parse(text, len);
	free(text);
	return rc;
}

static void test_levels(void **state)
{
	(void)state;
	assert_int_equal(parse_nested(NRB_JSON_MAX_LEVELS, ""), 0);
	assert_int_equal(parse_nested(NRB_JSON_MAX_LEVELS + 1, ""), -EINVAL);
	/* brackets in a string are no levels, behind an escaped quote neither */
	assert_int_equal(parse_nested(NRB_JSON_MAX_LEVELS, "\"[[\\\"[[\""), 0);
}

static void test_containers(void **state)
{
	size_t n = NRB_JSON_MAX_CONTAINERS;
	char *text = malloc(3 * n + 2);
	size_t len = 0;

	(void)state;
	assert_non_null(text);
	text[len++] = '[';
	for (size_t i = 0; i < n; i++) {
		memcpy(text + len, "[],", 3);
		len += 3;
	}
	text[len - 1] = ']';
	assert_int_equal(
		parse(text, len), -EINVAL); /* one too many, with the outer one */
	text[len - 4] = ']';
	assert_int_equal(parse(text, len - 3), 0);
	free(text);
}

static int count_keys(void *arg, const char *key, const struct nrb_json *value)
{
	strcat(arg, key);
	return nrb_json_is_array(value) ? 7 : 0;
}

static void test_read(void **state)
{
	static const char text[] =
		"{\"b\":true,\"i\":-5,\"s\":\"x\",\"l\":[1,\"y\"],\"o\":{}}";
	struct nrb_json *value;
	char why[64], keys[16] = "";
	const char *string = NULL;
	int64_t integer = 1;
	bool boolean = false;

	(void)state;
	assert_int_equal(nrb_json_parse(text, strlen(text), &value, why, sizeof(why)), 0);
	assert_int_equal(nrb_json_get_bool(value, "b", &boolean), 0);
	assert_true(boolean);
	assert_int_equal(nrb_json_get_int(value, "s", &integer), -EINVAL);
	assert_int_equal(nrb_json_get_int(value, "none", &integer), -ENOENT);
	assert_int_equal(integer, 1);
	assert_int_equal(nrb_json_get_int(value, "i", &integer), 0);
	assert_int_equal(integer, -5);
	assert_int_equal(nrb_json_get_str(value, "s", &string), 0);
	assert_string_equal(string, "x");
	assert_int_equal(nrb_json_count(nrb_json_get(value, "l")), 2);
	assert_int_equal(
		nrb_json_as_str(nrb_json_at(nrb_json_get(value, "l"), 1), &string), 0);
	assert_string_equal(string, "y");
	assert_null(nrb_json_at(nrb_json_get(value, "l"), 2));
	assert_true(nrb_json_is_object(nrb_json_get(value, "o")));
	assert_int_equal(nrb_json_each(value, count_keys, keys), 7);
	assert_string_equal(keys, "bisl");
	nrb_json_free(value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_indent),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_lost_memory),
		cmocka_unit_test(test_a_moment_without_memory),
		cmocka_unit_test(test_a_moment_without_memory_to_write),
		cmocka_unit_test(test_lost_later),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 against its standard's vectors, and the host id against what systemd makes of it. */
#include "nrb/hostid.h"

#include "tree.h"

#include <errno.h>

static void assert_digest(const void *data, size_t len, const char *want)
{
	uint8_t digest[32];
	char text[65];

	nrb_hostid_sha256(data, len, digest);
	for (size_t i = 0; i < 32; i++) {
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	}
	assert_string_equal(text, want);
}

/* FIPS 180-4's examples, and the lengths where padding takes one block or two (sha256sum(1)). */
static void test_sha256(void **state)
{
	static const char two_blocks[] =
		"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
		"ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
	char *a = malloc(1000000);

	(void)state;
	memset(a, 'a', 1000000);
	assert_digest("abc", 3,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	assert_digest(two_blocks, 112,
		"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
	assert_digest(a, 1000000,
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	assert_digest(
		a, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_digest(a, 55,
		"9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
	assert_digest(a, 56,
		"b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
	assert_digest(a, 63,
		"7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34");
	assert_digest(a, 64,
		"ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
	assert_digest(a, 119,
		"31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb");
	assert_digest(a, 120,
		"2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c");
	free(a);
}

/* Of `systemd-id128 machine-id --app-specific=6e8d1f520b3a4c97a144d72e935b60cf`, for a machine with
 * these ids (and by Python's hmac). */
static void test_machine_id_is_hashed(void **state)
{
	static const struct {
		const char *machine_id, *host_id;
	} rows[] = {
		{ "0123456789abcdef0123456789abcdef\n",
			"a01a0f7db0c4431a84acff37779dae79" },
		{ "00000000000000000000000000000000\n",
			"5bb7c70422474a3fae69e2b9902c28cc" },
	};
	struct tree *tree = *state;
	char buf[33];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tree_write(tree, "etc/machine-id", rows[i].machine_id);
		assert_int_equal(nrb_hostid_read(&tree->root, buf, sizeof(buf)), 0);
		assert_string_equal(buf, rows[i].host_id);
	}
	assert_int_equal(nrb_hostid_read(&tree->root, buf, 32), -EINVAL);
}

static void test_what_is_no_machine_id(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"uninitialized\n",
		"0123456789abcdef0123456789abcde\n",
		"0123456789abcdef0123456789abcdef0\n",
		"0123456789ABCDEF0123456789ABCDEF\n",
		"0123456789abcdef0123456789abcdeg\n",
	};
	struct tree *tree = *state;
	char buf[33] = "";

	assert_int_equal(nrb_hostid_read(&tree->root, buf, sizeof(buf)), -ENOENT);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		tree_write(tree, "etc/machine-id", bad[i]);
		assert_int_equal(nrb_hostid_read(&tree->root, buf, sizeof(buf)), -EINVAL);
	}
	assert_string_equal(buf, "");
	assert_string_equal(nrb_diag_message(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		TREE_TEST(test_machine_id_is_hashed),
		TREE_TEST(test_what_is_no_machine_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

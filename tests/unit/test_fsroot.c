/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's files below a root, and files that only look like them. */
#include "nrb/fsroot.h"

#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* syscall(2), where openat2 is not known. */
long __wrap_syscall(long number, ...);
long __real_syscall(long number, ...);

static bool lacks_openat2;

long __wrap_syscall(long number, ...)
{
	va_list args;
	long a, b, c, d;

	va_start(args, number);
	a = va_arg(args, long);
	b = va_arg(args, long);
	c = va_arg(args, long);
	d = va_arg(args, long);
	va_end(args);
	if (number == SYS_openat2 && lacks_openat2) {
		errno = ENOSYS;
		return -1;
	}
	return __real_syscall(number, a, b, c, d);
}

/* Before 5.6, and below valgrind 3.19, no link is followed; what it takes is tested by itself. */
static void need_openat2(void)
{
	if (__real_syscall(SYS_openat2, -1, NULL, NULL, 0) < 0 && errno == ENOSYS) {
		skip();
	}
}

static void test_knows_the_live_root(void **state)
{
	static const char *const live[] = { "/", "//", "/tmp/..", "/." };
	struct nrb_root root;

	(void)state;
	for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++) {
		assert_int_equal(nrb_fsroot_open(&root, live[i]), 0);
		assert_true(root.live);
		nrb_fsroot_close(&root);
		nrb_fsroot_close(&root);
		assert_false(root.live);
	}
	assert_false(((struct tree *)*state)->root.live);
	assert_int_equal(nrb_fsroot_open(&root, "/nonexistent"), -ENOENT);
	assert_non_null(strstr(nrb_diag_message(), "/nonexistent"));
	assert_int_equal(nrb_fsroot_open(&root, "/etc/passwd"), -ENOTDIR);
}

static void test_reads_strings(void **state)
{
	struct tree *tree = *state;
	char buf[8];

	tree_write(tree, "proc/a", "value\n");
	tree_write(tree, "proc/b", "two\n\n");
	tree_write(tree, "proc/empty", "");
	tree_write(tree, "proc/full", "1234567");
	tree_write(tree, "proc/long", "12345678");
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "proc/a", buf, 8), 0);
	assert_string_equal(buf, "value");
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "///proc/a", buf, 8), 0);
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "proc/b", buf, 8), 0);
	assert_string_equal(buf, "two\n");
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "proc/empty", buf, 8), 0);
	assert_string_equal(buf, "");
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "proc/full", buf, 8), 0);
	assert_string_equal(buf, "1234567");
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "proc/long", buf, 8), -EFBIG);
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "proc/none", buf, 8), -ENOENT);
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "proc", buf, 8), -EISDIR);
	assert_string_equal(nrb_diag_message(), "");
}

static void test_reads_numbers(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int64_t value;
	} rows[] = {
		{ "4\n", 0, 4 },
		{ "-1000\n", 0, -1000 },
		{ "9223372036854775807\n", 0, INT64_MAX },
		{ "9223372036854775808\n", -ERANGE, 0 },
		{ "4 5\n", -EINVAL, 0 },
		{ "\n", -EINVAL, 0 },
		{ "N/A\n", -EINVAL, 0 },
		{ "4\t4\t1\t7\n", -EINVAL, 0 },
	};
	struct tree *tree = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t value = 77;

		tree_write(tree, "number", rows[i].text);
		assert_int_equal(
			nrb_fsroot_read_i64(&tree->root, "number", &value), rows[i].rc);
		assert_int_equal(value, rows[i].rc == 0 ? rows[i].value : 77);
	}
}

static void test_reads_per_cents(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} rows[] = { { "0\n", 0 }, { "100\n", 0 }, { "101\n", -ERANGE },
		{ "-1\n", -ERANGE }, { "9223372036854775808\n", -ERANGE },
		{ "1%\n", -EINVAL } };
	struct tree *tree = *state;
	int64_t value;

	assert_int_equal(nrb_fsroot_read_percent(&tree->root, "share", &value), -ENOENT);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tree_write(tree, "share", rows[i].text);
		assert_int_equal(nrb_fsroot_read_percent(&tree->root, "share", &value),
			rows[i].rc);
	}
}

static void test_reads_whole_files(void **state)
{
	struct tree *tree = *state;
	char *text, *big = malloc(100001);
	int fd;

	memset(big, 'x', 100000);
	big[100000] = '\0';
	tree_write(tree, "big", big);
	assert_int_equal(nrb_fsroot_read_all(&tree->root, "big", &text), 0);
	assert_string_equal(text, big);
	free(text);
	/* exactly what the first buffer holds */
	big[16384] = '\0';
	tree_write(tree, "big", big);
	assert_int_equal(nrb_fsroot_read_all(&tree->root, "big", &text), 0);
	assert_int_equal(strlen(text), 16384);
	free(text);
	free(big);
	fd = openat(tree->root.fd, "huge", O_WRONLY | O_CREAT, 0644);
	assert_int_equal(ftruncate(fd, 17 << 20), 0);
	close(fd);
	assert_int_equal(nrb_fsroot_read_all(&tree->root, "huge", &text), -EFBIG);
	assert_int_equal(nrb_fsroot_read_all(&tree->root, "none", &text), -ENOENT);
}

struct lines {
	int n, stop_at;
	size_t chars;
	char last[16];
};

static int take_line(void *arg, char *line)
{
	struct lines *lines = arg;

	lines->chars += strlen(line);
	snprintf(lines->last, sizeof(lines->last), "%s", line);
	return ++lines->n == lines->stop_at ? -EPROTO : 0;
}

static struct lines lines_of(const struct tree *tree, const char *path, int *rc)
{
	struct lines lines = { 0 };

	*rc = nrb_fsroot_read_lines(&tree->root, path, take_line, &lines);
	return lines;
}

/* Whole, also where one lies across what is read at a time, and the last without its end. */
static void test_read_lines(void **state)
{
	enum { LINES = 20000 };
	const struct tree *tree = *state;
	char *text = malloc(16 * LINES), *at = text;
	struct lines lines;
	int rc;

	for (int i = 0; i < LINES; i++) {
		at += sprintf(at, "line %d\n", i);
	}
	tree_write(tree, "lines", text);
	lines = lines_of(tree, "lines", &rc);
	assert_int_equal(rc, 0);
	assert_int_equal(lines.n, LINES);
	assert_int_equal(lines.chars, at - text - LINES);
	assert_string_equal(lines.last, "line 19999");
	strcpy(at, "no end");
	tree_write(tree, "lines", text);
	lines = lines_of(tree, "lines", &rc);
	assert_int_equal(lines.n, LINES + 1);
	assert_string_equal(lines.last, "no end");
	lines = (struct lines){ .stop_at = 3 };
	assert_int_equal(
		nrb_fsroot_read_lines(&tree->root, "lines", take_line, &lines), -EPROTO);
	assert_int_equal(lines.n, 3);
	memset(text, 'x', 16 * LINES - 1); /* a line longer than any */
	text[16 * LINES - 1] = '\0';
	tree_write(tree, "lines", text);
	lines = lines_of(tree, "lines", &rc);
	assert_int_equal(rc, -EFBIG);
	assert_int_equal(lines.n, 0);
	tree_write(tree, "lines", "");
	lines = lines_of(tree, "lines", &rc);
	assert_int_equal(rc, 0);
	assert_int_equal(lines.n, 0);
	lines_of(tree, "none", &rc);
	assert_int_equal(rc, -ENOENT);
	free(text);
}

static void test_reads_lists(void **state)
{
	struct tree *tree = *state;
	struct nrb_idset set;

	tree_write(tree, "online", "0-1,3\n");
	tree_write(tree, "bad", "0-1;3\n");
	assert_int_equal(nrb_fsroot_read_list(&tree->root, "online", &set), 0);
	assert_int_equal(nrb_idset_count(&set), 3);
	assert_int_equal(nrb_fsroot_read_list(&tree->root, "bad", &set), -EINVAL);
	assert_int_equal(nrb_fsroot_read_list(&tree->root, "none", &set), -ENOENT);
}

struct pairs {
	char text[512];
};

static void note_pair(void *arg, const char *key, int64_t value)
{
	struct pairs *pairs = arg;
	size_t used = strlen(pairs->text);

	snprintf(pairs->text + used, sizeof(pairs->text) - used, "%s=%lld;", key,
		(long long)value);
}

static void test_reads_pairs(void **state)
{
	struct tree *tree = *state;
	struct pairs pairs = { "" };

	tree_write(tree, "meminfo",
		"Node 0 MemTotal:         1024 kB\n"
		"MemFree:   3 kB\n"
		"HugePages_Total:  7\n"
		"nr_free_pages 12\n"
		"word\n"
		"\n"
		"huge 9999999999999999 kB\n"
		"text here\n"
		"negative -5\n");
	assert_int_equal(
		nrb_fsroot_read_pairs(&tree->root, "meminfo", note_pair, &pairs), 0);
	assert_string_equal(pairs.text,
		"MemTotal=1048576;MemFree=3072;HugePages_Total=7;nr_free_pages=12;"
		"negative=-5;");
	assert_int_equal(
		nrb_fsroot_read_pairs(&tree->root, "none", note_pair, &pairs), -ENOENT);
}

static void test_writes_existing_files_only(void **state)
{
	struct tree *tree = *state;
	char buf[16];

	tree_write(tree, "knob", "1234567\n");
	assert_int_equal(nrb_fsroot_write_str(&tree->root, "knob", "7"), 0);
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "knob", buf, 16), 0);
	assert_string_equal(buf, "7");
	assert_int_equal(nrb_fsroot_write_str(&tree->root, "none", "7"), -ENOENT);
	assert_int_equal(faccessat(tree->root.fd, "none", F_OK, 0), -1);
}

/* A link where a setting should be could lead out of the root. */
static void test_does_not_write_through_a_link(void **state)
{
	struct tree *tree = *state;
	char buf[16];

	tree_write(tree, "victim", "keep\n");
	assert_int_equal(symlinkat("victim", tree->root.fd, "knob"), 0);
	assert_int_equal(nrb_fsroot_write_str(&tree->root, "knob", "7"), -ELOOP);
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "victim", buf, 16), 0);
	assert_string_equal(buf, "keep");
	need_openat2();
	/* reading follows links: sysfs is made of them */
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "knob", buf, 16), 0);
	assert_string_equal(buf, "keep");
}

/* What stands beside the tree, and how a link in it tries to get there. Reading: -ENOENT, for within the
 * tree there is nothing of that name. */
static void test_no_link_leads_out(void **state)
{
	static const char *const links[] = { "../../beside",
		"../../../../../../../../beside", "/beside", "/proc/../../beside" };
	struct tree *tree = *state;
	char beside[96], target[128], buf[16];
	FILE *f;

	need_openat2();
	snprintf(beside, sizeof(beside), "%s.beside", tree->dir);
	f = fopen(beside, "w");
	assert_non_null(f);
	fputs("secret", f);
	fclose(f);
	tree_write(tree, "proc/own", "own\n");
	for (size_t i = 0; i <= sizeof(links) / sizeof(links[0]); i++) {
		bool is_last = i == sizeof(links) / sizeof(links[0]);

		/* the last is the very file; the others must not even come near */
		snprintf(target, sizeof(target), "%s", is_last ? beside : links[i]);
		assert_int_equal(symlinkat(target, tree->root.fd, "proc/link"), 0);
		assert_int_equal(
			nrb_fsroot_read_str(&tree->root, "proc/link", buf, 16), -ENOENT);
		assert_int_equal(
			nrb_fsroot_write_str(&tree->root, "proc/link", "x"), -ELOOP);
		assert_int_equal(unlinkat(tree->root.fd, "proc/link", 0), 0);
	}
	/* a directory that is a link, and a path that climbs by itself */
	assert_int_equal(symlinkat("/tmp", tree->root.fd, "run"), 0);
	snprintf(target, sizeof(target), "run/%s", strrchr(beside, '/') + 1);
	assert_int_equal(nrb_fsroot_read_str(&tree->root, target, buf, 16), -ENOENT);
	assert_int_equal(nrb_fsroot_write_str(&tree->root, target, "x"), -ENOENT);
	snprintf(target, sizeof(target), "proc/../../%s", strrchr(beside, '/') + 1);
	assert_int_equal(nrb_fsroot_read_str(&tree->root, target, buf, 16), -ENOENT);
	/* within it both kinds hold */
	assert_int_equal(symlinkat("/proc/own", tree->root.fd, "absolute"), 0);
	assert_int_equal(symlinkat("proc/own", tree->root.fd, "relative"), 0);
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "absolute", buf, 16), 0);
	assert_string_equal(buf, "own");
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "relative", buf, 16), 0);
	assert_string_equal(buf, "own");
	unlink(beside);
}

static void test_without_openat2_no_link_is_followed(void **state)
{
	static const char *const bad[] = { "link", "dir/own", "proc/../own", "../x" };
	struct tree *tree = *state;
	char buf[16];

	lacks_openat2 = true;
	tree_write(tree, "proc/own", "own\n");
	assert_int_equal(symlinkat("proc/own", tree->root.fd, "link"), 0);
	assert_int_equal(symlinkat("proc", tree->root.fd, "dir"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int rc = nrb_fsroot_read_str(&tree->root, bad[i], buf, 16);

		assert_true(rc == -ELOOP || rc == -ENOTDIR);
	}
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "proc//own", buf, 16), 0);
	assert_string_equal(buf, "own");
	assert_int_equal(nrb_fsroot_read_str(&tree->root, "proc/none", buf, 16), -ENOENT);
	assert_int_equal(nrb_fsroot_write_str(&tree->root, "proc/own", "x"), 0);
	lacks_openat2 = false;
}

/* /dev/full takes nothing: the error of write(2) must come through. */
static void test_a_refused_write_is_said(void **state)
{
	struct nrb_root dev;

	(void)state;
	assert_int_equal(nrb_fsroot_open(&dev, "/dev"), 0);
	assert_int_equal(nrb_fsroot_write_str(&dev, "full", "7"), -ENOSPC);
	nrb_fsroot_close(&dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_knows_the_live_root),
		TREE_TEST(test_reads_strings),
		TREE_TEST(test_reads_numbers),
		TREE_TEST(test_reads_per_cents),
		TREE_TEST(test_reads_whole_files),
		TREE_TEST(test_read_lines),
		TREE_TEST(test_reads_lists),
		TREE_TEST(test_reads_pairs),
		TREE_TEST(test_writes_existing_files_only),
		TREE_TEST(test_does_not_write_through_a_link),
		TREE_TEST(test_no_link_leads_out),
		TREE_TEST(test_without_openat2_no_link_is_followed),
		TREE_TEST(test_a_refused_write_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

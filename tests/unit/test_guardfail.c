/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every call of guard, journal, lock and settings fails once, or from then on: settings are as found, or
 * exit code 8 says that they are not and the journal brings them back. */
#include "failing.h"
#include "kernelfs.h"
#include "play.h"
#include "player.h"

#include "nrb/diag.h"
#include "nrb/leftover.h"
#include "nrb/restore.h"

#define SWAPPINESS VM "swappiness"
#define SCRATCH    "scratch"

/* clang-format off */
static const struct failure failures[] = {
	{ .call = "calloc", .error = ENOMEM },
	{ .call = "close", .error = EIO },
	{ .call = "close_range", .error = ENOSYS, .always = true, .is_nothing = true, .of_others = true },
	{ .call = "eventfd", .error = EMFILE },
	{ .call = "flock", .error = EINTR, .is_nothing = true },
	{ .call = "flock", .error = ENOLCK },
	{ .call = "fork", .error = EAGAIN },
	{ .call = "fork", .error = ENOMEM, .always = true },
	{ .call = "fstat64", .error = EIO },
	{ .call = "fsync", .error = EIO },
	{ .call = "fsync", .error = ENOSPC, .always = true },
	{ .call = "malloc", .error = ENOMEM, .stride = 13 },
	{ .call = "malloc", .error = ENOMEM, .always = true, .stride = 29 },
	{ .call = "mkdirat", .error = ENOSPC },
	{ .call = "mlockall", .error = ENOMEM, .always = true, .is_nothing = true },
	{ .call = "mmap64", .error = ENOMEM },
	{ .call = "open64", .error = EMFILE, .always = true, .is_nothing = true, .of_others = true },
	{ .call = "openat64", .error = EMFILE },
	{ .call = "openat64", .error = EMFILE, .always = true },
	{ .call = "pidfd_open", .error = EMFILE },
	{ .call = "pidfd_open", .error = EMFILE, .always = true },
	{ .call = "poll", .error = EINTR, .is_nothing = true },
	{ .call = "read", .error = EINTR, .is_nothing = true },
	{ .call = "read", .error = EIO },
	{ .call = "read", .error = EIO, .always = true },
	{ .call = "read", .error = SHORT, .always = true, .is_nothing = true },
	{ .call = "renameat", .error = EIO },
	{ .call = "renameat", .error = EROFS, .always = true },
	{ .call = "set_mempolicy", .error = EPERM, .is_said = true },
	{ .call = "unlinkat", .error = EIO },
	{ .call = "unlinkat", .error = EROFS, .always = true },
	{ .call = "waitpid", .error = EINTR, .is_nothing = true },
	{ .call = "write", .error = EINTR, .is_nothing = true },
	{ .call = "write", .error = EIO },
	{ .call = "write", .error = EIO, .always = true },
	{ .call = "write", .error = ENOSPC, .always = true },
	{ .call = "write", .error = SHORT, .always = true, .is_nothing = true },
};
/* clang-format on */

/* The calls that write a file fail as they should, elsewhere; what a write does in the kernel is done at
 * once and whole, before the file is closed. */
int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text)
{
	const struct failure *failure = faults.failure;
	int rc = __real_nrb_fsroot_write_str(root, SCRATCH, text), kernel_rc;

	if (rc < 0 && (failure == NULL || strcmp(failure->call, "close") != 0)) {
		return rc;
	}
	faults.failure = NULL;
	kernel_rc = kernelfs_write(root, path, text);
	faults.failure = failure;
	return kernel_rc < 0 ? kernel_rc : rc;
}

/* -- in the player -- */

/* An accident between two steps, which is no call under test. */
static void without_failures(void (*act)(void))
{
	const struct failure *failure = faults.failure;

	faults.failure = NULL;
	act();
	faults.failure = failure;
}

static int play_guard(struct tree *tree)
{
	struct nrb_place place = { 0 };
	char why[128];
	int rc, end;

	nrb_idset_add(&place.nodes, 0);
	rc = nrb_guard_begin(&play.guard, &tree->root, &place);
	if (rc == 0) {
		rc = nrb_guard_set(play.guard, "lru_gen.enabled", "n");
	}
	if (rc == 0) {
		rc = nrb_guard_set(play.guard, "vm.zone_reclaim_mode", "3");
	}
	if (rc == 0) {
		without_failures(kill_guard);
		rc = nrb_guard_try(play.guard, "vm.swappiness", "10", why, sizeof(why));
		rc = rc == -EOPNOTSUPP ? 0 : rc;
	}
	if (rc == 0) {
		rc = nrb_guard_add_process(play.guard, 100000000);
	}
	if (rc == 0) {
		rc = nrb_guard_set(play.guard, "vm.dirty", "8192");
	}
	if (rc == 0) {
		rc = nrb_guard_set(play.guard, "vm.zone_reclaim_mode", "0");
	}
	if (rc == 0) {
		rc = nrb_guard_check(play.guard);
	}
	end = nrb_guard_end(play.guard, NULL, NULL);
	return rc < 0 ? rc : end;
}

static int play_orphan(struct tree *tree)
{
	const struct nrb_place anywhere = { 0 };

	must(nrb_guard_begin(&play.guard, &tree->root, &anywhere) == 0);
	must(nrb_guard_set(play.guard, "lru_gen.enabled", "n") == 0);
	must(nrb_guard_set(play.guard, "vm.zone_reclaim_mode", "3") == 0);
	must(nrb_guard_set(play.guard, "vm.dirty", "8192") == 0);
	raise(SIGKILL);
	return 0;
}

static int play_restore(struct tree *tree)
{
	FILE *out = fopen("/dev/null", "w");
	int rc = nrb_restore(&tree->root, false, out);

	fclose(out);
	return rc;
}

/* What a run finds there of an earlier one, it would not have to make. */
static void find(struct tree *tree)
{
	static const char *const made[] = { LOCK, RUN, "run" };

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		unlinkat(tree->root.fd, made[i], i == 0 ? 0 : AT_REMOVEDIR);
	}
	tree_write(tree, KNOB, "4\n");
	tree_write(tree, LRU_GEN, "0x0007\n");
	tree_write(tree, SWAPPINESS, "60\n");
	tree_write(tree, DIRTY_RATIO, "20\n");
	tree_write(tree, DIRTY_BYTES, "0\n");
}

static bool is_as_found(struct tree *tree)
{
	return strcmp(tree_read(tree, KNOB), "4") == 0 &&
	       nrb_setting_same(nrb_setting_find("lru_gen.enabled"),
		       tree_read(tree, LRU_GEN), "0x0007") &&
	       strcmp(tree_read(tree, SWAPPINESS), "60") == 0 &&
	       strcmp(tree_read(tree, DIRTY_RATIO), "20") == 0 &&
	       strcmp(tree_read(tree, DIRTY_BYTES), "0") == 0;
}

/* `restore` brings back all that is not, and the next run finds nothing in its way. */
static void assert_restores(struct tree *tree)
{
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];
	int n;

	if (tree_has(tree, RUN)) {
		assert_here(nrb_leftover_restore(&tree->root, results, &n) == 0);
	}
	assert_here(is_as_found(tree));
	assert_here(!tree_has(tree, JOURNAL));
	unlinkat(tree->root.fd, TEMP, 0); /* of a write cut short: no journal */
	assert_here(!tree_has(tree, RUN) || is_cleared(tree));
	find(tree);
}

static void assert_promises(struct tree *tree)
{
	assert_here(told->is_over);
	assert_here(told->fds == 0);
	assert_here(told->locked == 0);
	if (told->rc == 0) {
		assert_here(is_as_found(tree));
		assert_here(!tree_has(tree, JOURNAL) && !tree_has(tree, TEMP));
		assert_here(now.failure->is_said || count_said(tree) == 0);
	} else {
		assert_here(!now.failure->is_nothing);
		assert_here(told->message[0] != '\0');
		assert_here(told->code == NRB_EXIT_FAILED ||
			    told->code == NRB_EXIT_NOT_RESTORED);
		assert_here(now.failure->always || count_said(tree) == 1);
		assert_here(now.failure->always || names_failure());
		/* what is there was seen to be there */
		assert_here(now.failure->always || told->code == NRB_EXIT_FAILED ||
			    !is_as_found(tree));
	}
	if (!is_as_found(tree)) {
		assert_here(tree_has(tree, JOURNAL));
	}
}

static void test_a_run(void **state)
{
	struct tree *tree = *state;
	int plays = 0;

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		for (int nth = 1;
			play_with_failure(tree, &failures[i], nth, false, play_guard);
			nth += failing_stride(&failures[i])) {
			assert_promises(tree);
			assert_here(
				is_as_found(tree) || told->code == NRB_EXIT_NOT_RESTORED);
			assert_restores(tree);
			plays++;
		}
		assert_promises(tree);
		assert_here(told->rc == 0);
		/* each of them was there to fail */
		assert_here(now.nth > 1 || failures[i].of_others);
	}
	print_message("%d failures\n", plays);
	assert_true(plays > 500);
}

/* The parent is gone, and the guard process meets them. */
static void test_a_guard_process(void **state)
{
	struct tree *tree = *state;
	int plays = 0, restored = 0;

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		/* without end it would wait without end, which is its task */
		for (int nth = 1;
			play_with_failure(tree, &failures[i], nth, true, play_orphan);
			nth += failing_stride(&failures[i])) {
			restored += is_as_found(tree);
			assert_here(is_as_found(tree) || tree_has(tree, JOURNAL));
			assert_here(!now.failure->is_nothing || is_as_found(tree));
			assert_here(is_as_found(tree) || count_said(tree) > 0 ||
				    strcmp(failures[i].call, "write") == 0);
			assert_restores(tree);
			plays++;
		}
		assert_here(is_as_found(tree) && !tree_has(tree, JOURNAL));
	}
	print_message("%d failures, %d of them without harm\n", plays, restored);
	assert_true(plays > 150 && restored > plays / 4 && restored < plays);
}

/* A run that was killed with its guard. */
static void leave_journal(struct tree *tree)
{
	static char journal[65536];
	static size_t len;
	pid_t pid;
	int fd;

	if (len == 0) {
		pid = fork();
		if (pid == 0) {
			const struct nrb_place anywhere = { 0 };

			must(nrb_guard_begin(&play.guard, &tree->root, &anywhere) == 0);
			must(nrb_guard_set(play.guard, "lru_gen.enabled", "n") == 0);
			must(nrb_guard_set(play.guard, "vm.zone_reclaim_mode", "3") == 0);
			must(nrb_guard_set(play.guard, "vm.dirty", "8192") == 0);
			kill_both();
		}
		assert_true(all_end_within(ALL_GONE_MS));
		len = strlen(strcpy(journal, tree_read(tree, JOURNAL)));
	}
	tree_mkdir(tree, RUN, 0700);
	fd = openat(tree->root.fd, JOURNAL, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && write(fd, journal, len) == (ssize_t)len);
	close(fd);
	tree_write(tree, KNOB, "3\n");
	tree_write(tree, LRU_GEN, "0x0000\n");
	tree_write(tree, DIRTY_RATIO, "0\n");
	tree_write(tree, DIRTY_BYTES, "8192\n");
}

static void test_a_restore(void **state)
{
	struct tree *tree = *state;
	int plays = 0;

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		bool is_struck = true;

		for (int nth = 1; is_struck; nth += failing_stride(&failures[i])) {
			leave_journal(tree);
			is_struck = play_with_failure(
				tree, &failures[i], nth, false, play_restore);
			assert_promises(tree);
			assert_restores(tree);
			plays += is_struck;
		}
		assert_here(told->rc == 0);
	}
	print_message("%d failures\n", plays);
	assert_true(plays > 200);
}

static int setup(void **state)
{
	nrb_diag_reset();
	setup_tree(state);
	find(*state);
	tree_write(*state, SCRATCH, "");
	return player_begin();
}

static int teardown(void **state)
{
	player_end();
	return teardown_tree(state);
}

int main(void)
{
#define FAIL_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		FAIL_TEST(test_a_run),
		FAIL_TEST(test_a_guard_process),
		FAIL_TEST(test_a_restore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

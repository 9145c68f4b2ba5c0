/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal on disk: whole or not at all, and believed only where it makes sense. */
#include "guardtree.h"

#include "nrb/journal.h"
#include "nrb/moment.h"

void __wrap_nrb_moment_pass(const char *moment);

static void (*at_temp)(void);

void __wrap_nrb_moment_pass(const char *moment)
{
	if (at_temp != NULL && strcmp(moment, "journal-temp") == 0) {
		at_temp();
	}
}

struct place {
	struct tree tree;
	int dir;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	tree_create(&place->tree);
	tree_mkdir(&place->tree, RUN, 0700);
	place->dir = openat(place->tree.root.fd, RUN, O_RDONLY | O_DIRECTORY);
	*state = place;
	return place->dir < 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	at_temp = NULL;
	close(place->dir);
	tree_destroy(&place->tree);
	free(place);
	return 0;
}

static struct nrb_journal example(void)
{
	struct nrb_journal journal = { .boot_id = "boot", .pid = 42, .start_time = 4242 };

	journal.n_entries = 4;
	journal.entries[0] =
		(struct nrb_journal_entry){ nrb_setting_find("vm.zone_reclaim_mode"), "4",
			"3", "0" };
	journal.entries[1] =
		(struct nrb_journal_entry){ nrb_setting_find("lru_gen.enabled"), "0x0007",
			"0x0007", "n" };
	journal.entries[2] = (struct nrb_journal_entry){ nrb_setting_find("vm.dirty"),
		"20%", "1048576", "20%" };
	journal.entries[3] = (struct nrb_journal_entry){ nrb_setting_find("swap"),
		"/dev/vdb", "none", "/dev/vdb" };
	journal.n_processes = 1;
	journal.processes[0] = (struct nrb_journal_process){ 43, 4343 };
	return journal;
}

static void assert_same(const struct nrb_journal *a, const struct nrb_journal *b)
{
	assert_string_equal(a->boot_id, b->boot_id);
	assert_int_equal(a->pid, b->pid);
	assert_int_equal(a->start_time, b->start_time);
	assert_int_equal(a->n_entries, b->n_entries);
	for (int i = 0; i < a->n_entries; i++) {
		assert_ptr_equal(a->entries[i].setting, b->entries[i].setting);
		assert_string_equal(a->entries[i].found, b->entries[i].found);
		assert_string_equal(a->entries[i].confirmed, b->entries[i].confirmed);
		assert_string_equal(a->entries[i].intended, b->entries[i].intended);
	}
	assert_int_equal(a->n_processes, b->n_processes);
	for (int i = 0; i < a->n_processes; i++) {
		assert_int_equal(a->processes[i].pid, b->processes[i].pid);
		assert_int_equal(a->processes[i].start_time, b->processes[i].start_time);
	}
}

static void test_round_trip(void **state)
{
	struct place *place = *state;
	struct nrb_journal written = example(), read;
	char why[128] = "";
	struct stat st;

	assert_int_equal(nrb_journal_write(place->dir, &written), 0);
	assert_int_equal(nrb_journal_read(place->dir, &read, why, sizeof(why)), 0);
	assert_same(&written, &read);
	assert_int_equal(fstatat(place->dir, NRB_JOURNAL_NAME, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_false(tree_has(&place->tree, TEMP));
}

static void test_largest(void **state)
{
	struct place *place = *state;
	struct nrb_journal written = example(), read;
	char why[128] = "";

	written.n_entries = 0;
	for (const struct nrb_setting *row = nrb_setting_table;
		row->kind == NRB_SETTING_VALUE; row++) {
		struct nrb_journal_entry *entry = &written.entries[written.n_entries++];
		static const char *const values[] = { [NRB_FORM_NUMBER] = "1",
			[NRB_FORM_SWITCH] = "0x0007",
			[NRB_FORM_TWINS] = "100%",
			[NRB_FORM_SWAP] = "/dev/vdb" };
		const char *value = values[row->form];

		*entry = (struct nrb_journal_entry){ .setting = row };
		strcpy(entry->found, value);
		strcpy(entry->confirmed, value);
		strcpy(entry->intended, value);
	}
	assert_true(written.n_entries > 10);
	written.n_processes = NRB_JOURNAL_MAX_PROCESSES;
	for (int i = 0; i < NRB_JOURNAL_MAX_PROCESSES; i++) {
		written.processes[i] =
			(struct nrb_journal_process){ INT32_MAX - i, INT64_MAX - i };
	}
	memset(written.boot_id, 'b', sizeof(written.boot_id) - 1);
	assert_int_equal(nrb_journal_write(place->dir, &written), 0);
	assert_int_equal(nrb_journal_read(place->dir, &read, why, sizeof(why)), 0);
	assert_same(&written, &read);
}

static void test_remove(void **state)
{
	struct place *place = *state;
	struct nrb_journal journal = example();
	char why[128];

	assert_int_equal(nrb_journal_remove(place->dir), 0);
	assert_int_equal(nrb_journal_write(place->dir, &journal), 0);
	tree_write(&place->tree, TEMP, "half");
	assert_int_equal(nrb_journal_remove(place->dir), 0);
	assert_false(tree_has(&place->tree, JOURNAL));
	assert_false(tree_has(&place->tree, TEMP));
	assert_int_equal(
		nrb_journal_read(place->dir, &journal, why, sizeof(why)), -ENOENT);
}

static void kill_self(void)
{
	raise(SIGKILL);
}

static void test_old_one_stands_until_the_new_one_is_whole(void **state)
{
	struct place *place = *state;
	struct nrb_journal old = example(), newer = example(), read;
	char why[128];

	assert_int_equal(nrb_journal_write(place->dir, &old), 0);
	newer.pid = 99;
	if (fork() == 0) {
		at_temp = kill_self;
		nrb_journal_write(place->dir, &newer);
		_exit(0);
	}
	wait(NULL);
	assert_true(tree_has(&place->tree, TEMP)); /* it did get that far */
	assert_int_equal(nrb_journal_read(place->dir, &read, why, sizeof(why)), 0);
	assert_same(&old, &read);
	assert_int_equal(nrb_journal_write(place->dir, &newer), 0);
	assert_int_equal(nrb_journal_read(place->dir, &read, why, sizeof(why)), 0);
	assert_same(&newer, &read);
}

static void test_failed_write_keeps_the_old_one(void **state)
{
	struct place *place = *state;
	struct nrb_journal old = example(), newer = example(), read;
	char why[128];

	assert_int_equal(nrb_journal_write(place->dir, &old), 0);
	newer.pid = 99;
	tree_mkdir(&place->tree, TEMP, 0755); /* in the temp's place */
	assert_int_equal(nrb_journal_write(place->dir, &newer), -EISDIR);
	assert_int_equal(nrb_journal_read(place->dir, &read, why, sizeof(why)), 0);
	assert_same(&old, &read);
	assert_int_equal(unlinkat(place->dir, NRB_JOURNAL_NAME ".new", AT_REMOVEDIR), 0);
	unlinkat(place->dir, NRB_JOURNAL_NAME, 0);
	tree_mkdir(&place->tree, JOURNAL, 0755); /* in the journal's place */
	assert_int_equal(nrb_journal_write(place->dir, &newer), -EISDIR);
	assert_false(tree_has(&place->tree, TEMP));
}

static void test_planted_links_are_not_followed(void **state)
{
	struct place *place = *state;
	struct nrb_journal journal = example(), read;
	char why[128] = "";

	tree_write(&place->tree, "victim", "untouched");
	must(symlinkat("../../victim", place->tree.root.fd, TEMP) == 0);
	must(symlinkat("../../victim", place->tree.root.fd, JOURNAL) == 0);
	assert_int_equal(nrb_journal_read(place->dir, &read, why, sizeof(why)), -EBADMSG);
	assert_string_equal(why, "not a regular file of ours");
	assert_int_equal(nrb_journal_write(place->dir, &journal), 0);
	assert_string_equal(tree_read(&place->tree, "victim"), "untouched");
	assert_int_equal(nrb_journal_read(place->dir, &read, why, sizeof(why)), 0);
	assert_int_equal(nrb_journal_remove(place->dir), 0);
	must(mkfifoat(place->tree.root.fd, JOURNAL, 0600) == 0); /* must not hold us up */
	assert_int_equal(nrb_journal_read(place->dir, &read, why, sizeof(why)), -EBADMSG);
}

#define HEAD    "{\"format\":1,\"boot_id\":\"b\",\"pid\":42,\"start_time\":1,"
#define MODE    "\"name\":\"vm.zone_reclaim_mode\","
#define REST    "\"confirmed\":\"0\",\"intended\":\"0\"}"
#define NO_PROC "],\"processes\":[]}"

static void test_damage_is_refused_whole(void **state)
{
	static const struct {
		const char *text, *why; /* "": any reason */
	} cases[] = {
		{ "", "" },
		{ "{", "" },
		{ "[]", "not known to this version: \"format\"" },
		{ "{\"format\":2}", "not known to this version: \"format\"" },
		{ "{\"format\":1}", "lacks a proper \"boot_id\"" },
		{ "{\"format\":1,\"boot_id\":\"b\"}", "lacks a proper \"pid\"" },
		{ HEAD "\"processes\":[]}", "no list, or too long a one: \"settings\"" },
		{ HEAD "\"settings\":[]}", "no list, or too long a one: \"processes\"" },
		{ HEAD "\"settings\":[{" MODE "\"found\":\"4\"}" NO_PROC,
			"a setting lacks \"confirmed\"" },
		{ HEAD "\"settings\":[{" MODE "\"found\":4," REST NO_PROC,
			"a setting lacks \"found\"" },
		{ HEAD "\"settings\":[{" MODE "\"found\":\"4; reboot\"," REST NO_PROC,
			"no value for this setting: \"4; reboot\"" },
		{ HEAD "\"settings\":[{" MODE "\"found\":\"\"," REST NO_PROC,
			"no value for this setting: \"\"" },
		{ HEAD "\"settings\":[{\"name\":\"kernel.core_pattern\",\"found\":\"4\"," REST
				NO_PROC,
			"not a setting that may be written: \"kernel.core_pattern\"" },
		{ HEAD "\"settings\":[{\"name\":\"vm.dirty\",\"found\":\"20%+8192\"," REST
				NO_PROC,
			"no value for this setting: \"20%+8192\"" },
		{ HEAD "\"settings\":[{\"name\":\"swap\",\"found\":\"/dev/vdb;x\"," REST
				NO_PROC,
			"no value for this setting: \"/dev/vdb;x\"" },
		{ HEAD "\"settings\":[{\"name\":\"vm.stat_refresh\",\"found\":\"1\"," REST
				NO_PROC,
			"not a setting that may be written: \"vm.stat_refresh\"" },
		{ HEAD "\"settings\":[{" MODE "\"found\":\"4\"," REST ",{" MODE
		       "\"found\":\"5\"," REST NO_PROC,
			"named twice: \"vm.zone_reclaim_mode\"" },
		{ HEAD "\"settings\":[],\"processes\":[{\"pid\":-1,\"start_time\":1}]}",
			"not a \"process\"" },
		{ HEAD "\"settings\":[],\"processes\":[{\"pid\":1,\"start_time\":1}]}",
			"not a \"process\"" },
		{ HEAD "\"settings\":[],\"processes\":[{\"pid\":99999999999,\"start_time\":1}]}",
			"not a \"process\"" },
		{ HEAD "\"settings\":[],\"processes\":[{\"pid\":77}]}",
			"not a \"process\"" },
	};
	struct place *place = *state;
	struct nrb_journal journal;
	char why[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why[0] = '\0';
		tree_write(&place->tree, JOURNAL, cases[i].text);
		if (nrb_journal_read(place->dir, &journal, why, sizeof(why)) !=
			-EBADMSG) {
			fail_msg("taken: %s", cases[i].text);
		}
		assert_true(why[0] != '\0');
		if (cases[i].why[0] != '\0') {
			assert_string_equal(why, cases[i].why);
		}
	}
	tree_write(&place->tree, JOURNAL, /* what all of these are but for one thing */
		HEAD "\"settings\":[{" MODE "\"found\":\"4\"," REST
		     "],\"processes\":[{\"pid\":77,\"start_time\":1}]}");
	assert_int_equal(nrb_journal_read(place->dir, &journal, why, sizeof(why)), 0);
}

static void test_too_large_is_refused(void **state)
{
	struct place *place = *state;
	struct nrb_journal journal;
	char why[128] = "";
	int fd = openat(place->tree.root.fd, JOURNAL, O_WRONLY | O_CREAT, 0600);

	must(fd >= 0 && ftruncate(fd, 1 << 20) == 0 && close(fd) == 0);
	assert_int_equal(
		nrb_journal_read(place->dir, &journal, why, sizeof(why)), -EBADMSG);
}

static void test_what_is_ours(void **state)
{
	const struct nrb_journal journal = example();

	(void)state;
	assert_true(nrb_journal_is_ours(&journal.entries[0], "3"));
	assert_true(nrb_journal_is_ours(&journal.entries[0], "0"));
	assert_false(nrb_journal_is_ours(&journal.entries[0], "4"));
	assert_false(nrb_journal_is_ours(&journal.entries[0], "1"));
	assert_false(nrb_journal_is_ours(&journal.entries[0], "garbage"));
	assert_true(nrb_journal_is_ours(&journal.entries[1], "0x0000"));
	assert_true(nrb_journal_is_ours(&journal.entries[2], "1048576"));
	assert_true(nrb_journal_is_ours(&journal.entries[2], "20%"));
	assert_false(nrb_journal_is_ours(&journal.entries[2], "20%+1048576"));
	assert_false(nrb_journal_is_ours(&journal.entries[2], "1%"));
	assert_true(nrb_journal_is_ours(&journal.entries[3], "none"));
	assert_false(nrb_journal_is_ours(&journal.entries[3], "/dev/vdc"));
	assert_false(nrb_journal_is_ours(&journal.entries[3], "several"));
	/* on the way to 0 %, wherever that stands */
	for (int i = 0; i < 3; i++) {
		struct nrb_journal_entry entry = journal.entries[2];
		char *const values[] = { entry.found, entry.confirmed, entry.intended };

		strcpy(values[i], "0%");
		assert_true(nrb_journal_is_ours(&entry, "1%"));
		assert_false(nrb_journal_is_ours(&entry, "2%"));
	}
}

int main(void)
{
#define PLACE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		PLACE_TEST(test_round_trip),
		PLACE_TEST(test_largest),
		PLACE_TEST(test_remove),
		PLACE_TEST(test_old_one_stands_until_the_new_one_is_whole),
		PLACE_TEST(test_failed_write_keeps_the_old_one),
		PLACE_TEST(test_planted_links_are_not_followed),
		PLACE_TEST(test_damage_is_refused_whole),
		PLACE_TEST(test_too_large_is_refused),
		cmocka_unit_test(test_what_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

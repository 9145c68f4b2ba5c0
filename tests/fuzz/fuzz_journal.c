/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as the journal that `restore` trusts as root. On a machine whose settings hold other values
 * than it says, and as it says where the input begins with "!": then what it is put back to is written.
 */
#include "output.h"
#include "tree.h"

#include "nrb/diag.h"
#include "nrb/journal.h"
#include "nrb/lock.h"
#include "nrb/restore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define JOURNAL NRB_RUN_DIR "/" NRB_JOURNAL_NAME
#define BOOT_ID "proc/sys/kernel/random/boot_id"

static void make_tree(void)
{
	tree_make("two-nodes");
	tree_make_room(JOURNAL);
	tree_make_room(BOOT_ID);
	tree_put(BOOT_ID, "this-boot\n", 10);
}

static int open_dir(void)
{
	int dir;

	assert(nrb_fsroot_open_file(
		       &tree.root, NRB_RUN_DIR, O_RDONLY | O_DIRECTORY, &dir) == 0);
	return dir;
}

/* What is taken from it is what a setting may have, and nothing of it is lost when it is written anew. */
static bool check_journal(int dir, struct nrb_journal *journal)
{
	struct nrb_journal again;
	char why[256] = "";

	if (nrb_journal_read(dir, journal, why, sizeof(why)) < 0) {
		assert(why[0] != '\0');
		return false;
	}
	for (int i = 0; i < journal->n_entries; i++) {
		const struct nrb_journal_entry *entry = &journal->entries[i];

		assert(entry->setting->kind == NRB_SETTING_VALUE);
		assert(nrb_setting_valid(entry->setting, entry->found));
		assert(nrb_journal_is_ours(entry, entry->confirmed));
		assert(nrb_journal_is_ours(entry, entry->intended));
	}
	for (int i = 0; i < journal->n_processes; i++) {
		assert(journal->processes[i].pid > 1);
	}
	assert(nrb_journal_write(dir, journal) == 0);
	assert(nrb_journal_read(dir, &again, why, sizeof(why)) == 0);
	assert(memcmp(journal, &again, sizeof(again)) == 0);
	return true;
}

/* As a run leaves it that was killed behind a write. */
static void hold_ours(const struct nrb_journal *journal)
{
	for (int i = 0; i < journal->n_entries; i++) {
		const struct nrb_setting *setting = journal->entries[i].setting;

		if (setting->form == NRB_FORM_NUMBER ||
			setting->form == NRB_FORM_SWITCH) {
			const char *value = journal->entries[i].confirmed;

			tree_put(setting->path, value, strlen(value));
		}
	}
}

static bool is_restored(const struct nrb_journal_entry *entry)
{
	char value[NRB_SETTING_LEN];

	return nrb_setting_read(&tree.root, entry->setting, value) < 0 ||
	       nrb_setting_same(entry->setting, entry->found, value) ||
	       !nrb_journal_is_ours(entry, value);
}

/* Whether it says so or not: after it no setting holds what is ours and was not found. */
static void restore(const struct nrb_journal *journal, bool json)
{
	struct output output;
	int rc;

	nrb_diag_reset();
	output_begin(&output);
	rc = nrb_restore(&tree.root, json, output.out);
	output_end(&output);
	assert(rc >= 0 || nrb_diag_message()[0] != '\0');
	for (int i = 0; rc == 0 && journal != NULL && i < journal->n_entries; i++) {
		assert(strcmp(journal->boot_id, "this-boot") != 0 ||
			is_restored(&journal->entries[i]));
	}
}

static void put_back(void)
{
	for (const struct nrb_setting *row = nrb_setting_table; row->name != NULL;
		row++) {
		if (row->kind == NRB_SETTING_VALUE) {
			tree_put_back(row->path);
		}
		if (row->twin_path != NULL) {
			tree_put_back(row->twin_path);
		}
	}
	tree_put_back(JOURNAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool ours = size > 0 && data[0] == '!', valid;
	struct nrb_journal journal;
	int dir;

	if (tree.dir[0] == '\0') {
		make_tree();
	}
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	tree_put(JOURNAL, data + ours, size - ours);
	dir = open_dir();
	valid = check_journal(dir, &journal);
	if (valid && ours) {
		hold_ours(&journal);
	}
	restore(valid ? &journal : NULL, false);
	restore(valid ? &journal : NULL, true);
	close(dir);
	put_back();
	return 0;
}

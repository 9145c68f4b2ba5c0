/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's counters by key; what is not there is absent. */
#include "nrb/counters.h"

#include "nrb/diag.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VMSTAT "proc/vmstat"

/* The alternatives of one counter's keys ("a|b"): b counts where no a was seen. */
enum { MAX_CHOICES = 2 };

/* What no kernel has counted, and no node holds in bytes: differences and per cents then stay within 64
 * bits. A number beyond it is none. */
static const int64_t max_events = (int64_t)1 << 53, max_bytes = (int64_t)1 << 56;

static bool is_within(int64_t value, int64_t max)
{
	return value >= 0 && value <= max;
}

struct tally {
	int64_t v[NRB_N_COUNTERS][MAX_CHOICES];
};

int nrb_counters_refresh(const struct nrb_root *root)
{
	return nrb_fsroot_write_str(root, "proc/sys/vm/stat_refresh", "1");
}

/* Whether key is one of the words of choice (which ends at '|' or NUL): "a b*". */
static bool choice_has(const char *choice, const char *key)
{
	size_t key_len = strlen(key);

	while (*choice != '\0' && *choice != '|') {
		size_t len = strcspn(choice, " |");
		bool is_prefix = len > 0 && choice[len - 1] == '*';

		if (is_prefix ? strncmp(choice, key, len - 1) == 0
			      : len == key_len && memcmp(choice, key, len) == 0) {
			return true;
		}
		choice += len + (choice[len] == ' ');
	}
	return false;
}

static void add(int64_t *sum, int64_t value)
{
	int64_t before = nrb_units_or_0(*sum);

	if (is_within(value, max_events - before)) {
		*sum = before + value;
	}
}

static void add_pair(void *arg, const char *key, int64_t value)
{
	struct tally *tally = arg;

	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		const char *choice = nrb_counter_table[i].keys;

		for (int k = 0; k < MAX_CHOICES && choice != NULL; k++) {
			int64_t *sum = &tally->v[i][k];

			if (choice_has(choice, key)) {
				add(sum, value);
			}
			choice = strchr(choice, '|');
			choice = choice != NULL ? choice + 1 : NULL;
		}
	}
}

int nrb_counters_read(const struct nrb_root *root, struct nrb_counters *counters)
{
	struct tally tally;
	int rc;

	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		for (int k = 0; k < MAX_CHOICES; k++) {
			tally.v[i][k] = NRB_ABSENT;
		}
	}
	rc = nrb_fsroot_read_pairs(root, VMSTAT, add_pair, &tally);
	if (rc < 0) {
		return nrb_fail(rc, "cannot read /%s", VMSTAT);
	}
	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		counters->v[i] = tally.v[i][0];
		for (int k = 1; k < MAX_CHOICES && counters->v[i] == NRB_ABSENT; k++) {
			counters->v[i] = tally.v[i][k];
		}
	}
	return 0;
}

void nrb_counters_delta(const struct nrb_counters *before,
	const struct nrb_counters *after, struct nrb_counters *delta)
{
	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		bool both = before->v[i] != NRB_ABSENT && after->v[i] != NRB_ABSENT;

		delta->v[i] = both ? after->v[i] - before->v[i] : NRB_ABSENT;
	}
}

struct node_key {
	const char *name;
	size_t offset;
};

/* clang-format off */
#define AT(field) offsetof(struct nrb_node_memory, field)
static const struct node_key node_keys[] = {
	{ "MemTotal",       AT(total_bytes) },
	{ "MemFree",        AT(free_bytes) },
	{ "FilePages",      AT(file_bytes) },
	{ "Active(file)",   AT(active_file_bytes) },
	{ "Inactive(file)", AT(inactive_file_bytes) },
	{ "Mapped",         AT(mapped_bytes) },
	{ "Dirty",          AT(dirty_bytes) },
	{ "Writeback",      AT(writeback_bytes) },
	{ "Shmem",          AT(shmem_bytes) },
	{ "AnonPages",      AT(anon_bytes) },
	{ "SReclaimable",   AT(slab_reclaimable_bytes) },
	{ "PageTables",     AT(page_tables_bytes) },
	{ "numa_hit",       AT(numa_hit) },
	{ "numa_miss",      AT(numa_miss) },
	{ "numa_foreign",   AT(numa_foreign) },
	{ "local_node",     AT(numa_local) },
	{ "other_node",     AT(numa_other) },
	{ NULL, 0 },
};
#undef AT
/* clang-format on */

static void set_node_key(void *arg, const char *name, int64_t value)
{
	for (const struct node_key *key = node_keys; key->name != NULL; key++) {
		if (strcmp(name, key->name) == 0 && is_within(value, max_bytes)) {
			*(int64_t *)((char *)arg + key->offset) = value;
		}
	}
}

int nrb_counters_read_node(
	const struct nrb_root *root, int node, struct nrb_node_memory *memory)
{
	char path[64];
	int rc;

	for (const struct node_key *key = node_keys; key->name != NULL; key++) {
		*(int64_t *)((char *)memory + key->offset) = NRB_ABSENT;
	}
	snprintf(path, sizeof(path), "sys/devices/system/node/node%d/meminfo", node);
	rc = nrb_fsroot_read_pairs(root, path, set_node_key, memory);
	if (rc < 0) {
		return rc;
	}
	snprintf(path, sizeof(path), "sys/devices/system/node/node%d/numastat", node);
	rc = nrb_fsroot_read_pairs(root, path, set_node_key, memory);
	return rc == -ENOENT ? 0 : rc;
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=123" */
static int psi_total(const char *text, const char *line, int64_t *us)
{
	const char *at = strstr(text, line);

	if (at == NULL ||
		sscanf(at + strlen(line),
			" avg10=%*s avg60=%*s avg300=%*s total=%" SCNd64, us) != 1 ||
		!is_within(*us, max_events)) {
		return -EPROTO;
	}
	return 0;
}

int nrb_counters_read_psi(const struct nrb_root *root, int64_t *some_us, int64_t *full_us)
{
	char text[512];
	int rc = nrb_fsroot_read_str(root, "proc/pressure/memory", text, sizeof(text));

	if (rc == 0) {
		rc = psi_total(text, "some", some_us);
	}
	if (rc == 0) {
		rc = psi_total(text, "full", full_us);
	}
	return rc;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's counters by key; what is not there is absent. */
#include "nrb/counters.h"

#include "nrb/countkeys.h"
#include "nrb/diag.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VMSTAT "proc/vmstat"

/* What no node holds in bytes: a number beyond it is none. */
static const int64_t max_bytes = (int64_t)1 << 56;

static bool is_within(int64_t value, int64_t max)
{
	return value >= 0 && value <= max;
}

int nrb_counters_refresh(const struct nrb_root *root)
{
	return nrb_fsroot_write_str(root, "proc/sys/vm/stat_refresh", "1");
}

static const char *keys_of(int i)
{
	return nrb_counter_table[i].keys;
}

int nrb_counters_read(const struct nrb_root *root, struct nrb_counters *counters)
{
	char *text = NULL;
	int rc = nrb_fsroot_read_all(root, VMSTAT, &text);

	if (rc < 0) {
		return nrb_fail(rc, "cannot read /%s", VMSTAT);
	}
	nrb_countkeys_read(text, NRB_N_COUNTERS, keys_of, counters->v);
	free(text);
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

int nrb_counters_psi_total(const char *text, const char *line, int64_t *us)
{
	const char *at = strstr(text, line);

	if (at == NULL ||
		sscanf(at + strlen(line),
			" avg10=%*s avg60=%*s avg300=%*s total=%" SCNd64, us) != 1 ||
		!is_within(*us, NRB_COUNTKEYS_MOST)) {
		return -EPROTO;
	}
	return 0;
}

int nrb_counters_read_psi(const struct nrb_root *root, int64_t *some_us, int64_t *full_us)
{
	char text[512];
	int rc = nrb_fsroot_read_str(root, "proc/pressure/memory", text, sizeof(text));

	if (rc == 0) {
		rc = nrb_counters_psi_total(text, "some", some_us);
	}
	if (rc == 0) {
		rc = nrb_counters_psi_total(text, "full", full_us);
	}
	return rc;
}

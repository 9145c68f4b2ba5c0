/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of OS node or CPU numbers, in the kernel's list notation ("0-3,8"). */
#ifndef NRB_IDSET_H
#define NRB_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CONFIG_NR_CPUS of Debian and RHEL is 8192; a node number is at most 1023. */
enum { NRB_IDSET_MAX = 8192 };

struct nrb_idset {
	uint64_t words[NRB_IDSET_MAX / 64];
};

/** Parse "0-3,8" (also "" as the empty set; ends at NUL or newline).
 * Returns 0, -EINVAL (malformed, or a range that runs down), -ERANGE (too large a number). */
int nrb_idset_parse(const char *text, struct nrb_idset *set);

/** Format as "0-3,8" into buf, cut to len between numbers; returns buf. */
const char *nrb_idset_format(const struct nrb_idset *set, char *buf, size_t len);

void nrb_idset_clear(struct nrb_idset *set);
void nrb_idset_add(struct nrb_idset *set, int id); /* 0 <= id < NRB_IDSET_MAX */
void nrb_idset_remove(struct nrb_idset *set, int id);
bool nrb_idset_has(
	const struct nrb_idset *set, int id); /* false for an id out of range */
int nrb_idset_count(const struct nrb_idset *set);

/** The smallest member greater than after (-1: the first), or -1 if there is none. */
int nrb_idset_next(const struct nrb_idset *set, int after);

/* NOLINTBEGIN(bugprone-macro-parentheses): id is declared here */
#define nrb_for_each_id(id, set)                                                         \
	for (int id = nrb_idset_next((set), -1); (id) >= 0;                              \
		(id) = nrb_idset_next((set), (id)))
/* NOLINTEND(bugprone-macro-parentheses) */

#endif

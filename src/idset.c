/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of ids in the kernel's list notation. */
#include "nrb/idset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int parse_id(const char **text, int *id)
{
	long value = 0;
	const char *p = *text;

	if (*p < '0' || *p > '9') {
		return -EINVAL;
	}
	for (; *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (*p - '0');
		if (value >= NRB_IDSET_MAX) {
			return -ERANGE;
		}
	}
	*id = (int)value;
	*text = p;
	return 0;
}

static int parse_range(const char **text, struct nrb_idset *set)
{
	int first, last, rc;

	rc = parse_id(text, &first);
	if (rc < 0) {
		return rc;
	}
	last = first;
	if (**text == '-') {
		(*text)++;
		rc = parse_id(text, &last);
		if (rc < 0) {
			return rc;
		}
	}
	if (last < first) {
		return -EINVAL;
	}
	for (int id = first; id <= last; id++) {
		nrb_idset_add(set, id);
	}
	return 0;
}

int nrb_idset_parse(const char *text, struct nrb_idset *set)
{
	int rc;

	nrb_idset_clear(set);
	if (*text == '\0' || strcmp(text, "\n") == 0) {
		return 0;
	}
	for (;;) {
		rc = parse_range(&text, set);
		if (rc < 0) {
			return rc;
		}
		if (*text == '\0' || strcmp(text, "\n") == 0) {
			return 0;
		}
		if (*text++ != ',') {
			return -EINVAL;
		}
	}
}

const char *nrb_idset_format(const struct nrb_idset *set, char *buf, size_t len)
{
	size_t used = 0;

	buf[0] = '\0';
	for (int first = nrb_idset_next(set, -1); first >= 0;) {
		int last = first, next = nrb_idset_next(set, first), n;

		while (next == last + 1) {
			last = next;
			next = nrb_idset_next(set, last);
		}
		n = snprintf(buf + used, len - used, last > first ? "%s%d-%d" : "%s%d",
			used > 0 ? "," : "", first, last);
		if (n < 0 || (size_t)n >= len - used) {
			buf[used] = '\0'; /* half a number would be another one */
			break;
		}
		used += (size_t)n;
		first = next;
	}
	return buf;
}

void nrb_idset_clear(struct nrb_idset *set)
{
	memset(set, 0, sizeof(*set));
}

void nrb_idset_add(struct nrb_idset *set, int id)
{
	set->words[id / 64] |= (uint64_t)1 << (id % 64);
}

void nrb_idset_remove(struct nrb_idset *set, int id)
{
	set->words[id / 64] &= ~((uint64_t)1 << (id % 64));
}

bool nrb_idset_has(const struct nrb_idset *set, int id)
{
	return id >= 0 && id < NRB_IDSET_MAX &&
	       (set->words[id / 64] >> (id % 64) & 1) != 0;
}

int nrb_idset_count(const struct nrb_idset *set)
{
	int n = 0;

	for (size_t i = 0; i < NRB_IDSET_MAX / 64; i++) {
		n += __builtin_popcountll(set->words[i]);
	}
	return n;
}

int nrb_idset_next(const struct nrb_idset *set, int after)
{
	for (int id = after + 1; id < NRB_IDSET_MAX;) {
		uint64_t rest = set->words[id / 64] >> (id % 64);

		if (rest != 0) {
			return id + __builtin_ctzll(rest);
		}
		id = (id / 64 + 1) * 64;
	}
	return -1;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files, cut into objects. */
#include "nrb/servedset.h"

#include <assert.h>

struct nrb_servedset nrb_servedset_of(struct nrb_served_file *files, int n)
{
	struct nrb_servedset set = { .files = files, .n_files = n };

	for (int i = 0; i < n; i++) {
		files[i].first = set.n_objects;
		set.n_objects +=
			(files[i].bytes + NRB_SERVED_OBJECT - 1) / NRB_SERVED_OBJECT;
		set.bytes += files[i].bytes;
	}
	return set;
}

/* The last file that begins at or before it. */
static const struct nrb_served_file *find_file(
	const struct nrb_servedset *set, int64_t number)
{
	int low = 0, high = set->n_files;

	while (high - low > 1) {
		int middle = low + (high - low) / 2;

		if (set->files[middle].first <= number) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return &set->files[low];
}

struct nrb_served_object nrb_servedset_find(
	const struct nrb_servedset *set, int64_t number)
{
	const struct nrb_served_file *file = find_file(set, number);
	int64_t at = (number - file->first) * NRB_SERVED_OBJECT, left = file->bytes - at;

	assert(number >= 0 && number < set->n_objects);
	return (struct nrb_served_object){
		.fd = file->fd,
		.at = at,
		.len = left < NRB_SERVED_OBJECT ? left : NRB_SERVED_OBJECT,
	};
}

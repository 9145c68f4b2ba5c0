/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a file server serves: files, cut into objects of one size. */
#ifndef NRB_SERVEDSET_H
#define NRB_SERVEDSET_H

#include <stdint.h>

/* A web page with its pictures, a small document: and four of the kernel's readahead windows make no
 * more of it than one. */
enum { NRB_SERVED_OBJECT = 128 * 1024 };

struct nrb_served_file {
	int fd;
	int64_t bytes;
	int64_t first; /* number of its first object */
};

struct nrb_servedset {
	const struct nrb_served_file *files; /* in the order of their objects */
	int n_files;
	int64_t n_objects, bytes;
};

/* Where an object lies. The last one of a file may be shorter than others. */
struct nrb_served_object {
	int fd;
	int64_t at, len;
};

/** Number the objects of n files whose fd and bytes (not 0) are given; they are borrowed. */
struct nrb_servedset nrb_servedset_of(struct nrb_served_file *files, int n);

/** Find an object by its number, 0..n_objects - 1. */
struct nrb_served_object nrb_servedset_find(
	const struct nrb_servedset *set, int64_t number);

#endif

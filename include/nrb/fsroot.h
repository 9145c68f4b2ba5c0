/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's text files below a root that may be a recorded machine.
 * Everything of ours that opens a path under /proc, /sys or /run goes through here, so that
 * every reader can be tested against tests/fixtures/<machine>.
 */
#ifndef NRB_FSROOT_H
#define NRB_FSROOT_H

#include "nrb/idset.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nrb_root {
	int fd;    /* of the directory that stands for /; -1: nothing is there */
	bool live; /* it is this machine's own / */
};

/* In all of these, path is below the root; leading slashes mean nothing. A missing file is
 * -ENOENT and silent: the caller knows whether it matters. No other message is printed here
 * either, but by open. Each returns 0 or a negative errno, the same for the same cause. */

/** Open dir ("/" is the live machine) as a root. Says why it cannot. */
int nrb_fsroot_open(struct nrb_root *root, const char *dir);

/** Close it; a zeroed or closed root is left alone. */
void nrb_fsroot_close(struct nrb_root *root);

/** Open a file or directory with openat(2) flags (O_CLOEXEC is added); *fd is the caller's. Below a root
 * that is not live no link leads out of it, by ".." or "/"; a kernel without openat2(2) follows none there
 * (-ELOOP). */
int nrb_fsroot_open_file(
	const struct nrb_root *root, const char *path, int flags, int *fd);

/** Read a whole file into a fresh NUL-ended string, which the caller frees. At most 16 MiB
 * (-EFBIG). */
int nrb_fsroot_read_all(const struct nrb_root *root, const char *path, char **text);

/** Hand the lines of a file one by one, without their ends, to each, until it returns other than 0.
 * Takes no memory but for 64 KiB of stack. A line of 64 KiB, or a file of 1 GiB, is -EFBIG. Returns 0 or
 * a negative errno, silent, or what each returned. */
int nrb_fsroot_read_lines(const struct nrb_root *root, const char *path,
	int (*each)(void *arg, char *line), void *arg);

/** Read a short file into buf without its last newline; -EFBIG if it does not fit. */
int nrb_fsroot_read_str(
	const struct nrb_root *root, const char *path, char *buf, size_t len);

/** Read a file that holds one decimal number (a second word is -EINVAL). */
int nrb_fsroot_read_i64(const struct nrb_root *root, const char *path, int64_t *value);

/** Read one that holds a whole number of per cent; -ERANGE beyond 0 to 100. */
int nrb_fsroot_read_percent(
	const struct nrb_root *root, const char *path, int64_t *percent);

/** Read a file in list notation, as sysfs' cpulist and online. */
int nrb_fsroot_read_list(
	const struct nrb_root *root, const char *path, struct nrb_idset *set);

/** Call each(arg, key, value) for every line "key value" (vmstat) or "[Node N ]Key: value
 * [kB]" (meminfo; the key without its colon, kB as bytes). Other lines are passed over. */
int nrb_fsroot_read_pairs(const struct nrb_root *root, const char *path,
	void (*each)(void *arg, const char *key, int64_t value), void *arg);

/** Write text to an existing file in one write(2) with O_NOFOLLOW; a short write is -EIO. */
int nrb_fsroot_write_str(const struct nrb_root *root, const char *path, const char *text);

#endif

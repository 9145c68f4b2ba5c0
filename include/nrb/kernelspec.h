/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels as `rehearse --kernels` names them, and what is named after them. */
#ifndef NRB_KERNELSPEC_H
#define NRB_KERNELSPEC_H

#include <stddef.h>

enum { NRB_KERNELSPEC_MAX = 16, NRB_KERNELSPEC_LEN = 128 };

/* What is asked of this machine: its own newest kernel. */
#define NRB_KERNELSPEC_OWN "own"

/* Zeroed is the kernel that is taken where none is named. */
struct nrb_kernelspec {
	char name[NRB_KERNELSPEC_LEN];  /* for a record's name, and before each line */
	char suite[NRB_KERNELSPEC_LEN]; /* of the distribution; "": none */
	char pattern
		[NRB_KERNELSPEC_LEN]; /* for the name of the suite's package, an extended
	                                     regular expression; "": its cloud kernel */
	const char *dir; /* with boot/vmlinuz-* and lib/modules/, borrowed; NULL: none */
};

/**
 * Read one: NRB_KERNELSPEC_OWN, SUITE, SUITE:MAJOR.MINOR, or a directory (it has a slash).
 * Returns 0 or -EINVAL, silent.
 */
int nrb_kernelspec_parse(const char *text, struct nrb_kernelspec *spec);

/**
 * Name what one kernel's rehearsal leaves after what was asked for: "run.jsonl" becomes
 * "run-bookworm.jsonl", "files" "files-bookworm". Returns buf, or NULL where it is too short.
 */
const char *nrb_kernelspec_name(
	char *buf, size_t len, const char *path, const struct nrb_kernelspec *spec);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel for the guest, with its modules: given, installed here, or fetched. */
#ifndef NRB_KERNELIMAGE_H
#define NRB_KERNELIMAGE_H

#include "nrb/workdir.h"

/* Absolute paths, owned. Zeroed is none. */
struct nrb_kernelimage {
	char *kernel;  /* bzImage */
	char *modules; /* directory with modules.dep */
};

/** Take a kernel and its modules as given. Returns 0 or a negative errno, with a message. */
int nrb_kernelimage_given(
	const char *kernel, const char *modules, struct nrb_kernelimage *image);

/**
 * Find the newest installed kernel that this user may read and that has its modules:
 * ROOT/boot/vmlinuz-RELEASE or ROOT/lib/modules/RELEASE/vmlinuz.
 * root  put before both paths: "" for this machine
 * Returns 0, -ENOENT (silent) if there is none, or another negative errno, with a message.
 */
int nrb_kernelimage_installed(const char *root, struct nrb_kernelimage *image);

/** The same below a directory that the user named; there is one, or a message says that there is none. */
int nrb_kernelimage_in(const char *dir, struct nrb_kernelimage *image);

/**
 * Take the kernel of a distribution that was fetched before, else fetch its newest cloud
 * kernel into the user's cache directory. Installs nothing, does not touch the host's apt.
 * suite    of the mirror that apt is set up for; "": this distribution
 * pattern  extended regular expression for the whole name of the package; "": the cloud kernel
 * Returns 0, -EINTR (silent; an interrupt came), or another negative errno, with a message.
 * Source: rehearsal/fetch-kernel.
 */
int nrb_kernelimage_fetch(const struct nrb_workdir *workdir,
	struct nrb_interrupt *interrupt, const char *suite, const char *pattern,
	struct nrb_kernelimage *image);

/** Unpack kernel packages (NULL-ended) into the working directory. Returns as
 * nrb_kernelimage_fetch. */
int nrb_kernelimage_unpack(const struct nrb_workdir *workdir,
	struct nrb_interrupt *interrupt, const char *const *debs,
	struct nrb_kernelimage *image);

void nrb_kernelimage_finish(struct nrb_kernelimage *image);

#endif

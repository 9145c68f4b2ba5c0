/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A throw-away virtual NUMA machine: its files and QEMU's command line. */
#ifndef NRB_GUEST_H
#define NRB_GUEST_H

#include "nrb/kernelimage.h"
#include "nrb/shape.h"
#include "nrb/words.h"

#include <stdbool.h>
#include <stdint.h>

/* The guest's serial ports are files of these names in its working directory. */
#define NRB_GUEST_CONSOLE  "ttyS0"
#define NRB_GUEST_PROGRESS "ttyS1"
#define NRB_GUEST_RECORD   "ttyS2"

struct nrb_guest {
	const struct nrb_shape *shape;
	bool swap; /* has a swap disk of the size of its memory */
	bool kvm;
	const struct nrb_workdir *workdir;
	const struct nrb_kernelimage *image;
	const char *program;             /* FILE that the guest gets as /bin/<its name> */
	const struct nrb_words *command; /* what the guest runs */
};

/** Size of the guest's ext4 disk, sparse on the host: a file that fills every node, a writer's part, and
 * what a run leaves free. */
int64_t nrb_guest_disk_bytes(const struct nrb_guest *guest);

/** Size of its swap disk; 0: it has none. */
int64_t nrb_guest_swap_bytes(const struct nrb_guest *guest);

/**
 * Make initramfs and disks in the working directory, over those of a guest before.
 * Returns 0, -EINTR (silent; an interrupt came), or another negative errno, with a message.
 * Source: rehearsal/build-guest.
 */
int nrb_guest_build(const struct nrb_guest *guest, struct nrb_interrupt *interrupt);

/**
 * Add QEMU's command line, to be run in the working directory.
 * kernel  path of the image
 * Source: qemu-system-x86_64(1).
 */
void nrb_guest_command_line(
	const struct nrb_guest *guest, const char *kernel, struct nrb_words *argv);

#endif

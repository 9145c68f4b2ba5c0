/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Run a guest and listen to its serial ports until it ends, or has to be ended. */
#ifndef NRB_GUESTWATCH_H
#define NRB_GUESTWATCH_H

#include "nrb/guest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nrb_guestwatch {
	/* each complete line of the record, with its newline; a negative errno ends the guest */
	int (*on_record)(void *arg, const char *line, size_t len);
	/* each line of the command's stderr, without newline and control characters */
	void (*on_progress)(void *arg, const char *line);
	void *arg;
	int boot_s; /* until the first byte on any port, before the guest is given up */
	int64_t silence_s; /* without a byte on any port, before the guest is given up */
};

struct nrb_guest_outcome {
	bool reported; /* the command ended, with exit_code */
	int exit_code; /* as of sh: 128 + n for signal n */
	char why[256]; /* if not reported: what became of the guest */
};

/* What init(1) of the guest reports when it could not even start the command. */
enum { NRB_GUEST_NO_SETUP = 125 };

/**
 * Start a guest that was built and follow it, looking ten times a second; it is gone on return.
 * Returns 0 with an outcome; -EINTR (silent; an interrupt came); on_record's errno; or another
 * negative errno, with a message: no QEMU (NRB_EXIT_NOT_HERE), or QEMU does not accept the guest.
 */
int nrb_guestwatch_run(const struct nrb_guest *guest, const struct nrb_guestwatch *watch,
	struct nrb_interrupt *interrupt, struct nrb_guest_outcome *outcome);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host's identity that does not give its machine-id away. */
#ifndef NRB_HOSTID_H
#define NRB_HOSTID_H

#include "nrb/fsroot.h"

#include <stddef.h>
#include <stdint.h>

/** SHA-256 of len bytes. Source: FIPS 180-4. */
void nrb_hostid_sha256(const void *data, size_t len, uint8_t digest[32]);

/**
 * The machine-id hashed with this program's application id, 32 hex digits, as
 * sd_id128_get_machine_app_specific(3) does it (HMAC-SHA256, cut, marked as UUID v4).
 * Returns 0, -ENOENT (no /etc/machine-id), -EINVAL (not 32 hex digits), silent.
 */
int nrb_hostid_read(const struct nrb_root *root, char *buf, size_t len);

#endif

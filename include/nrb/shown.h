/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bytes of a text may be shown as they are. */
#ifndef NRB_SHOWN_H
#define NRB_SHOWN_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes of the UTF-8 character at text, a string, if it may be shown as it is; 0 if its first byte
 * must be escaped: a control byte (also of 8 bits), what turns the direction of writing or ends a line,
 * what is no UTF-8, with ascii all beyond it. */
size_t nrb_shown_bytes(const char *text, bool ascii);

/** Room for a byte that is escaped, as \x1b, and its NUL. */
enum { NRB_SHOWN_ESCAPE = 4 };

/** Write it into buf, without a NUL. */
void nrb_shown_escape(char *buf, char byte);

#endif

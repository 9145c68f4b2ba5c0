/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in HTML: the one place where it is escaped. */
#ifndef NRB_HTML_H
#define NRB_HTML_H

#include <stdio.h>

/**
 * Write text, also of a hostile record, as content or as a quoted attribute's value: & < > " ' and
 * the backquote as references, as characters beyond ASCII are; control bytes and what is no UTF-8 as \x1b, surrogates and
 * noncharacters too; what turns the direction of a text (U+202A to U+202E, U+2066 to U+2069) as its bytes.
 */
void nrb_html_escape(FILE *out, const char *text);

#endif

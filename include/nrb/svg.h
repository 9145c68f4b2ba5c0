/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gnuplot drew, made fit to stand in a page. */
#ifndef NRB_SVG_H
#define NRB_SVG_H

#include <stdio.h>

/**
 * Copy the picture's elements, as the content of an <svg> of the caller's: by a list of the elements and
 * attributes that are let through; anything else (script, links, styles, references) refuses the picture.
 * Titles, filters, fonts and backgrounds go. Our inks become CSS variables, black currentColor.
 * svg     NUL-ended
 * number  of the picture in its page: its ids begin with it
 * Returns 0, -EPROTO (then what was written of it must be thrown away).
 */
int nrb_svg_copy(FILE *out, const char *svg, int number);

#endif

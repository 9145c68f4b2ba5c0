/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours of pictures: as gnuplot gets them, and as a page shows them, in light and in dark. */
#ifndef NRB_INK_H
#define NRB_INK_H

enum nrb_ink_id { /* Okabe and Ito's, told apart by most who are colour-blind; one for each mode */
	NRB_INK_MODE, /* of 0; the next 7 are of 1 to 7 */
	NRB_INK_GRID = NRB_INK_MODE + 8,
	NRB_INK_BAND, /* of what is the same, and of shares */
	NRB_INK_WARN,
	NRB_N_INKS,
};

struct nrb_ink {
	const char *name;         /* of the CSS variable */
	int red, green, blue;     /* in the script, and what the picture then has */
	const char *light, *dark; /* at least 3:1 on white, on the dark page */
};

extern const struct nrb_ink nrb_ink_table[NRB_N_INKS];

/** The ink of a mode; of no mode, that of 0. */
enum nrb_ink_id nrb_ink_of_mode(long long mode);

/** The shape that a mode's marks have, as a pointtype of gnuplot: colour is never alone. */
int nrb_ink_shape(long long mode);

/** "#d55e00" for a script. Fills and returns buf, of 8 bytes. */
const char *nrb_ink_hex(char *buf, enum nrb_ink_id id);

/** The ink of a colour in a picture, or NULL. */
const struct nrb_ink *nrb_ink_find(int red, int green, int blue);

#endif

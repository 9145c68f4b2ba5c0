/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours of pictures. */
#include "nrb/ink.h"

#include "nrb/mode.h"

#include <stdio.h>

/* clang-format off */
/* Where a colour of the set is too pale for thin marks on white, or too dark on black, its hue is kept. */
const struct nrb_ink nrb_ink_table[NRB_N_INKS] = {
	[NRB_INK_MODE]     = { "m0",      1,   1,   1, "#1b1b1b", "#f0f0f0" },
	[NRB_INK_MODE + 1] = { "m1",    230, 159,   0, "#a86e00", "#e69f00" },
	[NRB_INK_MODE + 2] = { "m2",     86, 180, 233, "#2580b8", "#56b4e9" },
	[NRB_INK_MODE + 3] = { "m3",      0, 158, 115, "#00875f", "#1fbf91" },
	[NRB_INK_MODE + 4] = { "m4",    240, 228,  66, "#857a00", "#f0e442" },
	[NRB_INK_MODE + 5] = { "m5",      0, 114, 178, "#0067a3", "#4a9bd9" },
	[NRB_INK_MODE + 6] = { "m6",    213,  94,   0, "#c55300", "#f0812f" },
	[NRB_INK_MODE + 7] = { "m7",    204, 121, 167, "#b05589", "#dd94bc" },
	[NRB_INK_GRID]     = { "grid",  208, 208, 209, "#d9d9d9", "#3d4248" },
	[NRB_INK_BAND]     = { "band",   70, 130, 181, "#3f7fb5", "#5b9bd0" },
	[NRB_INK_WARN]     = { "warn",  190,  30,  45, "#b3202f", "#ff7b82" },
};
/* clang-format on */

enum nrb_ink_id nrb_ink_of_mode(long long mode)
{
	return mode < 0 ? NRB_INK_MODE
			: (enum nrb_ink_id)(NRB_INK_MODE + (mode & NRB_MODE_BITS));
}

int nrb_ink_shape(long long mode)
{
	/* circle, square, triangles up and down, diamond, pentagon; then circle and square, filled */
	static const int shapes[] = { 6, 4, 8, 10, 12, 14, 7, 5 };

	return mode < 0 ? shapes[0] : shapes[mode & NRB_MODE_BITS];
}

const char *nrb_ink_hex(char *buf, enum nrb_ink_id id)
{
	const struct nrb_ink *ink = &nrb_ink_table[id];

	snprintf(buf, 8, "#%02x%02x%02x", (unsigned char)ink->red,
		(unsigned char)ink->green, (unsigned char)ink->blue);
	return buf;
}

const struct nrb_ink *nrb_ink_find(int red, int green, int blue)
{
	for (int i = 0; i < NRB_N_INKS; i++) {
		const struct nrb_ink *ink = &nrb_ink_table[i];

		if (ink->red == red && ink->green == green && ink->blue == blue) {
			return ink;
		}
	}
	return NULL;
}

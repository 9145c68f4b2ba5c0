/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bytes of a text may be shown as they are. */
#include "nrb/shown.h"

#include <string.h>

size_t nrb_shown_bytes(const char *string, bool ascii)
{
	const unsigned char *text = (const unsigned char *)string;
	size_t len = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;

	if (text[0] < 0x80) {
		return text[0] >= ' ' && text[0] != 0x7f;
	}
	/* 0xc2 0x80..0x9f are control characters too; longer encodings than needed are none */
	if (ascii || text[0] < 0xc2 || text[0] > 0xf4 ||
		(text[0] == 0xc2 && text[1] < 0xa0) ||
		(text[0] == 0xe0 && text[1] < 0xa0) ||
		(text[0] == 0xf0 && text[1] < 0x90)) {
		return 0;
	}
	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return len;
}

void nrb_shown_escape(char *buf, char byte)
{
	static const char hex[] = "0123456789abcdef";

	buf[0] = '\\';
	buf[1] = 'x';
	buf[2] = hex[(unsigned char)byte >> 4];
	buf[3] = hex[byte & 0xf];
}

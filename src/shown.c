/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bytes of a text may be shown as they are. */
#include "nrb/shown.h"

#include <string.h>

/* U+200E and F, U+2028 to 202E, U+2066 to 2069, U+061C: they end a line, or turn the order in which what
 * stands beside them is shown. */
static bool turns(const unsigned char *text)
{
	if (text[0] == 0xd8) {
		return text[1] == 0x9c;
	}
	if (text[0] != 0xe2) {
		return false;
	}
	return text[1] == 0x80 ? text[2] == 0x8e || text[2] == 0x8f ||
					 (text[2] >= 0xa8 && text[2] <= 0xae)
			       : text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9;
}

size_t nrb_shown_bytes(const char *string, bool ascii)
{
	const unsigned char *text = (const unsigned char *)string;
	size_t len = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;

	if (text[0] < 0x80) {
		return text[0] >= ' ' && text[0] != 0x7f;
	}
	/* 0xc2 0x80..0x9f are control characters too; longer encodings than needed are none */
	if (ascii || turns(text) || text[0] < 0xc2 || text[0] > 0xf4 ||
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in HTML. */
#include "nrb/html.h"

#include "nrb/shown.h"

#include <stdbool.h>
#include <string.h>

static const char *reference_of(char byte)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '`':
		return "&#96;";
	default:
		return NULL;
	}
}

static bool is_between(const char *text, const char *low, const char *high)
{
	return memcmp(text, low, 3) >= 0 && memcmp(text, high, 3) <= 0;
}

/* Characters of three bytes and more that a page may not have, or that turn what follows around. */
static bool is_unwelcome(const char *text, size_t len)
{
	if (len == 4) {
		/* past U+10FFFF; U+nFFFE and U+nFFFF */
		return memcmp(text, "\xf4\x8f\xbf\xbf", 4) > 0 ||
		       ((text[1] & 0x0f) == 0x0f && memcmp(text + 2, "\xbf\xbe", 2) >= 0);
	}
	return len == 3 &&
	       (is_between(text, "\xed\xa0\x80", "\xed\xbf\xbf") || /* surrogates */
		       is_between(text, "\xef\xb7\x90", "\xef\xb7\xaf") || /* U+FDD0.. */
		       is_between(text, "\xef\xbf\xbe", "\xef\xbf\xbf") || /* U+FFFE.. */
		       is_between(text, "\xe2\x80\xaa", "\xe2\x80\xae") || /* U+202A.. */
		       is_between(text, "\xe2\x81\xa6", "\xe2\x81\xa9"));  /* U+2066.. */
}

/* Of the len bytes of a character beyond ASCII, as a reference: the page is ASCII, whatever it is taken for. */
static void put_reference(FILE *out, const char *text, size_t len)
{
	unsigned int code = (unsigned char)text[0] & (0x7fu >> len);

	for (size_t i = 1; i < len; i++) {
		code = code << 6 | ((unsigned char)text[i] & 0x3fu);
	}
	fprintf(out, "&#%u;", code);
}

void nrb_html_escape(FILE *out, const char *text)
{
	while (*text != '\0') {
		const char *reference = reference_of(*text);
		size_t len = nrb_shown_bytes(text, false);
		char escape[NRB_SHOWN_ESCAPE];

		if (reference != NULL) {
			fputs(reference, out);
		} else if (len == 1) {
			fputc(*text, out);
		} else if (len > 1 && !is_unwelcome(text, len)) {
			put_reference(out, text, len);
		} else {
			nrb_shown_escape(escape, *text);
			(void)fwrite(escape, 1, sizeof(escape), out);
			len = 1;
		}
		text += len;
	}
}

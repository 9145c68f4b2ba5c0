/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a stream can show. */
#include "nrb/screen.h"

#include "nrb/html.h"
#include "nrb/shown.h"
#include "nrb/units.h"

#include <langinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int terminal_width(FILE *stream)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	int64_t width;

	if (columns != NULL && nrb_units_parse_i64(columns, 20, 10000, &width) == 0) {
		return (int)width;
	}
	if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
		return size.ws_col;
	}
	return 80; /* a serial console does not know its size */
}

static bool wants_color(enum nrb_when color, bool terminal)
{
	const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");
	const char *term = getenv("TERM");

	if (color != NRB_WHEN_AUTO) {
		return color == NRB_WHEN_ALWAYS;
	}
	if (no != NULL && no[0] != '\0') {
		return false;
	}
	if (force != NULL && force[0] != '\0' && strcmp(force, "0") != 0) {
		return true;
	}
	return terminal && term != NULL && strcmp(term, "dumb") != 0;
}

void nrb_screen_size(int fd, int *columns, int *rows)
{
	struct winsize size = { 0 };
	bool known = ioctl(fd, TIOCGWINSZ, &size) == 0;

	*columns = known && size.ws_col > 0 ? size.ws_col : 80;
	*rows = known && size.ws_row > 0 ? size.ws_row : 24;
}

bool nrb_screen_can_redraw(const struct nrb_screen *screen)
{
	const char *term = getenv("TERM");

	return screen->terminal && term != NULL && term[0] != '\0' &&
	       strcmp(term, "dumb") != 0;
}

struct nrb_screen nrb_screen_of(FILE *stream, enum nrb_when color, bool ascii)
{
	struct nrb_screen screen = { 0 };

	screen.terminal = isatty(fileno(stream)) == 1;
	/* COLUMNS may be exported into a pipe too; then it is a wish */
	screen.width =
		screen.terminal || getenv("COLUMNS") != NULL ? terminal_width(stream) : 0;
	screen.ascii = ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	screen.color = wants_color(color, screen.terminal);
	return screen;
}

char *nrb_screen_escape(char *buf, size_t len, const char *text, bool ascii)
{
	size_t used = 0;

	while (*text != '\0') {
		size_t n = nrb_shown_bytes(text, ascii);

		if (used + (n > 0 ? n : NRB_SHOWN_ESCAPE) >= len) {
			break;
		}
		if (n > 0) {
			memcpy(buf + used, text, n);
			used += n;
			text += n;
			continue;
		}
		nrb_shown_escape(buf + used, *text);
		used += NRB_SHOWN_ESCAPE;
		text++;
	}
	buf[used] = '\0';
	return buf;
}

/* Columns that a word takes: a UTF-8 continuation byte takes none. */
static int word_columns(const char *word, size_t len)
{
	int columns = 0;

	for (size_t i = 0; i < len; i++) {
		columns += ((unsigned char)word[i] & 0xc0) != 0x80;
	}
	return columns;
}

/* Whether the gap at text stands between a number and its unit, where no line may end. */
static bool is_before_unit(const char *start, const char *gap)
{
	static const char *const units[] = { "%", "B", "KiB", "MiB", "GiB", "TiB", "B/s",
		"kB/s", "MB/s", "GB/s", "TB/s", "ns", "us", "\302\265s", "ms", "s", "min",
		"h", "page", "pages", "cell", "cells", "block", "blocks", "node", "nodes",
		"times", "threads" };
	size_t len;

	if (gap == start || gap[-1] < '0' || gap[-1] > '9' || gap[0] != ' ') {
		return false;
	}
	len = strcspn(gap + 1, " ,;:.)");
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (len == strlen(units[i]) && strncmp(gap + 1, units[i], len) == 0) {
			return true;
		}
	}
	return false;
}

/* Bytes up to where a line may end next. */
static size_t word_bytes(const char *word)
{
	size_t len = strcspn(word, " ");

	while (is_before_unit(word, word + len)) {
		len += 1 + strcspn(word + len + 1, " ");
	}
	return len;
}

/* Where the lines of a page end, its reader says: not between a number and its unit. */
static void print_words(FILE *out, const char *text)
{
	while (*text != '\0') {
		size_t gap = strcspn(text, " "), len = gap;
		char word[256];

		len = len < sizeof(word) - 1 ? len : sizeof(word) - 1;
		while (len < gap && len > 1 &&
			((unsigned char)text[len] & 0xc0) == 0x80) {
			len--; /* not within a character */
		}
		memcpy(word, text, len);
		word[len] = '\0';
		nrb_html_escape(out, word);
		if (len == gap && text[gap] == ' ') {
			fputs(is_before_unit(text, text + gap) ? "&#160;" : " ", out);
			len++;
		}
		text += len;
	}
}

/* What is a list of conditions on a terminal is one here. */
static void print_paragraph(FILE *out, const char *text)
{
	text += strspn(text, " ");
	if (strncmp(text, "- ", 2) == 0) {
		fputs("<p class=\"item\">", out);
		text += 2;
	} else {
		fputs("<p>", out);
	}
	print_words(out, text);
	fputs("</p>\n", out);
}

void nrb_screen_wrap(
	const struct nrb_screen *screen, FILE *out, int indent, const char *text)
{
	int column = 0;

	if (screen->html) {
		print_paragraph(out, text);
		return;
	}

	for (bool first = true; *text != '\0'; first = false) {
		int gap = (int)strspn(text, " ");
		size_t len = word_bytes(text + gap);
		int columns = word_columns(text + gap, len);

		if (!first && screen->width > 0 &&
			column + gap + columns > screen->width) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else {
			fprintf(out, "%*s", gap, "");
			column += gap;
		}
		fprintf(out, "%.*s", (int)len, text + gap);
		column += columns;
		text += (size_t)gap + len;
	}
	fputc('\n', out);
}

const char *nrb_screen_bold(const struct nrb_screen *screen)
{
	return screen->color ? "\033[1m" : "";
}

const char *nrb_screen_red(const struct nrb_screen *screen)
{
	return screen->color ? "\033[31m" : "";
}

const char *nrb_screen_yellow(const struct nrb_screen *screen)
{
	return screen->color ? "\033[33m" : "";
}

const char *nrb_screen_plain(const struct nrb_screen *screen)
{
	return screen->color ? "\033[0m" : "";
}

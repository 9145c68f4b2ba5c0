/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings of a record in files that other programs read. */
#include "nrb/exporttext.h"

#include "nrb/figures.h"
#include "nrb/screen.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

enum { COLUMNS = 80 };

const char *nrb_exporttext_plain(char *buf, size_t len, const char *text)
{
	char once[NRB_EXPORTTEXT_ESCAPED];
	size_t used = 0;

	/* a backslash must not be taken for the beginning of an escape */
	for (; *text != '\0' && used + 5 < sizeof(once); text++) {
		if (*text == '\\') {
			memcpy(once + used, "\\x5c", 4);
			used += 4;
		} else {
			once[used++] = *text;
		}
	}
	once[used] = '\0';
	return nrb_screen_escape(buf, len, once, true);
}

/* A number and its unit stay together. */
static bool may_break(const char *text, size_t at)
{
	return text[at] == ' ' && !(at > 0 && isdigit((unsigned char)text[at - 1]));
}

/* Where a line of at most room bytes ends: at a blank, if there is one. */
static size_t line_length(const char *text, size_t room)
{
	size_t len = strlen(text), end = room;

	if (len <= room) {
		return len;
	}
	while (end > 0 && !may_break(text, end)) {
		end--;
	}
	return end > 0 ? end : strcspn(text, " ");
}

static void print_comment(FILE *out, const char *text)
{
	char escaped[NRB_EXPORTTEXT_ESCAPED];
	const char *rest = nrb_exporttext_plain(escaped, sizeof(escaped), text);
	int indent = (int)strspn(escaped, "- ");

	do {
		int left = rest == escaped ? 0 : indent;
		size_t len = line_length(rest, (size_t)(COLUMNS - 2 - left));

		fprintf(out, "#%s%*s%.*s\n", len > 0 ? " " : "", left, "", (int)len,
			rest);
		rest += len;
		rest += strspn(rest, " ");
	} while (*rest != '\0');
}

void nrb_exporttext_comment(FILE *out, const char *fmt, ...)
{
	char text[NRB_EXPORTTEXT_LEN];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	print_comment(out, text);
}

void nrb_exporttext_label(FILE *out, const char *name, const char *value)
{
	char plain[NRB_EXPORTTEXT_ESCAPED];

	fprintf(out, "%s=\"", name);
	nrb_exporttext_plain(plain, sizeof(plain), value);
	for (const char *p = plain; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\') {
			fputc('\\', out);
		}
		fputc(*p, out);
	}
	fputc('"', out);
}

const char *nrb_exporttext_arm(
	char *buf, size_t len, const struct nrb_arm_cells *arm, unsigned int mask)
{
	char value[NRB_FIGURE_LEN];
	size_t used = 0;

	buf[0] = '\0';
	for (int id = 0; id < NRB_N_FIGURE_FACTORS && used < len; id++) {
		nrb_figure_plain(value, (enum nrb_figure_id)id, arm);
		if (value[0] != '\0' && (mask & 1u << id)) {
			used += (size_t)snprintf(buf + used, len - used, "%s%s=%s",
				used > 0 ? " " : "", nrb_figure_table[id].name, value);
		}
	}
	return buf;
}

void nrb_exporttext_origin(FILE *out, const struct nrb_header *header)
{
	if (header->rehearsal) {
		nrb_exporttext_comment(out,
			"Rehearsal in a virtual machine: locality and reclaim are real, times "
			"are not.");
	}
	nrb_exporttext_comment(out,
		"From run %s of numa-reclaim-bench %s on %s, %s, kernel %s.",
		header->run_id, header->tool_version, header->host, header->start_utc,
		header->kernel);
}

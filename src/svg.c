/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gnuplot drew, made fit to stand in a page. */
#include "nrb/svg.h"

#include "nrb/html.h"
#include "nrb/ink.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

enum { VALUE_LEN = 1 << 16, NAME_LEN = 32, TEXT_LEN = 256, STYLE_LEN = 256 };

static bool is_one_of(const char *const *words, const char *word)
{
	while (*words != NULL && strcmp(*words, word) != 0) {
		words++;
	}
	return *words != NULL;
}

/* clang-format off */
static const char *const elements[] = { "g", "path", "rect", "circle", "use", "polygon", "polyline",
	"line", "text", "tspan", "defs", NULL };
/* With all that is in them. */
static const char *const dropped_elements[] = { "title", "desc", "filter", NULL };
static const char *const attributes[] = { "d", "x", "y", "width", "height", "cx", "cy", "r",
	"points", "transform", "fill-opacity", "stroke-opacity", "stroke-width", "stroke-dasharray",
	"stroke-linecap", "stroke-linejoin", "text-anchor", "font-size", "shape-rendering", NULL };
static const char *const dropped_attributes[] = { "class", "font-family", "font-weight", "font-style", "xml:space",
	NULL };
static const char *const colors[] = { "fill", "stroke", "color", NULL };
/* clang-format on */

struct copy {
	FILE *out;
	const char *at;
	int number;
	char name[NAME_LEN], value[VALUE_LEN];
	char style[STYLE_LEN]; /* colours of the element */
};

static void skip_space(struct copy *copy)
{
	copy->at += strspn(copy->at, " \t\r\n");
}

/* A name of letters, digits and "-:_". */
static bool take_name(struct copy *copy)
{
	size_t n = 0;

	while (isalnum((unsigned char)copy->at[n]) ||
		(copy->at[n] != '\0' && strchr("-:_", copy->at[n]) != NULL)) {
		n++;
	}
	if (n == 0 || n >= NAME_LEN) {
		return false;
	}
	memcpy(copy->name, copy->at, n);
	copy->name[n] = '\0';
	copy->at += n;
	return true;
}

/* name = "value", of what numbers, paths, colours and transforms are written with. */
static bool take_attribute(struct copy *copy)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789 .,()#%+-_\t\r\n:/";
	char quote;
	size_t n;

	if (!take_name(copy)) {
		return false;
	}
	skip_space(copy);
	if (*copy->at != '=') {
		return false;
	}
	copy->at++;
	skip_space(copy);
	quote = *copy->at;
	if (quote != '"' && quote != '\'') {
		return false;
	}
	n = strspn(++copy->at, allowed);
	if (copy->at[n] != quote || n >= VALUE_LEN) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		copy->value[i] =
			(char)(isspace((unsigned char)copy->at[i]) ? ' ' : copy->at[i]);
	}
	copy->value[n] = '\0';
	copy->at += n + 1;
	return true;
}

/* "var(--m7)": black is what text is on this page; white is its paper, as a halo around marks. */
static const char *color_of(char *buf, const char *value)
{
	static const char *const kept[] = { "none", "currentColor", NULL };
	const struct nrb_ink *ink;
	int red, green, blue;

	if (is_one_of(kept, value)) {
		return value;
	}
	if (strcmp(value, "black") == 0) {
		return "var(--ink)";
	}
	if (strcmp(value, "white") == 0) {
		return "var(--paper)";
	}
	if (sscanf(value, "rgb(%d,%d,%d)", &red, &green, &blue) != 3) {
		return NULL;
	}
	ink = nrb_ink_find(red, green, blue);
	snprintf(buf, NAME_LEN, "var(--%s)", ink != NULL ? ink->name : "ink");
	return buf;
}

/* Presentation attributes know no variables everywhere: colours go into one style. */
static bool note_color(struct copy *copy)
{
	char buf[NAME_LEN];
	const char *color = color_of(buf, copy->value);
	size_t used = strlen(copy->style);

	if (color == NULL) {
		return false;
	}
	snprintf(copy->style + used, STYLE_LEN - used, "%s:%s;", copy->name, color);
	return strlen(copy->style) < STYLE_LEN - 1;
}

static bool put_attribute(const struct copy *copy)
{
	const char *value = copy->value;

	if (is_one_of(dropped_attributes, copy->name)) {
		return true;
	}
	if (strcmp(copy->name, "id") == 0) {
		fprintf(copy->out, " id=\"p%d-%s\"", copy->number, value);
		return strpbrk(value, " \t\r\n:/#") == NULL;
	}
	if (strcmp(copy->name, "xlink:href") == 0) {
		fprintf(copy->out, " href=\"#p%d-%s\"", copy->number,
			value + (value[0] == '#'));
		return value[0] == '#' && strpbrk(value, " \t\r\n:/") == NULL;
	}
	if (!is_one_of(attributes, copy->name) || strpbrk(value, ":/#") != NULL ||
		strstr(value, "url") != NULL) {
		return false;
	}
	fprintf(copy->out, " %s=\"%s\"", copy->name, value);
	return true;
}

static bool copy_attributes(struct copy *copy)
{
	bool ok = true;

	copy->style[0] = '\0';
	for (skip_space(copy); ok && *copy->at != '>' && *copy->at != '/';
		skip_space(copy)) {
		ok = take_attribute(copy) &&
		     (is_one_of(colors, copy->name) ? note_color(copy)
						    : put_attribute(copy));
	}
	if (copy->style[0] != '\0') {
		fprintf(copy->out, " style=\"%s\"", copy->style);
	}
	return ok;
}

/* To behind its end; gnuplot nests none in its like. */
static bool skip_element(struct copy *copy)
{
	char end[NAME_LEN + 3];
	const char *found;

	snprintf(end, sizeof(end), "</%s>", copy->name);
	found = strstr(copy->at, end);
	if (found == NULL) {
		return false;
	}
	copy->at = found + strlen(end);
	return true;
}

/* At "<". *depth counts what is open. */
static bool copy_tag(struct copy *copy, int *depth)
{
	bool is_end = copy->at[1] == '/';

	copy->at += is_end ? 2 : 1;
	if (!take_name(copy)) {
		return false;
	}
	if (!is_end && is_one_of(dropped_elements, copy->name)) {
		return skip_element(copy);
	}
	if (is_end && strcmp(copy->name, "svg") == 0) {
		return *depth == 0;
	}
	if (!is_one_of(elements, copy->name)) {
		return false;
	}
	fprintf(copy->out, is_end ? "</%s" : "<%s", copy->name);
	if (!is_end && !copy_attributes(copy)) {
		return false;
	}
	skip_space(copy);
	if (!is_end && copy->at[0] == '/') {
		copy->at++;
		fputc('/', copy->out);
	} else {
		*depth += is_end ? -1 : 1;
	}
	fputc('>', copy->out);
	return *copy->at++ == '>' && *depth >= 0;
}

/* Escaped by gnuplot, as XML needs it, and escaped anew. */
static bool copy_text(struct copy *copy)
{
	static const struct {
		const char *reference;
		char byte;
	} known[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
		{ "&quot;", '"' } };
	size_t n = 0;
	char text[TEXT_LEN];

	while (*copy->at != '<' && *copy->at != '\0' && n < TEXT_LEN - 1) {
		text[n] = *copy->at;
		if (*copy->at == '&') {
			size_t i = 0;

			while (i < 4 && strncmp(copy->at, known[i].reference,
						strlen(known[i].reference)) != 0) {
				i++;
			}
			if (i == 4) {
				return false;
			}
			text[n] = known[i].byte;
			copy->at += strlen(known[i].reference) - 1;
		}
		copy->at++;
		n++;
	}
	text[n] = '\0';
	if (strspn(text, " \t\r\n") < n) {
		nrb_html_escape(copy->out, text);
	} else if (n > 0) {
		fputc('\n', copy->out);
	}
	return *copy->at == '<';
}

int nrb_svg_copy(FILE *out, const char *svg, int number)
{
	static struct copy copy; /* large, and one at a time */
	int depth = 0;

	copy = (struct copy){ .out = out, .number = number };
	copy.at = strstr(svg, "<svg");
	copy.at = copy.at != NULL ? strchr(copy.at, '>') : NULL;
	if (copy.at == NULL) {
		return -EPROTO;
	}
	copy.at++;
	while (*copy.at != '\0') {
		bool ok = *copy.at == '<' ? copy_tag(&copy, &depth) : copy_text(&copy);

		if (!ok) {
			return -EPROTO;
		}
		if (strcmp(copy.name, "svg") == 0) {
			return 0;
		}
	}
	return -EPROTO;
}

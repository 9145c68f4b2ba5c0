/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a record, through the page of report --html and gnuplot's scripts. What stands behind a NUL is
 * what gnuplot drew.
 */
#include "output.h"

#include "nrb/diag.h"
#include "nrb/htmlpage.h"
#include "nrb/reportdata.h"
#include "nrb/reporthtml.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int __wrap_nrb_plot_draw(struct nrb_plots *plots, const char *name, const char *script,
	size_t len, char **svg);

static const char *drawn; /* NULL: gnuplot is not there */

/* gnuplot runs what stands in backquotes, behind "!" and in system(): a record's text must not get there. */
static void check_script(const char *script, size_t len)
{
	assert(memchr(script, '`', len) == NULL);
	assert(strstr(script, "\n!") == NULL && strstr(script, "system") == NULL);
	for (size_t i = 0; i < len; i++) {
		assert(script[i] == '\n' || (unsigned char)script[i] >= ' ');
	}
}

int __wrap_nrb_plot_draw(struct nrb_plots *plots, const char *name, const char *script,
	size_t len, char **svg)
{
	assert(name[0] != '\0' && strlen(script) == len);
	check_script(script, len);
	plots->n++;
	*svg = drawn != NULL ? strdup(drawn) : NULL;
	return 0;
}

/* All that a page is made of. */
static const char *const elements[] = { "!DOCTYPE", "a", "body", "br", "caption",
	"circle", "code", "defs", "desc", "details", "div", "figure", "footer", "g", "h1",
	"h2", "h3", "h4", "head", "html", "li", "line", "main", "meta", "p", "path",
	"polygon", "polyline", "rect", "section", "span", "style", "summary", "svg",
	"table", "tbody", "td", "text", "th", "thead", "title", "tr", "tspan", "ul",
	"use" };

/* A tag: its end, if it is one of ours and has neither a handler nor an address of others. */
static const char *check_tag(const char *tag)
{
	const char *name = tag + 1 + (tag[1] == '/'), *end = strchr(tag, '>');
	bool known = false;
	size_t len = strcspn(name, " />\n");

	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		known |=
			strlen(elements[i]) == len && memcmp(elements[i], name, len) == 0;
	}
	assert(known && end != NULL);
	for (const char *at = tag + 1; at < end; at++) {
		assert(*at != '<');
		assert(at[0] != ' ' || tolower(at[1]) != 'o' || tolower(at[2]) != 'n');
		assert(strncmp(at, "href=\"", 6) != 0 || at[6] == '#');
	}
	return end;
}

static void check_page(const char *page)
{
	while ((page = strchr(page, '<')) != NULL) {
		page = check_tag(page);
	}
}

static void print(const struct nrb_report_data *data)
{
	const struct nrb_screen screen = { .html = true, .ascii = true };
	struct nrb_plots plots = { .is_absent = drawn == NULL };
	struct output output;

	output_begin(&output);
	nrb_htmlpage_begin(output.out, 1);
	assert(nrb_reporthtml_print(data, &plots, &screen, output.out) == 0);
	nrb_htmlpage_end(output.out, &plots);
	fflush(output.out);
	check_page(output.text);
	output_end(&output);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t len = strnlen((const char *)bytes, size);
	int file = memfd_create("record", MFD_CLOEXEC);
	char *svg = len < size ? strndup((const char *)bytes + len + 1, size - len - 1)
			       : NULL;
	struct nrb_report_data data;
	char path[64];

	nrb_diag_set_muted(true);
	nrb_diag_reset();
	drawn = svg;
	assert(file >= 0 && write(file, bytes, len) == (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (nrb_reportdata_read(&data, path, 0) == 0) {
		print(&data);
		nrb_reportdata_free(&data);
	} else {
		assert(nrb_diag_message()[0] != '\0');
	}
	close(file);
	free(svg);
	return 0;
}

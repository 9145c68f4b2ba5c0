/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line of a plan. */
#include "nrb/planpage.h"

#include "nrb/shown.h"

#include <stdarg.h>

void nrb_planpage_say(
	const struct nrb_planpage *page, const char *label, const char *fmt, ...)
{
	char text[NRB_PLANPAGE_LINE], line[NRB_PLANPAGE_LINE + NRB_PLANPAGE_INDENT + 2];
	char shown[NRB_SHOWN_ESCAPE * sizeof(line)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(line, sizeof(line), "  %-11s %s", label, text);
	nrb_screen_escape(shown, sizeof(shown), line, page->screen->ascii);
	nrb_screen_wrap(page->screen, page->out, NRB_PLANPAGE_INDENT, shown);
}

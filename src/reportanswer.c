/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer for a file server, above all else of a report. */
#include "nrb/reportanswer.h"

#include "nrb/answer.h"

static void say(const struct nrb_screen *screen, FILE *out, int indent,
	const char *before, const char *text)
{
	char line[NRB_ANSWER_LEN + 64], escaped[4 * sizeof(line)];

	snprintf(line, sizeof(line), "%s%s.", before, text);
	nrb_screen_escape(escaped, sizeof(escaped), line, screen->ascii);
	nrb_screen_wrap(screen, out, indent, escaped);
}

void nrb_reportanswer_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	struct nrb_answer answer;

	nrb_answer_make(&answer, data);
	if (!answer.is_asked) {
		return;
	}
	fputs(nrb_screen_bold(screen), out);
	say(screen, out, 8, "Answer for a file server: ", answer.text);
	fputs(nrb_screen_plain(screen), out);
	for (int i = 0; i < answer.n_conditions; i++) {
		say(screen, out, 10, "        - ", answer.conditions[i]);
	}
}

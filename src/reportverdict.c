/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentences of a report, above the tables or above those of a variant. */
#include "nrb/reportverdict.h"

#include "nrb/figures.h"

#include <ctype.h>
#include <string.h>

bool nrb_reportverdict_is_parted(const struct nrb_report_data *data)
{
	const struct nrb_group *group = &data->group;

	return (nrb_figure_varying(group->arms, group->n_allocating) &
		       (1u << NRB_FIGURE_SCENARIO | 1u << NRB_FIGURE_VARIANT)) != 0;
}

/* What counts say and what times say, which take repetitions, each have a heading. */
static const char *heading(int *said, const struct nrb_claim *claim)
{
	int kind = claim->timed ? 2 : 1;
	bool first = (*said & kind) == 0;

	*said |= kind;
	return !first ? "" : claim->timed ? "Times:" : "Verdict:";
}

/* said: the headings so far; begin with 0 */
static void say(const struct nrb_screen *screen, FILE *out, int *said,
	const struct nrb_claim *claim, const char *sentence)
{
	char line[2 * NRB_CLAIM_LEN], escaped[4 * sizeof(line)];

	snprintf(line, sizeof(line), "%-8s %c%s", heading(said, claim),
		toupper((unsigned char)sentence[0]), sentence + 1);
	nrb_screen_escape(escaped, sizeof(escaped), line, screen->ascii);
	nrb_screen_wrap(screen, out, 9, escaped);
}

/* A sentence under a label of less factors. */
static const char *relabel(
	char *buf, size_t len, const struct nrb_claim *claim, unsigned int factors)
{
	size_t n;

	nrb_figure_label(buf, len, claim->of, factors);
	n = strlen(buf);
	snprintf(buf + n, len - n, "%s%s", n > 0 && claim->own == 0 ? ": " : "",
		claim->text + claim->body);
	return buf;
}

void nrb_reportverdict_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	int said = 0;

	for (int i = 0; i < data->claims.n; i++) {
		const struct nrb_claim *claim = &data->claims.list[i];

		say(screen, out, &said, claim, claim->text);
	}
}

void nrb_reportverdict_print_variant(const struct nrb_report_data *data,
	const struct nrb_screen *screen, FILE *out, const struct nrb_arm_cells *variant,
	unsigned int varying)
{
	char sentence[NRB_CLAIM_LEN + NRB_FIGURE_LEN];
	int said = 0;

	for (int i = 0; i < data->claims.n; i++) {
		const struct nrb_claim *claim = &data->claims.list[i];

		if (nrb_group_same_variant(claim->of, variant)) {
			say(screen, out, &said, claim,
				relabel(sentence, sizeof(sentence), claim,
					(claim->factors & varying) | claim->own));
		}
	}
	fputs(said == 0 ? "" : "\n", out);
}

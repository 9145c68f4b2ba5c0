/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences that a record shows for certain, and a list of them. */
#include "nrb/claim.h"

#include "nrb/mode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_MODES = NRB_MODE_BITS + 1 };

const char *nrb_claim_kind_name(enum nrb_claim_kind kind)
{
	static const char *const names[NRB_N_CLAIM_KINDS] = {
		[NRB_CLAIM_INERT] = "inert",
		[NRB_CLAIM_UNTRIED] = "untried",
		[NRB_CLAIM_LOCAL] = "local",
		[NRB_CLAIM_FUTILE] = "futile",
		[NRB_CLAIM_STALLED] = "stalled",
		[NRB_CLAIM_SLOW] = "slow",
		[NRB_CLAIM_DISAGREE] = "disagree",
		[NRB_CLAIM_GATE] = "gate",
		[NRB_CLAIM_SCANS] = "scans",
		[NRB_CLAIM_SWAP] = "swap",
		[NRB_CLAIM_WRITTEN] = "written",
		[NRB_CLAIM_THREADS] = "threads",
		[NRB_CLAIM_WRITER] = "writer",
		[NRB_CLAIM_NEIGHBOUR] = "neighbour",
		[NRB_CLAIM_HEADROOM] = "headroom",
		[NRB_CLAIM_SERVED] = "served",
		[NRB_CLAIM_ALTERNATIVE] = "alternative",
		[NRB_CLAIM_TIMES] = "times",
		[NRB_CLAIM_BREAK_EVEN] = "break-even",
	};

	return names[kind];
}

static void append(char *buf, size_t len, const char *fmt, ...) NRB_PRINTF(3, 4);

static void append(char *buf, size_t len, const char *fmt, ...)
{
	size_t used = strlen(buf);
	va_list args;

	va_start(args, fmt);
	vsnprintf(buf + used, len - used, fmt, args);
	va_end(args);
}

const char *nrb_claim_modes(char *buf, size_t len, unsigned int modes)
{
	int runs[N_MODES][2], n = 0;

	for (int mode = 0; mode < N_MODES; mode++) {
		if ((modes & 1u << mode) == 0) {
			continue;
		}
		if (n > 0 && runs[n - 1][1] == mode - 1) {
			runs[n - 1][1] = mode;
		} else {
			runs[n][0] = runs[n][1] = mode;
			n++;
		}
	}
	/* two neighbours read better as two */
	if (n == 1 && runs[0][1] == runs[0][0] + 1) {
		runs[1][0] = runs[1][1] = runs[0][1];
		runs[0][1] = runs[0][0];
		n = 2;
	}
	snprintf(buf, len, n == 1 && runs[0][0] == runs[0][1] ? "mode" : "modes");
	for (int i = 0; i < n; i++) {
		append(buf, len, "%s%d",
			i == 0       ? " "
			: i == n - 1 ? " and "
				     : ", ",
			runs[i][0]);
		if (runs[i][1] > runs[i][0]) {
			append(buf, len, "-%d", runs[i][1]);
		}
	}
	return buf;
}

struct nrb_claim *nrb_claim_add(struct nrb_claims *claims, enum nrb_claim_kind kind,
	unsigned int modes, const char *fmt, ...)
{
	struct nrb_claim *c;
	va_list args;

	if (claims->n == claims->room) {
		int room = claims->room > 0 ? 2 * claims->room : 8;

		c = realloc(claims->list, (size_t)room * sizeof(*c));
		if (c == NULL) {
			return NULL;
		}
		claims->list = c;
		claims->room = room;
	}
	c = &claims->list[claims->n++];
	c->kind = kind;
	c->modes = modes;
	c->timed = false;
	c->of = NULL;
	c->factors = c->own = 0;
	c->body = 0;
	va_start(args, fmt);
	vsnprintf(c->text, sizeof(c->text), fmt, args);
	va_end(args);
	return c;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record advises a file server, and when the advice holds. */
#include "nrb/answer.h"

#include "nrb/answerscope.h"
#include "nrb/evidence.h"
#include "nrb/units.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* -- the answer -- */

static void say(struct nrb_answer *answer, int mode, const char *fmt, ...)
	NRB_PRINTF(3, 4);

static void say(struct nrb_answer *answer, int mode, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(answer->text, sizeof(answer->text), fmt, args);
	va_end(args);
	answer->mode = mode;
}

static int base_mode(const struct nrb_claim_family *family)
{
	return (int)family->base->key.mode;
}

static const char *median(char *buf, const struct nrb_arm_cells *arm,
	enum nrb_cellvalue value, const char *(*show)(char *, double))
{
	return show(buf, nrb_group_median(arm, value));
}

static const char *show_bytes(char *buf, double bytes)
{
	return nrb_units_bytes(buf, isnan(bytes) ? 0 : llround(bytes));
}

static const char *show_count(char *buf, double count)
{
	return nrb_units_count(buf, isnan(count) ? 0 : llround(count));
}

/* "; requests in a second: 110 to 120 (200)", where that bears on the answer, too. */
static void say_rate(
	char *buf, size_t len, const struct nrb_evidence *evidence, unsigned int modes)
{
	const enum nrb_cellvalue rate = NRB_VALUE_REQUESTS_PER_S;
	const struct nrb_claim_family *family = &evidence->served;
	char some[80], base[NRB_UNITS_LEN];

	buf[0] = '\0';
	if (modes & (evidence->slower | evidence->faster)) {
		snprintf(buf, len, "; requests in a second: %s (%s)",
			nrb_claimfamily_counts(some, sizeof(some), family, modes, rate),
			median(base, family->base, rate, show_count));
	}
}

/* "serve 81.2 % of requests from cache (mode 0: 97.0 %) and read 21.0 % of their bytes from disk (2.0 %)" */
static const char *say_served(
	char *buf, size_t len, const struct nrb_evidence *evidence, unsigned int modes)
{
	const struct nrb_claim_family *family = &evidence->served;
	char hits[80], disk[80], base_hits[NRB_UNITS_LEN], base_disk[NRB_UNITS_LEN];
	char speed[128];

	say_rate(speed, sizeof(speed), evidence, modes);
	snprintf(buf, len,
		"serve%s %s of requests from cache (mode %d: %s) and read%s %s of their "
		"bytes from disk (%s)%s",
		nrb_claimfamily_s(modes),
		nrb_claimfamily_range(
			hits, sizeof(hits), family, modes, NRB_VALUE_HIT_RATIO),
		base_mode(family),
		median(base_hits, family->base, NRB_VALUE_HIT_RATIO, nrb_units_ratio),
		nrb_claimfamily_s(modes),
		nrb_claimfamily_range(
			disk, sizeof(disk), family, modes, NRB_VALUE_SERVED_DISK_RATIO),
		median(base_disk, family->base, NRB_VALUE_SERVED_DISK_RATIO,
			nrb_units_ratio),
		speed);
	return buf;
}

static int lowest(unsigned int modes)
{
	return __builtin_ctz(modes);
}

/* Of modes that are one to the kernel, the higher is what people write: 7, not 6. */
static int name_of(unsigned int modes)
{
	int mode = lowest(modes);

	return modes & 1u << (mode | 1) ? mode | 1 : mode;
}

/* Modes that lose speak for the base, whatever of others was not shown. */
static void say_losing(struct nrb_answer *answer, const struct nrb_evidence *evidence,
	unsigned int losing)
{
	unsigned int rest = evidence->local & ~losing;
	char names[64], served[384], others[64], unknown[128] = "";

	if (rest != 0) {
		snprintf(unknown, sizeof(unknown), "; of %s that was not shown",
			nrb_claim_modes(others, sizeof(others), rest));
	}
	say(answer, base_mode(&evidence->served),
		"%d, since %s keep%s new memory local, but %s%s",
		base_mode(&evidence->served),
		nrb_claim_modes(names, sizeof(names), losing), nrb_claimfamily_s(losing),
		say_served(served, sizeof(served), evidence, losing), unknown);
}

/* Nothing stands beside the base; why. */
static void say_unmeasured(
	struct nrb_answer *answer, const struct nrb_claim_family *served)
{
	if (served->first == NULL) {
		say(answer, -1,
			"none: the scenario fileserver, which asks for it, was not measured");
	} else if (served->base == NULL) {
		say(answer, -1,
			"none: the scenario fileserver %s, which its other values are "
			"compared with",
			served->arm[0] == NULL ? "was not measured in mode 0"
					       : "has no cell in mode 0 that is ok");
	} else if (served->base->key.mode == NRB_ABSENT) {
		say(answer, -1,
			"none: the kernel has no vm.zone_reclaim_mode, and so no values to "
			"compare");
	} else {
		say(answer, -1,
			"none: there is nothing to compare mode %d with: no other value has "
			"a cell that is ok",
			base_mode(served));
	}
}

/* Modes that are one to the kernel with none of these: bit 1 is only a switch. */
static unsigned int find_unknown(unsigned int known)
{
	unsigned int unknown = 0;

	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		unsigned int same =
			mode <= NRB_MODE_ZONE ? 1u << mode : 3u << (mode & ~1);

		unknown |= (known & same) == 0 ? 1u << mode : 0;
	}
	return unknown;
}

/* What was not compared may well keep more. */
static void say_nothing_local(
	struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	const int base = base_mode(&evidence->served);
	unsigned int compared = evidence->compared;
	unsigned int unknown = find_unknown(compared | 1u << base);
	char names[64], others[64], rest[128] = "";

	nrb_claim_modes(names, sizeof(names), compared);
	if (unknown != 0) {
		snprintf(rest, sizeof(rest), "; %s %s not compared",
			nrb_claim_modes(others, sizeof(others), unknown),
			(unknown & (unknown - 1)) == 0 ? "was" : "were");
	}
	if ((compared & (compared - 1)) == 0) {
		say(answer, base,
			"%d, since %s kept no more new memory local, and so has nothing to give "
			"for what it costs%s",
			base, names, rest);
	} else {
		say(answer, base,
			"%d, since of %s none kept more new memory local, and so none has anything "
			"to give for what it costs%s",
			base, names, rest);
	}
}

/* Modes that keep more local, and of which no more is certain. */
static void say_undecided(struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	unsigned int local = evidence->local;
	bool served = (local & nrb_evidence_compared(&evidence->served)) != 0;
	bool several = (local & (local - 1)) != 0;
	char names[64];

	nrb_claim_modes(names, sizeof(names), local);
	say(answer, -1, "none: %s keep%s new memory local, and %s %s serve%s%s", names,
		nrb_claimfamily_s(local), served ? "that" : "what",
		several ? "they" : "it", nrb_claimfamily_s(local),
		served ? " fewer requests from cache was not shown"
		       : " in the scenario fileserver was not measured");
}

static void decide(struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	unsigned int local = evidence->local;
	unsigned int losing = local & (evidence->fewer | evidence->slower);
	unsigned int winning = local & ~losing & (evidence->more | evidence->faster);
	char names[64], served[384];

	if (evidence->served.base == NULL || evidence->compared == 0) {
		say_unmeasured(answer, &evidence->served);
	} else if (local == 0) {
		say_nothing_local(answer, evidence);
	} else if (winning != 0) {
		nrb_claim_modes(names, sizeof(names), winning);
		say(answer, name_of(winning),
			"%d, since %s keep%s new memory local, and %s", name_of(winning),
			names, nrb_claimfamily_s(winning),
			say_served(served, sizeof(served), evidence, winning));
	} else if (losing != 0) {
		say_losing(answer, evidence, losing);
	} else {
		say_undecided(answer, evidence);
	}
}

/* -- when it holds -- */

static void add(struct nrb_answer *answer, const char *fmt, ...) NRB_PRINTF(2, 3);

static void add(struct nrb_answer *answer, const char *fmt, ...)
{
	va_list args;

	if (answer->n_conditions == NRB_MAX_CONDITIONS) {
		return;
	}
	va_start(args, fmt);
	vsnprintf(answer->conditions[answer->n_conditions++], NRB_ANSWER_LEN, fmt, args);
	va_end(args);
}

static void add_scope(struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	char scope[NRB_ANSWER_LEN];

	if (evidence->served.first != NULL) {
		add(answer, "%s", nrb_answerscope_say(scope, sizeof(scope), evidence));
	}
}

static void add_locality(struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	unsigned int modes = nrb_evidence_local(&evidence->clean);
	char names[64], kept[80], base[NRB_UNITS_LEN], cost[256];

	if (modes == 0) {
		return;
	}
	nrb_claim_modes(names, sizeof(names), modes);
	add(answer,
		"Where jobs stay on one node and locality is worth more than cache: %s "
		"keep%s %s of new memory local (mode %d: %s)%s",
		names, nrb_claimfamily_s(modes),
		nrb_claimfamily_range(kept, sizeof(kept), &evidence->clean, modes,
			NRB_VALUE_LOCAL_RATIO),
		base_mode(&evidence->clean),
		median(base, evidence->clean.base, NRB_VALUE_LOCAL_RATIO,
			nrb_units_ratio),
		nrb_claimfamily_cost(cost, sizeof(cost), &evidence->clean, modes, true));
}

static void add_near(struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	const enum nrb_cellvalue value = NRB_VALUE_VICTIM_REMOTE_RATIO;
	const struct nrb_claim_family *family = &evidence->beside;
	char names[64], remote[80], base[NRB_UNITS_LEN];

	add(answer,
		"A job on another node has %s of its new memory elsewhere in mode %d, and %s "
		"in %s",
		median(base, family->base, value, nrb_units_ratio), base_mode(family),
		nrb_claimfamily_range(
			remote, sizeof(remote), family, evidence->near, value),
		nrb_claim_modes(names, sizeof(names), evidence->near));
}

static void add_sparing(struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	const enum nrb_cellvalue value = NRB_VALUE_VICTIM_FREE_LOST_BYTES;
	const struct nrb_claim_family *family = &evidence->beside;
	char names[64], lost[80], base[NRB_UNITS_LEN];

	add(answer,
		"The node of a job elsewhere loses %s of what is free there in mode %d, and "
		"%s in %s",
		median(base, family->base, value, show_bytes), base_mode(family),
		nrb_claimfamily_bytes(
			lost, sizeof(lost), family, evidence->sparing, value),
		nrb_claim_modes(names, sizeof(names), evidence->sparing));
}

static void add_neighbour(struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	unsigned int compared = nrb_evidence_compared(&evidence->beside);
	char names[64];

	if (compared == 0) {
		return;
	}
	if (evidence->near != 0) {
		add_near(answer, evidence);
	}
	if (evidence->sparing != 0) {
		add_sparing(answer, evidence);
	}
	if ((evidence->near | evidence->sparing) == 0) {
		add(answer,
			"A job on another node was not seen to keep more of its new memory "
			"there, nor its node more of what was free, in %s",
			nrb_claim_modes(names, sizeof(names), compared));
	}
}

static void add_risks(struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	char names[64];

	if (evidence->stalled != 0) {
		nrb_claim_modes(names, sizeof(names), evidence->stalled);
		names[0] = 'M';
		add(answer, "%s let an allocation all but stop, in a scenario below",
			names);
	}
	if (evidence->swapped != 0) {
		nrb_claim_modes(names, sizeof(names), evidence->swapped);
		names[0] = 'M';
		add(answer, "%s swapped memory out, in a scenario below", names);
	}
}

/* The largest ratio of a remote access to a local one, by the matrix; NAN. */
static double find_penalty(const struct nrb_report_data *data)
{
	double most = NAN;

	for (int i = data->group.n_allocating; i < data->group.n_arms; i++) {
		double ratio = nrb_penalty_of(data, data->group.arms[i]).small_ratio;

		most = isnan(most) || ratio > most ? ratio : most;
	}
	return most;
}

static void add_times(struct nrb_answer *answer, const struct nrb_evidence *evidence)
{
	double penalty = find_penalty(evidence->data);

	if (evidence->data->header->rehearsal) {
		add(answer,
			"Times were not weighed: in a virtual machine they are not real. On the "
			"server a remote access and a stall have their price (run --all)");
	} else if (!isnan(penalty)) {
		add(answer,
			"A remote access takes up to %.2f times as long as a local one (matrix)",
			penalty);
	}
}

static bool was_to_be(const struct nrb_end *end)
{
	return end != NULL && strstr(end->left_out, nrb_evidence_subject) != NULL;
}

void nrb_answer_make(struct nrb_answer *answer, const struct nrb_report_data *data)
{
	struct nrb_evidence evidence;

	*answer = (struct nrb_answer){ .mode = -1 };
	nrb_evidence_find(&evidence, data);
	if (evidence.served.first == NULL && !was_to_be(data->end)) {
		return;
	}
	answer->is_asked = true;
	decide(answer, &evidence);
	add_scope(answer, &evidence);
	add_locality(answer, &evidence);
	add_neighbour(answer, &evidence);
	add_risks(answer, &evidence);
	add_times(answer, &evidence);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An arm of --set: settings that hold together for a cell, from before its fill to its end. */
#ifndef NRB_SET_H
#define NRB_SET_H

#include "nrb/sample.h"
#include "nrb/settings.h"

enum { NRB_MAX_SET = 4 };

struct nrb_set {
	int n; /* 0: all as found */
	struct {
		const struct nrb_setting *setting;
		char value[NRB_SETTING_LEN]; /* canonical; "" while it is a multiple */
		int multiple; /* of what is found, and not known yet; 0: value is it */
	} items[NRB_MAX_SET];
	char text
		[NRB_SET_LEN]; /* as the record has it: "vm.swappiness=10+vm.dirty_ratio=40"; "" */
};

/**
 * Read one arm: "found" (all as found), or "NAME=VALUE", several joined by "+". A name is one that
 * nrb_setting_assign takes with may_set; a value of a number may be "x2" to "x99": times what is found.
 * Returns 0 or a negative errno, with a message (NRB_EXIT_USAGE): a name that may not be set, with
 * those that may; a value that the setting cannot have; a setting twice.
 */
int nrb_set_parse(struct nrb_set *set, const char *text);

/** Make values of multiples, by what is found below root; without any, nothing. Returns 0 or a negative
 * errno, with a message: what is found cannot be read, or so many times it is no value. */
int nrb_set_resolve(struct nrb_set *set, const struct nrb_root *root);

#endif

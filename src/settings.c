/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of what may be written, and reading, writing and comparing its values. */
#include "nrb/settings.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct nrb_setting nrb_setting_table[] = {
	{ .name = "vm.zone_reclaim_mode", .path = "proc/sys/vm/zone_reclaim_mode",
	  .kind = NRB_SETTING_VALUE, .rest = "0",
	  .max = INT_MAX, /* 5.10 to 7.3 keep bits above 2 and ignore them */
	  .help = "what a node does before memory of another node is used" },
	{ .name = "lru_gen.enabled", .path = "sys/kernel/mm/lru_gen/enabled",
	  .kind = NRB_SETTING_VALUE, .max = UINT_MAX, .is_switch = true,
	  .help = "multi-generational LRU (MGLRU); toggling it loses the age order of pages" },
	{ .name = "vm.stat_refresh", .path = "proc/sys/vm/stat_refresh",
	  .kind = NRB_SETTING_TRIGGER, .max = 1,
	  .help = "have the kernel fold its per-CPU counters" },
	{ .name = "self.oom_score_adj", .path = "proc/self/oom_score_adj",
	  .kind = NRB_SETTING_TRIGGER, .max = 1000,
	  .help = "our own processes: the guard last, those that measure first" },
	{ .name = NULL },
};
/* clang-format on */

const struct nrb_setting *nrb_setting_find(const char *name)
{
	for (const struct nrb_setting *row = nrb_setting_table; row->name != NULL;
		row++) {
		if (strcmp(row->name, name) == 0) {
			return row;
		}
	}
	return NULL;
}

/* What a text means to the kernel, which takes 0x and 0 as bases (kstrtouint with base 0). */
static bool parse(const struct nrb_setting *setting, const char *text, int64_t *number)
{
	char *end;

	if (setting->is_switch && strcmp(text, "n") == 0) {
		*number = 0;
		return true;
	}
	if (setting->is_switch && strcmp(text, "y") == 0) {
		*number = setting->max;
		return true;
	}
	if (!isdigit((unsigned char)text[0]) || strlen(text) >= NRB_SETTING_LEN) {
		return false;
	}
	errno = 0;
	*number = strtoll(text, &end, 0);
	return errno == 0 && *end == '\0' && *number <= setting->max;
}

bool nrb_setting_valid(const struct nrb_setting *setting, const char *value)
{
	int64_t number;

	return parse(setting, value, &number);
}

bool nrb_setting_same(const struct nrb_setting *setting, const char *a, const char *b)
{
	int64_t x, y;

	if (!parse(setting, a, &x) || !parse(setting, b, &y)) {
		return false;
	}
	if (setting->is_switch && (strcmp(a, "y") == 0 || strcmp(b, "y") == 0)) {
		return (x & 1) == (y & 1);
	}
	return x == y;
}

int nrb_setting_read(
	const struct nrb_root *root, const struct nrb_setting *setting, char *value)
{
	return nrb_fsroot_read_str(root, setting->path, value, NRB_SETTING_LEN);
}

int nrb_setting_write(
	const struct nrb_root *root, const struct nrb_setting *setting, const char *value)
{
	char read_back[NRB_SETTING_LEN];
	int rc = nrb_fsroot_write_str(root, setting->path, value);

	if (rc < 0 || setting->kind == NRB_SETTING_TRIGGER) {
		return rc;
	}
	rc = nrb_setting_read(root, setting, read_back);
	if (rc < 0) {
		return rc;
	}
	return nrb_setting_same(setting, value, read_back) ? 0 : -EBADMSG;
}

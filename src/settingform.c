/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forms of settings: how each is read, written, compared and typed by hand. */
#include "nrb/settings.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>

enum { MAX_RATIO = 100, RATIO_TRIES = 4 };

/* What a text means. */
struct meaning {
	int64_t number;
	bool is_ratio; /* of twins */
	bool is_on;    /* "y": the switch, with whatever parts the CPU has */
};

/* As the kernel does, which takes 0x and 0 as bases (kstrtouint with base 0). */
static bool parse_number(const char *text, int64_t min, int64_t max, int64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)text[0]) || strlen(text) >= NRB_SETTING_LEN) {
		return false;
	}
	errno = 0;
	*number = strtoll(text, &end, 0);
	return errno == 0 && *end == '\0' && *number >= min && *number <= max;
}

static bool parse_switch(
	const struct nrb_setting *setting, const char *text, struct meaning *meaning)
{
	if (strcmp(text, "n") == 0) {
		meaning->number = 0;
		return true;
	}
	if (strcmp(text, "y") == 0) {
		meaning->number = setting->max;
		meaning->is_on = true;
		return true;
	}
	return parse_number(text, setting->min, setting->max, &meaning->number);
}

static bool parse_twins(
	const struct nrb_setting *setting, const char *text, struct meaning *meaning)
{
	char ratio[NRB_SETTING_LEN];
	size_t len = strlen(text);

	if (len == 0 || len >= sizeof(ratio) || text[len - 1] != '%') {
		return parse_number(text, setting->min, setting->max, &meaning->number);
	}
	memcpy(ratio, text, len - 1);
	ratio[len - 1] = '\0';
	meaning->is_ratio = true;
	return parse_number(ratio, 0, MAX_RATIO, &meaning->number);
}

static bool parse(
	const struct nrb_setting *setting, const char *text, struct meaning *meaning)
{
	*meaning = (struct meaning){ 0 };
	switch (setting->form) {
	case NRB_FORM_SWITCH:
		return parse_switch(setting, text, meaning);
	case NRB_FORM_TWINS:
		return parse_twins(setting, text, meaning);
	case NRB_FORM_NUMBER:
	case NRB_FORM_SWAP:
		break;
	}
	return parse_number(text, setting->min, setting->max, &meaning->number);
}

/* A path that needs no quotes; /proc/swaps writes blanks and the like as octal, with a "\". */
static bool is_swap(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+./,:=@%";

	return strcmp(text, "none") == 0 ||
	       (text[0] == '/' && text[strspn(text, plain)] == '\0' &&
		       strlen(text) < NRB_SETTING_LEN);
}

bool nrb_setting_valid(const struct nrb_setting *setting, const char *value)
{
	struct meaning meaning;

	return setting->form == NRB_FORM_SWAP ? is_swap(value)
					      : parse(setting, value, &meaning);
}

bool nrb_setting_same(const struct nrb_setting *setting, const char *a, const char *b)
{
	struct meaning x, y;

	if (setting->form == NRB_FORM_SWAP) {
		return is_swap(a) && strcmp(a, b) == 0;
	}
	if (!parse(setting, a, &x) || !parse(setting, b, &y)) {
		return false;
	}
	if (x.is_on || y.is_on) {
		return (x.number & 1) == (y.number & 1);
	}
	return x.number == y.number && x.is_ratio == y.is_ratio;
}

bool nrb_setting_is_refused(int rc)
{
	static const int refusals[] = { -ENOENT, -EINVAL, -ERANGE, -EBADMSG, -EOPNOTSUPP,
		-ENOMEM };

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (rc == refusals[i]) {
			return true;
		}
	}
	return false;
}

int nrb_setting_canonical(
	const struct nrb_setting *setting, const char *text, char *value)
{
	struct meaning meaning;

	if (!nrb_setting_valid(setting, text)) {
		return -EINVAL;
	}
	if (setting->form == NRB_FORM_SWAP) {
		strcpy(value, text);
		return 0;
	}
	parse(setting, text, &meaning);
	if (meaning.is_on) {
		strcpy(value, "y");
		return 0;
	}
	snprintf(value, NRB_SETTING_LEN, "%" PRId64 "%s", meaning.number,
		meaning.is_ratio ? "%" : "");
	return 0;
}

bool nrb_setting_passes(
	const struct nrb_setting *setting, const char *target, const char *held)
{
	return setting->form == NRB_FORM_TWINS &&
	       nrb_setting_same(setting, target, "0%") &&
	       nrb_setting_same(setting, held, "1%");
}

static int read_twins(
	const struct nrb_root *root, const struct nrb_setting *setting, char *value)
{
	int64_t ratio = 0, bytes = 0, again = 0;
	int rc = nrb_fsroot_read_i64(root, setting->path, &ratio);

	/* the ratio must be of the same moment as the bytes */
	for (int i = 0; rc == 0 && i < RATIO_TRIES; i++) {
		rc = nrb_fsroot_read_i64(root, setting->twin_path, &bytes);
		if (rc == 0) {
			rc = nrb_fsroot_read_i64(root, setting->path, &again);
		}
		if (rc == 0 && again == ratio && (ratio == 0 || bytes == 0)) {
			break;
		}
		ratio = again;
	}
	if (rc < 0) {
		return rc;
	}
	/* both: two writers at once left it so; no write could bring it back, so it is no value */
	if (ratio != 0 && bytes != 0) {
		snprintf(value, NRB_SETTING_LEN, "%" PRId64 "%%+%" PRId64, ratio, bytes);
	} else if (bytes != 0) {
		snprintf(value, NRB_SETTING_LEN, "%" PRId64, bytes);
	} else {
		snprintf(value, NRB_SETTING_LEN, "%" PRId64 "%%", ratio);
	}
	return 0;
}

static int write_ratio(
	const struct nrb_root *root, const struct nrb_setting *setting, int64_t ratio)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, ratio);
	return nrb_fsroot_write_str(root, setting->path, text);
}

static int write_twins(
	const struct nrb_root *root, const struct nrb_setting *setting, const char *value)
{
	char held[NRB_SETTING_LEN];
	struct meaning meaning;
	int rc;

	parse(setting, value, &meaning);
	if (!meaning.is_ratio) {
		return nrb_fsroot_write_str(root, setting->twin_path, value);
	}
	rc = write_ratio(root, setting, meaning.number);
	if (rc < 0 || meaning.number != 0) {
		return rc;
	}
	/* 5.10 to 7.3 zero dirty_bytes only when dirty_ratio changes, and beside bytes it is 0
	 * already: it takes a detour (nrb_setting_passes) */
	rc = nrb_setting_read(root, setting, held);
	if (rc == 0 && !nrb_setting_same(setting, held, value)) {
		rc = write_ratio(root, setting, 1);
		if (rc == 0) {
			rc = write_ratio(root, setting, 0);
		}
	}
	return rc;
}

/* Lines of a head and then "PATH TYPE SIZE USED PRIORITY". */
static int read_swap(
	const struct nrb_root *root, const struct nrb_setting *setting, char *value)
{
	char *text, *line;
	size_t len;
	int rc = nrb_fsroot_read_all(root, setting->path, &text);

	if (rc < 0) {
		return rc;
	}
	line = strchr(text, '\n');
	line = line != NULL ? line + 1 : text + strlen(text);
	len = strcspn(line, " \t\n");
	if (*line == '\0') {
		strcpy(value, "none");
	} else if (line[strcspn(line, "\n")] != '\0' &&
		   line[strcspn(line, "\n") + 1] != '\0') {
		strcpy(value, "several");
	} else if (len < NRB_SETTING_LEN) {
		memcpy(value, line, len);
		value[len] = '\0';
	} else {
		rc = -EFBIG;
	}
	free(text);
	return rc;
}

/* Needs CAP_SYS_ADMIN. -ENOMEM of swapoff: what is swapped out does not fit into memory; swap stays
 * on. Source: swapon(2). */
static int write_swap(
	const struct nrb_root *root, const struct nrb_setting *setting, const char *value)
{
	char held[NRB_SETTING_LEN];
	int rc = nrb_setting_read(root, setting, held);

	if (rc < 0 || nrb_setting_same(setting, held, value)) {
		return rc;
	}
	/* the path is below another root, the system call is not; and other machines' swap is theirs */
	if (!root->live || !nrb_setting_can_swap(root)) {
		return -EOPNOTSUPP;
	}
	if (!nrb_setting_valid(setting, held)) {
		return -EBADMSG; /* several: which of them we could not tell */
	}
	do {
		rc = strcmp(value, "none") == 0 ? swapoff(held) : swapon(value, 0);
	} while (rc < 0 && errno == EINTR);
	return rc < 0 ? -errno : 0;
}

int nrb_setting_read(
	const struct nrb_root *root, const struct nrb_setting *setting, char *value)
{
	switch (setting->form) {
	case NRB_FORM_TWINS:
		return read_twins(root, setting, value);
	case NRB_FORM_SWAP:
		return read_swap(root, setting, value);
	case NRB_FORM_NUMBER:
	case NRB_FORM_SWITCH:
		break;
	}
	return nrb_fsroot_read_str(root, setting->path, value, NRB_SETTING_LEN);
}

static int write_form(
	const struct nrb_root *root, const struct nrb_setting *setting, const char *value)
{
	switch (setting->form) {
	case NRB_FORM_TWINS:
		return write_twins(root, setting, value);
	case NRB_FORM_SWAP:
		return write_swap(root, setting, value);
	case NRB_FORM_NUMBER:
	case NRB_FORM_SWITCH:
		break;
	}
	return nrb_fsroot_write_str(root, setting->path, value);
}

int nrb_setting_write(
	const struct nrb_root *root, const struct nrb_setting *setting, const char *value)
{
	char read_back[NRB_SETTING_LEN];
	int rc = write_form(root, setting, value);

	if (rc < 0 || setting->kind == NRB_SETTING_TRIGGER) {
		return rc;
	}
	rc = nrb_setting_read(root, setting, read_back);
	if (rc < 0) {
		return rc;
	}
	return nrb_setting_same(setting, value, read_back) ? 0 : -EBADMSG;
}

const char *nrb_setting_command(char *buf, size_t len, const struct nrb_root *root,
	const struct nrb_setting *setting, const char *value)
{
	const char *top = root->live ? "/" : "ROOT/";
	const char *path = setting->path;
	struct meaning meaning;

	if (setting->form == NRB_FORM_SWAP) {
		bool is_off = strcmp(value, "none") == 0;

		snprintf(buf, len, "%s %s", is_off ? "swapoff" : "swapon",
			is_off ? "-a" : value);
		return buf;
	}
	if (setting->form != NRB_FORM_TWINS || !parse(setting, value, &meaning)) {
		snprintf(buf, len, "echo %s > %s%s", value, top, path);
	} else if (!meaning.is_ratio) {
		snprintf(buf, len, "echo %s > %s%s", value, top, setting->twin_path);
	} else if (meaning.number == 0) {
		snprintf(buf, len, "echo 1 > %s%s; echo 0 > %s%s", top, path, top, path);
	} else {
		snprintf(buf, len, "echo %" PRId64 " > %s%s", meaning.number, top, path);
	}
	return buf;
}

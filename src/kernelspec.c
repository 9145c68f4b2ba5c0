/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels as they are named on the command line. */
#include "nrb/kernelspec.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char digits[] = "0123456789";

/* As fetch-kernel has it. */
static bool is_suite(const char *text, size_t len)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return len > 0 && text[0] != '-' && strspn(text, good) >= len;
}

/* "6.1": a suite may hold several, and of each the newest is taken. */
static bool is_version(const char *text)
{
	size_t major = strspn(text, digits);

	return major > 0 && text[major] == '.' && text[major + 1] != '\0' &&
	       strspn(text + major + 1, digits) == strlen(text + major + 1);
}

static int parse_dir(const char *text, struct nrb_kernelspec *spec)
{
	size_t end = strlen(text), begin;

	while (end > 0 && text[end - 1] == '/') {
		end--;
	}
	for (begin = end; begin > 0 && text[begin - 1] != '/';) {
		begin--;
	}
	if (end == begin || end - begin >= sizeof(spec->name)) {
		return -EINVAL;
	}
	memcpy(spec->name, text + begin, end - begin);
	spec->dir = text;
	return 0;
}

static int parse_suite(const char *text, struct nrb_kernelspec *spec)
{
	size_t len = strcspn(text, ":");
	const char *version = text[len] == ':' ? text + len + 1 : NULL;
	const char *minor = version != NULL ? strchr(version, '.') : NULL;

	if (!is_suite(text, len) || strlen(text) >= sizeof(spec->suite) / 2 ||
		(version != NULL && !is_version(version))) {
		return -EINVAL;
	}
	memcpy(spec->suite, text, len);
	snprintf(spec->name, sizeof(spec->name), "%s%s%s", spec->suite,
		version != NULL ? "-" : "", version != NULL ? version : "");
	if (minor != NULL) {
		snprintf(spec->pattern, sizeof(spec->pattern),
			"linux-image-%.*s\\%s\\..*-cloud-amd64", (int)(minor - version),
			version, minor);
	}
	return 0;
}

int nrb_kernelspec_parse(const char *text, struct nrb_kernelspec *spec)
{
	*spec = (struct nrb_kernelspec){ 0 };
	if (strchr(text, '/') != NULL) {
		return parse_dir(text, spec);
	}
	if (strcmp(text, NRB_KERNELSPEC_OWN) == 0) {
		snprintf(spec->name, sizeof(spec->name), "%s", text);
		return 0;
	}
	return parse_suite(text, spec);
}

const char *nrb_kernelspec_name(
	char *buf, size_t len, const char *path, const struct nrb_kernelspec *spec)
{
	static const char end[] = ".jsonl";
	size_t stem = strlen(path);
	int n;

	if (stem > sizeof(end) - 1 && strcmp(path + stem - (sizeof(end) - 1), end) == 0 &&
		path[stem - sizeof(end)] != '/') {
		stem -= sizeof(end) - 1;
	}
	n = snprintf(buf, len, "%.*s-%s%s", (int)stem, path, spec->name, path + stem);
	return n > 0 && (size_t)n < len ? buf : NULL;
}

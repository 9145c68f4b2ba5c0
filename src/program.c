/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking programs up with suspicion. */
#include "nrb/program.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char default_path[] = "/usr/sbin:/usr/bin:/sbin:/bin";

/* apt has its proxy from these; TMPDIR and the cache are the user's. */
static const char *const handed_on[] = { "HOME", "XDG_CACHE_HOME", "TMPDIR", "http_proxy",
	"https_proxy", "no_proxy" };

enum { N_HANDED_ON = sizeof(handed_on) / sizeof(handed_on[0]) };

static bool is_ours_alone(const struct stat *st, bool is_above)
{
	bool shared = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0;

	return st->st_uid == 0 && (!shared || (is_above && (st->st_mode & S_ISVTX)));
}

static bool is_safe(const char *path, bool is_above)
{
	char real[PATH_MAX];
	struct stat st;
	char *slash;

	if (realpath(path, real) == NULL || lstat(real, &st) < 0 ||
		!is_ours_alone(&st, is_above)) {
		return false;
	}
	while ((slash = strrchr(real, '/')) != NULL && real[1] != '\0') {
		slash[slash == real ? 1 : 0] = '\0';
		if (lstat(real, &st) < 0 || !is_ours_alone(&st, true)) {
			return false;
		}
	}
	return true;
}

bool nrb_program_is_safe(const char *path)
{
	return is_safe(path, false);
}

bool nrb_program_is_safe_above(const char *path)
{
	return is_safe(path, true);
}

/* The next directory of *rest that may be used; false: there is none. */
static bool next_dir(const char **rest, char dir[PATH_MAX])
{
	while (**rest != '\0') {
		size_t len = strcspn(*rest, ":");
		const char *at = *rest;

		*rest += len + ((*rest)[len] == ':');
		if (at[0] != '/' || len >= PATH_MAX) {
			continue;
		}
		memcpy(dir, at, len);
		dir[len] = '\0';
		if (geteuid() != 0 || nrb_program_is_safe(dir)) {
			return true;
		}
	}
	return false;
}

static const char *asked(void)
{
	const char *path = getenv("PATH");

	return path != NULL ? path : default_path;
}

int nrb_program_path(char *path, size_t len)
{
	const char *rest = asked();
	char dir[PATH_MAX];
	size_t used = 0;

	path[0] = '\0';
	while (next_dir(&rest, dir)) {
		int n = snprintf(
			path + used, len - used, "%s%s", used > 0 ? ":" : "", dir);

		if (n >= (int)(len - used)) {
			return -ENAMETOOLONG;
		}
		used += (size_t)n;
	}
	return 0;
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0 &&
	       (geteuid() != 0 || nrb_program_is_safe(path));
}

int nrb_program_find(const char *name, char *path, size_t len)
{
	const char *rest = asked();
	char dir[PATH_MAX], file[PATH_MAX], real[PATH_MAX];

	while (next_dir(&rest, dir)) {
		if (snprintf(file, sizeof(file), "%s/%s", dir, name) <
				(int)sizeof(file) &&
			is_program(file) && realpath(file, real) != NULL) {
			return snprintf(path, len, "%s", real) < (int)len ? 0
									  : -ENAMETOOLONG;
		}
	}
	return -ENOENT;
}

static bool add(char **environment, const char *name, const char *value)
{
	while (*environment != NULL) {
		environment++;
	}
	if (asprintf(environment, "%s=%s", name, value) < 0) {
		*environment = NULL;
		return false;
	}
	return true;
}

static bool fill(char **environment)
{
	char path[4 * PATH_MAX];
	bool ok = nrb_program_path(path, sizeof(path)) == 0 &&
		  add(environment, "PATH", path) && add(environment, "LC_ALL", "C");

	for (size_t i = 0; i < N_HANDED_ON && ok; i++) {
		const char *value = getenv(handed_on[i]);

		ok = value == NULL || add(environment, handed_on[i], value);
	}
	return ok;
}

char **nrb_program_environment(void)
{
	char **environment = calloc(N_HANDED_ON + 3, sizeof(*environment));

	if (environment != NULL && !fill(environment)) {
		for (char **word = environment; *word != NULL; word++) {
			free(*word);
		}
		free(environment);
		return NULL;
	}
	return environment;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files of a machine set vm.zone_reclaim_mode at boot. */
#include "nrb/sysctlfiles.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char knob[] = "vm.zone_reclaim_mode";

/* The first one that has a file of a name is the one that is read. */
static const char *const directories[] = {
	"etc/sysctl.d",
	"run/sysctl.d",
	"usr/local/lib/sysctl.d",
	"usr/lib/sysctl.d",
};

enum {
	N_DIRECTORIES = sizeof(directories) / sizeof(directories[0]),
	PATH_LEN = NRB_SYSCTLFILES_PATH - 1, /* without the slash in front */
	MAX_NAMES = 1024,
	MAX_PROFILES = 64, /* that are looked at: they may include each other */
};

/* -- what a file says -- */

static char *strip(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1])) {
		*--end = '\0';
	}
	return text + strspn(text, " \t\r\n\v\f");
}

/* "vm/zone_reclaim_mode" and "vm.zone_*" are it, too; "-" before it: failing is no error. */
static bool is_knob(char *key)
{
	key += key[0] == '-';
	key = strip(key);
	for (char *p = strchr(key, '/'); p != NULL; p = strchr(p, '/')) {
		*p = '.';
	}
	return fnmatch(key, knob, 0) == 0;
}

/* The last line that sets it counts. section: of an ini file, NULL of sysctl.d. */
static bool find_value(char *text, const char *section, char *value, size_t len)
{
	bool in_section = section == NULL, found = false;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save)) {
		char *equals;

		line = strip(line);
		if (section != NULL && line[0] == '[') {
			in_section = strncmp(line + 1, section, strlen(section)) == 0 &&
				     line[1 + strlen(section)] == ']';
		}
		equals = strchr(line, '=');
		if (!in_section || line[0] == '#' || line[0] == ';' || equals == NULL) {
			continue;
		}
		*equals = '\0';
		if (is_knob(strip(line))) {
			snprintf(value, len, "%s", strip(equals + 1));
			found = true;
		}
	}
	return found;
}

/* A link by which another machine's tree would lead into this one; what is masked leads nowhere. */
static bool leads_out(const struct nrb_root *root, const char *path)
{
	char target[NRB_SYSCTLFILES_PATH];
	ssize_t n =
		root->live ? -1 : readlinkat(root->fd, path, target, sizeof(target) - 1);

	if (n <= 0) {
		return false;
	}
	target[n] = '\0';
	return target[0] == '/' && strcmp(target, "/dev/null") != 0;
}

/* Regular files alone: a FIFO would never end. */
static int read_file(struct nrb_sysctlfiles *files, const struct nrb_root *root,
	const char *path, char **text)
{
	struct stat st;
	int rc;

	if (leads_out(root, path)) {
		rc = -EXDEV;
	} else if (fstatat(root->fd, path, &st, 0) < 0) {
		rc = errno == ENOENT || errno == ENOTDIR ? -ENOENT : -EIO;
	} else if (S_ISCHR(st.st_mode)) {
		rc = -ENOENT;
	} else {
		rc = S_ISREG(st.st_mode) ? nrb_fsroot_read_all(root, path, text)
					 : -EINVAL;
	}
	files->unread += rc < 0 && rc != -ENOENT;
	return rc;
}

static void look_at(struct nrb_sysctlfiles *files, const struct nrb_root *root,
	const char *path, const char *section)
{
	struct nrb_sysctlfile file;
	char *text;

	if (read_file(files, root, path, &text) < 0) {
		return;
	}
	if (find_value(text, section, file.value, sizeof(file.value))) {
		snprintf(file.path, sizeof(file.path), "/%s", path);
		if (files->n < NRB_SYSCTLFILES_MAX) {
			files->file[files->n] = file;
		}
		files->n++;
	}
	free(text);
}

/* -- sysctl.d -- */

struct names {
	int n;
	struct name {
		char name[256];
		int directory;
	} * list;
};

static bool ends_with_conf(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

static bool is_listed(const struct names *names, const char *name)
{
	for (int i = 0; i < names->n; i++) {
		if (strcmp(names->list[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

static void list_directory(struct nrb_sysctlfiles *files, struct names *names,
	const struct nrb_root *root, int number)
{
	const struct dirent *entry;
	DIR *dir;
	int fd, rc;

	rc = nrb_fsroot_open_file(root, directories[number], O_RDONLY | O_DIRECTORY, &fd);
	if (rc < 0) {
		files->unread += rc != -ENOENT && rc != -ENOTDIR;
		return;
	}
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return;
	}
	while (names->n < MAX_NAMES && (entry = readdir(dir)) != NULL) {
		if (ends_with_conf(entry->d_name) && !is_listed(names, entry->d_name)) {
			struct name *name = &names->list[names->n++];

			snprintf(name->name, sizeof(name->name), "%s", entry->d_name);
			name->directory = number;
		}
	}
	closedir(dir);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
}

void nrb_sysctlfiles_find(struct nrb_sysctlfiles *files, const struct nrb_root *root)
{
	struct names names = { .list = calloc(MAX_NAMES, sizeof(*names.list)) };

	if (names.list != NULL) {
		for (int i = 0; i < N_DIRECTORIES; i++) {
			list_directory(files, &names, root, i);
		}
		qsort(names.list, (size_t)names.n, sizeof(*names.list), compare_names);
	}
	for (int i = 0; i < names.n; i++) {
		char path[PATH_LEN];

		snprintf(path, sizeof(path), "%s/%s",
			directories[names.list[i].directory], names.list[i].name);
		look_at(files, root, path, NULL);
	}
	free(names.list);
	/* sysctl --system reads it last; systemd-sysctl only where sysctl.d links to it */
	look_at(files, root, "etc/sysctl.conf", NULL);
}

/* -- tuned -- */

/* What tuned takes for a name; so nothing of a file can stand in ours that is none. */
static bool is_profile_name(const char *name)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return name[0] != '\0' && name[strspn(name, letters)] == '\0' &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int nrb_sysctlfiles_active_profile(const struct nrb_root *root, char *buf, size_t len)
{
	char text[1024], *save = NULL;
	int rc =
		nrb_fsroot_read_str(root, "etc/tuned/active_profile", text, sizeof(text));
	size_t used = 0;

	buf[0] = '\0';
	if (rc < 0) {
		return rc;
	}
	for (char *name = strtok_r(text, " \t\n", &save); name != NULL;
		name = strtok_r(NULL, " \t\n", &save)) {
		if (!is_profile_name(name) || used + strlen(name) + 2 > len) {
			buf[0] = '\0';
			return -EINVAL;
		}
		used += (size_t)snprintf(
			buf + used, len - used, "%s%s", used > 0 ? "," : "", name);
	}
	return used > 0 ? 0 : -ENOENT;
}

/* The first of these that is there is the one that is read. */
static int read_profile(struct nrb_sysctlfiles *files, const struct nrb_root *root,
	const char *name, char *path, size_t len, char **text)
{
	static const char *const homes[] = {
		"etc/tuned/profiles",
		"etc/tuned",
		"usr/lib/tuned/profiles",
		"usr/lib/tuned",
	};
	int rc = -ENOENT;

	for (int i = 0; rc < 0 && i < 4; i++) {
		snprintf(path, len, "%s/%s/tuned.conf", homes[i], name);
		rc = read_file(files, root, path, text);
	}
	return rc;
}

/* The value of include= in [main], within text; NULL. */
static char *find_includes(char *text)
{
	char *includes = NULL, *save = NULL;
	bool in_main = false;

	for (char *line = strtok_r(text, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save)) {
		char *equals = strchr(line, '=');

		line = strip(line);
		if (line[0] == '[') {
			in_main = strncmp(line, "[main]", 6) == 0;
		} else if (in_main && equals != NULL) {
			*equals = '\0';
			if (strcmp(strip(line), "include") == 0) {
				includes = equals + 1;
			}
		}
	}
	return includes;
}

/* What is included is read first, and so what includes it counts. */
static void look_at_profiles(struct nrb_sysctlfiles *files, const struct nrb_root *root,
	char *names, int *left)
{
	char path[PATH_LEN], *text, *includes, *save = NULL;

	for (char *name = strtok_r(names, ",; \t", &save); name != NULL && (*left)-- > 0;
		name = strtok_r(NULL, ",; \t", &save)) {
		if (!is_profile_name(name) || strlen(name) > 128 ||
			read_profile(files, root, name, path, sizeof(path), &text) < 0) {
			continue;
		}
		includes = find_includes(text);
		if (includes != NULL) {
			look_at_profiles(files, root, includes, left);
		}
		free(text);
		look_at(files, root, path, "sysctl");
	}
}

void nrb_sysctlfiles_find_tuned(
	struct nrb_sysctlfiles *files, const struct nrb_root *root)
{
	char names[1024];
	int left = MAX_PROFILES;

	if (nrb_sysctlfiles_active_profile(root, names, sizeof(names)) == 0) {
		look_at_profiles(files, root, names, &left);
	}
}

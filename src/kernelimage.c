/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel for the guest, with its modules. */
#include "nrb/kernelimage.h"

#include "nrb/diag.h"
#include "nrb/guestfiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAY_OUT "give one with --kernel FILE --modules DIR, or --kernel-deb FILE"

int nrb_kernelimage_given(
	const char *kernel, const char *modules, struct nrb_kernelimage *image)
{
	image->kernel = realpath(kernel, NULL);
	if (!image->kernel || access(image->kernel, R_OK) < 0) {
		return nrb_fail(-errno, "--kernel %s", kernel);
	}
	image->modules = realpath(modules, NULL);
	if (!image->modules) {
		return nrb_fail(-errno, "--modules %s", modules);
	}
	if (faccessat(AT_FDCWD, image->modules, X_OK, 0) < 0) {
		return nrb_fail(-errno, "--modules %s", modules);
	}
	return 0;
}

/* The image of one release, if it and the modules' index can be read. */
static int try_release(
	const char *root, const char *release, struct nrb_kernelimage *image)
{
	struct nrb_words names = { 0 };
	int rc;

	nrb_words_add(&names, "%s/boot/vmlinuz-%s", root, release);
	nrb_words_add(&names, "%s/lib/modules/%s/vmlinuz", root, release);
	nrb_words_add(&names, "%s/lib/modules/%s/modules.dep", root, release);
	nrb_words_add(&names, "%s/lib/modules/%s", root, release);
	rc = names.err;
	if (!rc && access(names.word[2], R_OK) < 0) {
		rc = -ENOENT;
	}
	if (!rc) {
		int which = access(names.word[0], R_OK) == 0 ? 0 : 1;

		image->kernel = realpath(names.word[which], NULL);
		image->modules = realpath(names.word[3], NULL);
		if (!image->kernel || !image->modules ||
			access(image->kernel, R_OK) < 0) {
			nrb_kernelimage_finish(image);
			rc = -ENOENT;
		}
	}
	nrb_words_finish(&names);
	return rc;
}

int nrb_kernelimage_installed(const char *root, struct nrb_kernelimage *image)
{
	struct nrb_words dir = { 0 };
	struct dirent **releases;
	int n, rc = -ENOENT;

	nrb_words_add(&dir, "%s/lib/modules", root);
	n = dir.err ? -1 : scandir(dir.word[0], &releases, NULL, versionsort);
	nrb_words_finish(&dir);
	if (n < 0) {
		return -ENOENT;
	}
	for (int i = n - 1; i >= 0; i--) {
		if (rc == -ENOENT && releases[i]->d_name[0] != '.') {
			rc = try_release(root, releases[i]->d_name, image);
		}
		free(releases[i]);
	}
	free(releases);
	return rc == 0 || rc == -ENOENT ? rc : nrb_fail(rc, "search for a kernel");
}

int nrb_kernelimage_in(const char *dir, struct nrb_kernelimage *image)
{
	int rc = nrb_kernelimage_installed(dir, image);

	return rc == -ENOENT
		       ? nrb_refuse(NRB_EXIT_NOT_HERE,
				 "it takes boot/vmlinuz-RELEASE and lib/modules/RELEASE",
				 "%s has no kernel with its modules", dir)
		       : rc;
}

/* Take one line "KEY=PATH" of fetch-kernel's stdout. PATH is relative to the working directory
 * if it lies there. */
static void take_line(
	const struct nrb_workdir *workdir, char *line, const char *key, char **to)
{
	size_t len = strlen(key);

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, key, len) != 0 || line[len] != '=') {
		return;
	}
	line += len + 1;
	free(*to);
	if (asprintf(to, "%s%s%s", line[0] == '/' ? "" : workdir->path,
		    line[0] == '/' ? "" : "/", line) < 0) {
		*to = NULL;
	}
}

static int take_answer(const struct nrb_workdir *workdir, struct nrb_kernelimage *image)
{
	int fd = openat(workdir->fd, "fetch-kernel.out", O_RDONLY | O_CLOEXEC);
	FILE *answer = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;

	if (!answer) {
		return nrb_fail(-errno, "cannot read %s/fetch-kernel.out", workdir->path);
	}
	while (getline(&line, &size, answer) > 0) {
		take_line(workdir, line, "kernel", &image->kernel);
		take_line(workdir, line, "modules", &image->modules);
	}
	free(line);
	(void)fclose(answer); /* was only read */
	if (!image->kernel || !image->modules) {
		return nrb_fail(-EPROTO, "fetch-kernel named no kernel");
	}
	return 0;
}

static int run_fetch(const struct nrb_workdir *workdir, struct nrb_interrupt *interrupt,
	const struct nrb_words *args, struct nrb_kernelimage *image)
{
	char reason[256];
	int rc = nrb_workdir_run(workdir, interrupt, "fetch-kernel",
		nrb_guest_fetch_kernel, args, reason, sizeof(reason));

	if (rc == -ECHILD) {
		return nrb_refuse(
			NRB_EXIT_FAILED, WAY_OUT, "no kernel for the guest: %s", reason);
	}
	return rc ? rc : take_answer(workdir, image);
}

int nrb_kernelimage_fetch(const struct nrb_workdir *workdir,
	struct nrb_interrupt *interrupt, const char *suite, const char *pattern,
	struct nrb_kernelimage *image)
{
	struct nrb_words args = { 0 };
	int rc;

	if (suite[0] == '\0') {
		nrb_note(
			"no kernel is installed here that a guest could use; "
			"taking the distribution's cloud kernel (fetched once, into the user's cache)");
	} else {
		nrb_words_add(&args, "%s", suite);
	}
	if (suite[0] != '\0' && pattern[0] != '\0') {
		nrb_words_add(&args, "%s", pattern);
	}
	rc = args.err ? nrb_fail(args.err, "fetch-kernel %s", suite)
		      : run_fetch(workdir, interrupt, &args, image);
	nrb_words_finish(&args);
	return rc;
}

int nrb_kernelimage_unpack(const struct nrb_workdir *workdir,
	struct nrb_interrupt *interrupt, const char *const *debs,
	struct nrb_kernelimage *image)
{
	struct nrb_words args = { 0 };
	int rc = 0;

	nrb_words_add(&args, "-x");
	nrb_words_add(&args, "kernel");
	for (; *debs && !rc; debs++) {
		char *path = realpath(*debs, NULL);

		if (!path) {
			rc = nrb_fail(-errno, "--kernel-deb %s", *debs);
		} else {
			nrb_words_add(&args, "%s", path);
		}
		free(path);
	}
	if (!rc) {
		rc = run_fetch(workdir, interrupt, &args, image);
	}
	nrb_words_finish(&args);
	return rc;
}

void nrb_kernelimage_finish(struct nrb_kernelimage *image)
{
	free(image->kernel);
	free(image->modules);
	*image = (struct nrb_kernelimage){ 0 };
}

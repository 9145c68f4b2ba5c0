/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The least that any reader of records pays: each line of the files named, parsed by jansson and dropped. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 1 << 16 };

static int parse(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int rc = 0;

	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	(void)setvbuf(file, NULL, _IOFBF, BUFFER);
	while (rc == 0 && (len = getline(&line, &room, file)) > 0) {
		json_t *json = json_loadb(line, (size_t)len, 0, NULL);

		rc = json == NULL ? -1 : 0;
		json_decref(json);
	}
	free(line);
	fclose(file);
	return rc;
}

int main(int argc, char **argv)
{
	int rc = 0;

	for (int i = 1; rc == 0 && i < argc; i++) {
		rc = parse(argv[i]);
	}
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

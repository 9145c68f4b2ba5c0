/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drives a fuzzer where there is no libFuzzer: mutate SEED DIRECTORY...
 * Takes every file of the directories as it is, then changes them for $NRB_FUZZ_SECONDS (5). What a
 * round does depends on its seed alone, which the parent of the process that dies in it says.
 */
#include "nrb/rng.h"

#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A round is longer than a trial of ours may take (10 s), and than an input takes where tests of guests leave
 * little of the machine. */
enum { MAX_FILES = 512, MAX_BYTES = 512 * 1024, ROUND_SECONDS = 40 };

static struct input {
	char name[256];
	uint8_t *bytes;
	size_t size;
} files[MAX_FILES];
static size_t n_files;

static uint8_t mutant[2 * MAX_BYTES];
static size_t mutant_size;

/* What a number, a string or a value may become; numbers first. */
enum { N_NUMBERS = 15 };
static const char *const tokens[] = { "-1", "0", "1", "7", "8", "255", "256", "1024",
	"4096", "2147483648", "1099511627776", "9007199254740993", "9223372036854775807",
	"-9223372036854775808", "18446744073709551615", "1e400", "-0", "0.1", "1E-400",
	"NaN", "null", "true", "false", "[]", "{}", "\"\"", "\"\\u001b[2J\"",
	"\"\\u0000\"", "\"\\ud800\"", "\"</script><b>\"", "\"`id`\"", "\"a\\nb\"",
	"\"%s%n\"", "\"cell\"", "\"header\"", "\"end\"", "\"ok\"", "\"stalled\"",
	"\"warm-up\"", "\"disturbed\"", "\"fileserver\"", "\"matrix\"", "\"neighbour\"",
	"\"headroom\"", "\"dirty\"", "\"anon\"", "\n", ",", ":", "[[", "]]",
	"{\"type\":\"cell\"}", "{\"node\":0}", "\\", "\"", "\x80", "\xff" };

static void read_file(const char *directory, const char *name)
{
	struct input *input = &files[n_files];
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "rb");
	input->bytes = malloc(MAX_BYTES);
	assert(input->bytes != NULL);
	input->size = file != NULL ? fread(input->bytes, 1, MAX_BYTES, file) : 0;
	snprintf(input->name, sizeof(input->name), "%s", name);
	if (file == NULL || input->size == 0) {
		free(input->bytes);
	} else {
		n_files++;
	}
	if (file != NULL) {
		fclose(file);
	}
}

static void read_directory(const char *directory)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	assert(dir != NULL);
	while ((entry = readdir(dir)) != NULL && n_files < MAX_FILES) {
		if (entry->d_type == DT_REG) {
			read_file(directory, entry->d_name);
		}
	}
	closedir(dir);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct input *)a)->name, ((const struct input *)b)->name);
}

static size_t below(struct nrb_rng *rng, size_t n)
{
	return n > 0 ? (size_t)(nrb_rng_next(rng) % n) : 0;
}

/* Put bytes in the place of so many at a position. */
static void replace(size_t at, size_t gone, const void *bytes, size_t size)
{
	if (mutant_size - gone + size > sizeof(mutant)) {
		return;
	}
	memmove(mutant + at + size, mutant + at + gone, mutant_size - at - gone);
	memcpy(mutant + at, bytes, size);
	mutant_size += size - gone;
}

/* A value in the place of one: from behind a colon to the next comma or bracket. */
static void replace_value(struct nrb_rng *rng)
{
	const char *token = tokens[below(rng, sizeof(tokens) / sizeof(tokens[0]))];
	size_t at = below(rng, mutant_size), end;

	while (at < mutant_size && mutant[at] != ':') {
		at++;
	}
	at += at < mutant_size;
	for (end = at; end < mutant_size && strchr(",]}\n", mutant[end]) == NULL; end++) {
	}
	replace(at, end - at, token, strlen(token));
}

/* A number in the place of one. */
static void replace_number(struct nrb_rng *rng)
{
	const char *token = tokens[below(rng, N_NUMBERS)];
	size_t at = below(rng, mutant_size), end;

	while (at < mutant_size && !isdigit(mutant[at])) {
		at++;
	}
	for (end = at; end < mutant_size && isdigit(mutant[end]); end++) {
	}
	replace(at, end - at, token, strlen(token));
}

/* A part of a file, or of another. */
static void splice(struct nrb_rng *rng)
{
	const struct input *from = &files[below(rng, n_files)];
	size_t start = below(rng, from->size);
	size_t size = below(rng, from->size - start < 4096 ? from->size - start : 4096);
	size_t at = below(rng, mutant_size);

	replace(at, below(rng, mutant_size - at < size ? mutant_size - at : size),
		from->bytes + start, size);
}

static void mutate(struct nrb_rng *rng)
{
	const char *token = tokens[below(rng, sizeof(tokens) / sizeof(tokens[0]))];
	size_t at = below(rng, mutant_size);
	uint8_t byte = (uint8_t)nrb_rng_next(rng);

	switch (below(rng, 8)) {
	case 0:
		replace(at, mutant_size > at, &byte, 1);
		break;
	case 1:
		replace(at, 0, token, strlen(token));
		break;
	case 2:
		replace(at, below(rng, mutant_size - at < 512 ? mutant_size - at : 512),
			"", 0);
		break;
	case 3:
		splice(rng);
		break;
	case 4:
		replace_number(rng);
		break;
	default: /* others make what is no JSON, and are refused at once */
		if (memchr(mutant, '{', mutant_size) != NULL) {
			replace_value(rng);
		} else {
			replace_number(rng);
		}
		break;
	}
}

static void make(uint64_t seed, uint64_t round)
{
	struct nrb_rng rng = nrb_rng_init(seed + round);
	const struct input *input;

	if (round < n_files) {
		memcpy(mutant, files[round].bytes, files[round].size);
		mutant_size = files[round].size;
		return;
	}
	input = &files[below(&rng, n_files)];
	memcpy(mutant, input->bytes, input->size);
	mutant_size = input->size;
	for (size_t n = 1 + below(&rng, 6); n > 0; n--) {
		mutate(&rng);
	}
}

static int run(uint64_t seed, volatile uint64_t *round)
{
	const char *seconds = getenv("NRB_FUZZ_SECONDS");
	time_t until = time(NULL) + (seconds != NULL ? atoi(seconds) : 5);

	for (; *round < n_files || time(NULL) < until; (*round)++) {
		make(seed, *round);
		alarm(ROUND_SECONDS);
		LLVMFuzzerTestOneInput(mutant, mutant_size);
	}
	alarm(0);
	return 0;
}

static void keep(uint64_t seed, uint64_t round)
{
	char name[64];
	FILE *file;

	make(seed, round);
	snprintf(name, sizeof(name), "crash-%llu-%llu", (unsigned long long)seed,
		(unsigned long long)round);
	file = fopen(name, "wb");
	if (file != NULL && fwrite(mutant, 1, mutant_size, file) == mutant_size) {
		fprintf(stderr, "its input is in %s\n", name);
	}
	if (file != NULL) {
		fclose(file);
	}
}

int main(int argc, char **argv)
{
	volatile uint64_t *round = mmap(NULL, sizeof(*round), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t seed;
	int status;
	pid_t child;

	assert(argc > 2 && round != MAP_FAILED);
	seed = strtoull(argv[1], NULL, 10);
	for (int i = 2; i < argc; i++) {
		read_directory(argv[i]);
	}
	qsort(files, n_files, sizeof(files[0]), by_name);
	child = fork();
	if (child == 0) {
		return run(seed, round);
	}
	assert(child > 0 && waitpid(child, &status, 0) == child);
	printf("%zu files, %llu rounds, seed %llu\n", n_files, (unsigned long long)*round,
		(unsigned long long)seed);
	if (status != 0) {
		keep(seed, *round);
	}
	return status != 0;
}

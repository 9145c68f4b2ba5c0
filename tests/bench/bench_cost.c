/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run a program and tell what it cost: seconds of the processor and peak memory in KiB, as a line
 * on the descriptor 3; ends as the program did. A process inherits the peak of whoever made it:
 * this one is smaller than what it measures, which an interpreter is not.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RESULT_FD = 3, CANNOT = 127 };

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	struct rusage used;
	int status;
	pid_t child;

	if (argc < 2) {
		fprintf(stderr, "usage: bench_cost PROGRAM [ARGUMENT...] 3>RESULT\n");
		return CANNOT;
	}
	child = fork();
	if (child == 0) {
		close(RESULT_FD);
		execv(argv[1], argv + 1);
		fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		_exit(CANNOT);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0 || !WIFEXITED(status)) {
		fprintf(stderr, "%s did not run to its end\n", argv[1]);
		return CANNOT;
	}
	dprintf(RESULT_FD, "%.6f %ld\n", seconds(used.ru_utime) + seconds(used.ru_stime),
		used.ru_maxrss);
	return WEXITSTATUS(status);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's side of a rehearsal, with a shell script in QEMU's place: what comes over the ports
 * reaches the user, and every way in which a guest can end, ends well. */
#include "nrb/rehearse.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "nrb/diag.h"

static char dir[] = "/tmp/nrb-rehearse.XXXXXX";
static char record[64], modules[64];
static char progress[256];

static void sh(const char *script)
{
	char *command;

	assert_true(asprintf(&command, "cd %s && { %s; }", dir, script) > 0);
	assert_int_equal(system(command), 0);
	free(command);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* QEMU's stand-in runs body in the working directory, with $try counting the starts. */
static void stand_in(const char *body)
{
	char path[64];
	FILE *script;

	snprintf(path, sizeof(path), "%s/bin/qemu-system-x86_64", dir);
	script = fopen(path, "w");
	assert_non_null(script);
	fprintf(script, "#!/bin/sh\necho x >>%s/tries\ntry=$(wc -l <%s/tries)\n%s\n", dir,
		dir, body);
	assert_int_equal(fclose(script), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

/* A kernel with all that build-guest wants built in. */
static int set_up(void **state)
{
	char *path;

	(void)state;
	strcpy(dir, "/tmp/nrb-rehearse.XXXXXX");
	assert_non_null(mkdtemp(dir));
	sh("mkdir bin tmp modules && : >modules/modules.dep && printf '%s\\n' virtio_pci.ko "
	   "virtio_blk.ko ext4.ko >modules/modules.builtin");
	snprintf(record, sizeof(record), "%s/record", dir);
	snprintf(modules, sizeof(modules), "%s/modules", dir);
	assert_true(asprintf(&path, "%s/bin:%s", dir, getenv("NRB_TEST_PATH")) > 0);
	setenv("PATH", path, 1);
	free(path);
	assert_true(asprintf(&path, "%s/tmp", dir) > 0);
	setenv("TMPDIR", path, 1);
	free(path);
	progress[0] = '\0';
	nrb_diag_reset();
	return 0;
}

/* Nothing of a rehearsal is left behind. */
static int tear_down(void **state)
{
	(void)state;
	sh("rmdir tmp && rm -r \"$PWD\"");
	return 0;
}

static void on_progress(void *arg, const char *line)
{
	(void)arg;
	strncat(progress, line, sizeof(progress) - strlen(progress) - 2);
	strcat(progress, "|");
}

static bool with_swap;

static int rehearse(int64_t deadline_s, int *inner_exit)
{
	const struct nrb_shape_asked asked = {
		.nodes = 3, .node_bytes = 16 << 20, .cpus_per_node = 2, .distance = 30
	};
	static struct nrb_shape shape;
	const struct nrb_rehearse_options options = {
		.shape = &shape,
		.swap = with_swap,
		.kernel = "/dev/null",
		.modules = modules,
		.accel = "tcg",
		.output = record,
		.deadline_s = deadline_s,
		.args = { "--modes", "0,1" },
		.on_progress = on_progress,
	};

	nrb_shape_make(&shape, &asked);
	return nrb_rehearse(&options, inner_exit);
}

static void assert_record(const char *wanted)
{
	char got[256] = "";
	FILE *file = fopen(record, "r");

	assert_non_null(file);
	got[fread(got, 1, sizeof(got) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(got, wanted);
}

static void assert_tries(const char *n)
{
	char *command;

	assert_true(asprintf(&command, "test $(wc -l <tries) = %s", n) > 0);
	sh(command);
	free(command);
}

static void test_good(void **state)
{
	int inner;

	(void)state;
	stand_in(
		"printf 'header\\ncell\\n' >ttyS2; printf 'fill\\n\\033alloc\\nNRB-EX' >ttyS1;"
		"printf '%s ' \"$@\" >../../arguments; cp command ../../command;"
		"sleep 0.3; printf 'end\\ncut' >>ttyS2; echo 'IT 5' >>ttyS1");
	assert_int_equal(rehearse(60, &inner), 0);
	assert_int_equal(inner, 5);
	assert_record("header\ncell\nend\n");
	assert_string_equal(progress, "fill| alloc|");
	sh("grep -q -- ' -numa dist,src=2,dst=1,val=30 ' arguments");
	sh("test $(grep -o -- ' -numa dist,' arguments | wc -l) = 6");
	sh("grep -q -- ' -numa node,nodeid=2,cpus=4-5,memdev=m2 ' arguments");
	sh("grep -q -- '/bin/test_rehearse run --rehearsal .* --modes 0,1$' command");
}

/* As large as the guest's memory, and only where it was asked for. */
static void test_swap_disk(void **state)
{
	int inner;

	(void)state;
	with_swap = true;
	stand_in(
		"echo \"$*\" >../../arguments; cp swap.img ../../; echo NRB-EXIT 0 >ttyS1");
	assert_int_equal(rehearse(60, &inner), 0);
	sh("grep -q 'file=swap.img,.* virtio-blk-pci,drive=swap,serial=nrb-swap' arguments");
	sh("test $(stat -c %s swap.img) = $((3 * 16 * 1048576)) && "
	   "tail -c +4087 swap.img | head -c 10 | grep -q SWAPSPACE2");
	with_swap = false;
	stand_in("echo \"$*\" >../../arguments; test ! -e swap.img || exit 1; "
		 "echo NRB-EXIT 0 >ttyS1");
	assert_int_equal(rehearse(60, &inner), 0);
	sh("! grep -q swap arguments");
}

static void test_second_try(void **state)
{
	int inner;

	(void)state;
	stand_in(
		"echo \"header of $try\" >ttyS2; echo boot >ttyS0; [ $try = 2 ] || exit 0;"
		"echo cell >>ttyS2; echo NRB-EXIT 0 >ttyS1");
	assert_int_equal(rehearse(60, &inner), 0);
	assert_int_equal(inner, 0);
	assert_record("header of 2\ncell\n");
	assert_tries("2");
}

static void test_never_up(void **state)
{
	int inner;

	(void)state;
	stand_in(
		"echo 'Kernel panic - not syncing' >ttyS0; echo more >>ttyS0; kill -9 $$");
	assert_int_equal(rehearse(60, &inner), -ECANCELED);
	assert_int_equal(nrb_diag_exit(-ECANCELED), NRB_EXIT_FAILED);
	assert_false(exists(record));
	assert_tries("3");
}

static void test_lost(void **state)
{
	int inner;

	(void)state;
	stand_in("printf 'header\\ncell\\n' >ttyS2; echo 'Kernel panic - x' >ttyS0; "
		 "echo Offset >>ttyS0");
	assert_int_equal(rehearse(60, &inner), -ECANCELED);
	assert_non_null(strstr(nrb_diag_message(), "2 lines"));
	assert_non_null(strstr(nrb_diag_message(), "Kernel panic - x"));
	assert_record("header\ncell\n");
	assert_tries("1");
}

static void test_silent(void **state)
{
	int inner;

	(void)state;
	stand_in("printf 'header\\ncell\\n' >ttyS2; exec sleep 100");
	assert_int_equal(rehearse(1, &inner), -ECANCELED);
	assert_non_null(strstr(nrb_diag_message(), "silent for 1 s"));
	assert_record("header\ncell\n");
}

static void test_inner_usage(void **state)
{
	int inner;

	(void)state;
	stand_in("echo NRB-EXIT 2 >ttyS1");
	assert_int_equal(rehearse(60, &inner), 0);
	assert_int_equal(inner, 2);
	assert_false(exists(record));
}

static void test_no_setup(void **state)
{
	int inner;

	(void)state;
	stand_in("echo 'nrb-init: no disk' >ttyS0; echo NRB-EXIT 125 >ttyS1");
	assert_int_equal(rehearse(60, &inner), -ECANCELED);
	assert_non_null(strstr(nrb_diag_message(), "nrb-init: no disk"));
	assert_tries("1");
}

static void test_qemu_refuses(void **state)
{
	int inner;

	(void)state;
	stand_in("echo 'qemu: cannot set up guest memory' >&2; exit 1");
	assert_int_equal(rehearse(60, &inner), -ECANCELED);
	assert_non_null(strstr(nrb_diag_message(), "cannot set up guest memory"));
	assert_tries("1");
}

static void test_no_qemu(void **state)
{
	char *path, *script;
	int inner;

	(void)state;
	/* all that build-guest needs, and no QEMU */
	assert_true(
		asprintf(&script,
			"for p in sh awk cat install truncate mkdir rm sed sort find cpio "
			"mke2fs busybox ldd grep xz; do "
			"ln -s \"$(PATH=$PATH:/sbin:/usr/sbin command -v $p)\" bin/; done") >
		0);
	sh(script);
	free(script);
	assert_true(asprintf(&path, "%s/bin", dir) > 0);
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(rehearse(60, &inner), -ECANCELED);
	setenv("PATH", getenv("NRB_TEST_PATH"), 1);
	assert_int_equal(nrb_diag_exit(-ECANCELED), NRB_EXIT_NOT_HERE);
	assert_non_null(strstr(nrb_diag_message(), "qemu-system-x86_64"));
}

static void test_existing_output(void **state)
{
	int inner;

	(void)state;
	stand_in("echo NRB-EXIT 0 >ttyS1");
	sh("echo mine >record");
	assert_int_equal(rehearse(60, &inner), -EEXIST);
	assert_record("mine\n");
	sh("! [ -e tries ]");
}

/* Signals: the guest is gone, the record so far is kept, the caller learns of the signal. */
static void interrupted_by(int signal)
{
	int inner;
	pid_t pid;
	int status;

	stand_in("echo $$ >../../pid; printf 'header\\n' >ttyS2; exec sleep 100");
	pid = fork();
	if (pid == 0) {
		_exit(rehearse(60, &inner) ? 1 : inner);
	}
	sh("until [ -s pid ]; do sleep 0.05; done; sleep 0.3");
	assert_int_equal(kill(pid, signal), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + signal);
	sh("! kill -0 $(cat pid) 2>/dev/null");
	assert_record("header\n");
}

static void test_int(void **state)
{
	(void)state;
	interrupted_by(SIGINT);
}

static void test_term(void **state)
{
	(void)state;
	interrupted_by(SIGTERM);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_good),
		CASE(test_swap_disk),
		CASE(test_second_try),
		CASE(test_never_up),
		CASE(test_lost),
		CASE(test_silent),
		CASE(test_inner_usage),
		CASE(test_no_setup),
		CASE(test_qemu_refuses),
		CASE(test_no_qemu),
		CASE(test_existing_output),
		CASE(test_int),
		CASE(test_term),
	};

	setenv("NRB_TEST_PATH", getenv("PATH"), 1);
	if (system("PATH=$PATH:/sbin:/usr/sbin; command -v cpio && command -v busybox &&"
		   " command -v mke2fs") != 0) {
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

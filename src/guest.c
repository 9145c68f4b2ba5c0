/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A throw-away virtual NUMA machine. */
#include "nrb/guest.h"

#include "nrb/diag.h"
#include "nrb/guestfiles.h"
#include "nrb/guestnodes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* A guest kernel of its own mind leaves TCG's TSC and reads the clock from the HPET: 1 us a
 * reading (seen on 6.1). panic=-1: a crash is an end, not a hang. */
static const char kernel_arguments[] =
	"console=ttyS0 quiet panic=-1 tsc=reliable clocksource=tsc";

/* Its times are none anyway, and TCG has nothing to guard against: a cell takes a tenth less without. */
static const char tcg_arguments[] = " mitigations=off";

/* Without the flags a kernel copies and clears pages by words: TCG carries out `rep movsb` and `rep
 * stosb` byte by byte (QEMU 7.2; a cell takes a quarter less time so). */
static const char tcg_cpu[] = "max,-erms,-fsrm";

int64_t nrb_guest_disk_bytes(const struct nrb_guest *guest)
{
	return nrb_shape_bytes(guest->shape) + nrb_shape_most_bytes(guest->shape);
}

int64_t nrb_guest_swap_bytes(const struct nrb_guest *guest)
{
	return guest->swap ? nrb_shape_bytes(guest->shape) : 0;
}

/* /nrb/command: the command, quoted, by a shell that it replaces. */
static int write_command(const struct nrb_guest *guest)
{
	char *text = NULL;
	size_t len = 0;
	FILE *script = open_memstream(&text, &len);
	int rc;

	if (!script) {
		return nrb_fail(-errno, "the guest's command");
	}
	fputs("#!/bin/sh\nexec ", script);
	nrb_words_print(guest->command, script);
	fputc('\n', script);
	rc = fclose(script) == 0 ? 0 : nrb_fail(-ENOMEM, "the guest's command");
	if (!rc) {
		rc = nrb_workdir_write(guest->workdir, "command", text);
	}
	free(text);
	return rc;
}

int nrb_guest_build(const struct nrb_guest *guest, struct nrb_interrupt *interrupt)
{
	struct nrb_words args = { 0 };
	char reason[256];
	int rc = nrb_workdir_write(guest->workdir, "init", nrb_guest_init);

	if (!rc) {
		rc = write_command(guest);
	}
	if (rc) {
		return rc;
	}
	nrb_words_add(&args, "-o.");
	nrb_words_add(&args, "-iinit");
	nrb_words_add(&args, "-ccommand");
	nrb_words_add(&args, "-m%s", guest->image->modules);
	nrb_words_add(&args, "-d%" PRId64, nrb_guest_disk_bytes(guest));
	nrb_words_add(&args, "-s%" PRId64, nrb_guest_swap_bytes(guest));
	nrb_words_add(&args, "%s", guest->program);
	rc = nrb_workdir_run(guest->workdir, interrupt, "build-guest",
		nrb_guest_build_guest, &args, reason, sizeof(reason));
	nrb_words_finish(&args);
	return rc == -ECHILD ? nrb_refuse(NRB_EXIT_FAILED, NULL,
				       "cannot build a guest: %s", reason)
			     : rc;
}

/* name: of its file without .img, of the drive, and in its serial number, by which init knows it. */
static void add_disk(struct nrb_words *argv, const char *name)
{
	nrb_words_add(argv, "-drive");
	nrb_words_add(
		argv, "file=%s.img,if=none,id=%s,format=raw,cache=unsafe", name, name);
	nrb_words_add(argv, "-device");
	nrb_words_add(argv, "virtio-blk-pci,drive=%s,serial=nrb-%s", name, name);
}

static void add_devices(const struct nrb_guest *guest, struct nrb_words *argv)
{
	static const char *const ports[] = { NRB_GUEST_CONSOLE, NRB_GUEST_PROGRESS,
		NRB_GUEST_RECORD };

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		nrb_words_add(argv, "-serial");
		nrb_words_add(argv, "file:%s", ports[i]);
	}
	add_disk(argv, "data");
	if (guest->swap) {
		add_disk(argv, "swap");
	}
}

void nrb_guest_command_line(
	const struct nrb_guest *guest, const char *kernel, struct nrb_words *argv)
{
	static const char *const fixed[] = { "-nodefaults", "-no-user-config",
		"-no-reboot", "-display", "none", "-machine" };

	nrb_words_add(argv, "qemu-system-x86_64");
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		nrb_words_add(argv, "%s", fixed[i]);
	}
	nrb_words_add(
		argv, "q35%s", nrb_guestnodes_have_hmat(guest->shape) ? ",hmat=on" : "");
	nrb_words_add(argv, "-accel");
	nrb_words_add(argv, "%s", guest->kvm ? "kvm" : "tcg,thread=multi");
	nrb_words_add(argv, "-cpu");
	nrb_words_add(argv, "%s", guest->kvm ? "host" : tcg_cpu);
	nrb_guestnodes_words(guest->shape, argv);
	nrb_words_add(argv, "-kernel");
	nrb_words_add(argv, "%s", kernel);
	nrb_words_add(argv, "-initrd");
	nrb_words_add(argv, "initramfs");
	nrb_words_add(argv, "-append");
	nrb_words_add(argv, "%s%s", kernel_arguments, guest->kvm ? "" : tcg_arguments);
	add_devices(guest, argv);
}

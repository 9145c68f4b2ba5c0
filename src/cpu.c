/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU by libcpuid, its caches by sysfs where libcpuid has none. */
#include "nrb/cpu.h"

#include "nrb/diag.h"
#include "nrb/sample.h"
#include "nrb/units.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#if NRB_HAVE_LIBCPUID
#	include <libcpuid/libcpuid.h>
#endif

#define RECORDED_CPUID      "cpuid.txt"
/* libcpuid asks the CPU it runs on, so a recorded machine has its hypervisor's name beside. */
#define RECORDED_HYPERVISOR "hypervisor.txt"

#if NRB_HAVE_LIBCPUID
/* libcpuid has 0 and -1 for what it does not know. */
static int64_t positive(int32_t value, int64_t unit)
{
	return value > 0 ? value * unit : NRB_ABSENT;
}

static void take_id(struct nrb_cpu *cpu, const struct cpu_id_t *id)
{
	snprintf(cpu->vendor, sizeof(cpu->vendor), "%s", id->vendor_str);
	snprintf(cpu->brand, sizeof(cpu->brand), "%s", id->brand_str);
	snprintf(cpu->codename, sizeof(cpu->codename), "%s", id->cpu_codename);
	cpu->family = id->ext_family;
	cpu->model = id->ext_model;
	cpu->stepping = id->stepping;
	cpu->l1d_bytes = positive(id->l1_data_cache, 1024);
	cpu->l2_bytes = positive(id->l2_cache, 1024);
	cpu->l3_bytes = positive(id->l3_cache, 1024);
	cpu->line_bytes = positive(id->l1_data_cacheline, 1);
	cpu->invariant_tsc = id->flags[CPU_FEATURE_CONSTANT_TSC] != 0;
	/* every family from 17h on is a Zen (7.3, arch/x86/kernel/cpu/amd.c) */
	cpu->is_amd_zen = id->vendor == VENDOR_AMD && id->ext_family >= 0x17;
}

static const char *hypervisor_name(hypervisor_vendor_t vendor)
{
	switch (vendor) {
	case HYPERVISOR_BHYVE:
		return "bhyve";
	case HYPERVISOR_HYPERV:
		return "Hyper-V";
	case HYPERVISOR_KVM:
		return "KVM";
	case HYPERVISOR_PARALLELS:
		return "Parallels";
	case HYPERVISOR_QEMU:
		return "QEMU";
	case HYPERVISOR_VIRTUALBOX:
		return "VirtualBox";
	case HYPERVISOR_VMWARE:
		return "VMware";
	case HYPERVISOR_XEN:
		return "Xen";
	default:
		return "unknown";
	}
}

static void find_hypervisor(struct nrb_cpu *cpu, const struct nrb_root *root,
	struct cpu_raw_data_t *raw, struct cpu_id_t *id)
{
	if (!id->flags[CPU_FEATURE_HYPERVISOR]) {
		return;
	}
	snprintf(cpu->hypervisor, sizeof(cpu->hypervisor), "%s",
		root->live ? hypervisor_name(cpuid_get_hypervisor(raw, id)) : "unknown");
	if (!root->live) {
		/* a failure leaves what is there */
		(void)nrb_fsroot_read_str(root, RECORDED_HYPERVISOR, cpu->hypervisor,
			sizeof(cpu->hypervisor));
	}
}

/* Returns 0, or -ENOENT where there is nothing to identify. */
static int read_raw(struct cpu_raw_data_t *raw, const struct nrb_root *root)
{
	char path[32];
	int fd, rc;

	if (root->live) {
		return cpuid_present() && cpuid_get_raw_data(raw) == 0 ? 0 : -ENOENT;
	}
	rc = nrb_fsroot_open_file(root, RECORDED_CPUID, O_RDONLY, &fd);
	if (rc < 0) {
		return rc == -ENOENT ? rc : nrb_fail(rc, "cannot read " RECORDED_CPUID);
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* libcpuid takes a name */
	*raw = (struct cpu_raw_data_t){ 0 };
	rc = cpuid_deserialize_raw_data(raw, path);
	close(fd);
	if (rc != 0) {
		return nrb_fail(-EPROTO, RECORDED_CPUID ": %s", cpuid_error());
	}
	return 0;
}

static int identify(struct nrb_cpu *cpu, const struct nrb_root *root)
{
	struct cpu_raw_data_t raw;
	struct cpu_id_t id;
	int rc;

	snprintf(cpu->library, sizeof(cpu->library), "%s", cpuid_lib_version());
	cpuid_set_warn_function(NULL); /* it would write to stderr */
	rc = read_raw(&raw, root);
	if (rc < 0) {
		return rc;
	}
	/* A CPU that it does not know is no failure; neither is a file without one. */
	if (cpu_identify(&raw, &id) != 0) {
		return -ENOENT;
	}
	take_id(cpu, &id);
	find_hypervisor(cpu, root, &raw, &id);
	return 0;
}
#else
static int identify(struct nrb_cpu *cpu, const struct nrb_root *root)
{
	(void)cpu;
	(void)root;
	return -ENOENT;
}
#endif

static int read_cache_word(
	const struct nrb_root *root, int index, const char *file, char *word, size_t len)
{
	char path[96];

	snprintf(path, sizeof(path), "sys/devices/system/cpu/cpu0/cache/index%d/%s",
		index, file);
	return nrb_fsroot_read_str(root, path, word, len);
}

static void set_absent(int64_t *field, const char *word)
{
	int64_t bytes;

	if (*field == NRB_ABSENT && nrb_units_parse_bytes(word, &bytes) == 0) {
		*field = bytes;
	}
}

/* One of cpu0's caches; false when there is no such index. */
static bool read_cache(struct nrb_cpu *cpu, const struct nrb_root *root, int index)
{
	char level[8], type[16], size[32], line[16];

	if (read_cache_word(root, index, "level", level, sizeof(level)) < 0 ||
		read_cache_word(root, index, "type", type, sizeof(type)) < 0 ||
		read_cache_word(root, index, "size", size, sizeof(size)) < 0) {
		return false;
	}
	if (strcmp(type, "Instruction") == 0) {
		return true;
	}
	if (strcmp(level, "1") == 0) {
		set_absent(&cpu->l1d_bytes, size);
	} else if (strcmp(level, "2") == 0) {
		set_absent(&cpu->l2_bytes, size);
	} else if (strcmp(level, "3") == 0) {
		set_absent(&cpu->l3_bytes, size);
	}
	if (read_cache_word(root, index, "coherency_line_size", line, sizeof(line)) ==
		0) {
		set_absent(&cpu->line_bytes, line);
	}
	return true;
}

int nrb_cpu_read(struct nrb_cpu *cpu, const struct nrb_root *root)
{
	int rc;

	*cpu = (struct nrb_cpu){
		.family = NRB_ABSENT,
		.model = NRB_ABSENT,
		.stepping = NRB_ABSENT,
		.l1d_bytes = NRB_ABSENT,
		.l2_bytes = NRB_ABSENT,
		.l3_bytes = NRB_ABSENT,
		.line_bytes = NRB_ABSENT,
	};
	rc = identify(cpu, root);
	if (rc < 0 && rc != -ENOENT) {
		return rc;
	}
	for (int index = 0; read_cache(cpu, root, index); index++) {
	}
	return 0;
}

static void set_text(struct nrb_json *json, const char *key, const char *text)
{
	if (text[0] != '\0') {
		nrb_json_set_str(json, key, text);
	}
}

struct nrb_json *nrb_cpu_json(const struct nrb_cpu *cpu)
{
	struct nrb_json *json = nrb_json_object();

	set_text(json, "vendor", cpu->vendor);
	set_text(json, "brand", cpu->brand);
	set_text(json, "codename", cpu->codename);
	nrb_json_set_known(json, "family", cpu->family);
	nrb_json_set_known(json, "model", cpu->model);
	nrb_json_set_known(json, "stepping", cpu->stepping);
	nrb_json_set_known(json, "l1d_bytes", cpu->l1d_bytes);
	nrb_json_set_known(json, "l2_bytes", cpu->l2_bytes);
	nrb_json_set_known(json, "l3_bytes", cpu->l3_bytes);
	nrb_json_set_known(json, "line_bytes", cpu->line_bytes);
	nrb_json_set_bool(json, "invariant_tsc", cpu->invariant_tsc);
	nrb_json_set_bool(json, "is_amd_zen", cpu->is_amd_zen);
	nrb_json_set_str(json, "hypervisor", cpu->hypervisor);
	set_text(json, "libcpuid", cpu->library);
	return json;
}

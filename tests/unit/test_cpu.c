/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU of a recorded machine, with and without libcpuid's file; caches from sysfs. */
#include "nrb/cpu.h"

#include "nrb/sample.h"

#include "tree.h"

#include <errno.h>

#define CACHE "sys/devices/system/cpu/cpu0/cache/"

static void nothing_known(void **state)
{
	struct tree *tree = *state;
	struct nrb_cpu cpu;

	assert_int_equal(nrb_cpu_read(&cpu, &tree->root), 0);
	assert_string_equal(cpu.brand, "");
	assert_string_equal(cpu.hypervisor, "");
	assert_int_equal(cpu.family, NRB_ABSENT);
	assert_int_equal(cpu.l1d_bytes, NRB_ABSENT);
	assert_int_equal(cpu.line_bytes, NRB_ABSENT);
	assert_false(cpu.invariant_tsc);
	assert_false(cpu.is_amd_zen);
}

static void write_cache(const struct tree *tree, int index, const char *level,
	const char *type, const char *size)
{
	char path[128];

	snprintf(path, sizeof(path), CACHE "index%d/level", index);
	tree_write(tree, path, level);
	snprintf(path, sizeof(path), CACHE "index%d/type", index);
	tree_write(tree, path, type);
	snprintf(path, sizeof(path), CACHE "index%d/size", index);
	tree_write(tree, path, size);
	snprintf(path, sizeof(path), CACHE "index%d/coherency_line_size", index);
	tree_write(tree, path, "128\n");
}

static void caches_of_sysfs(void **state)
{
	struct tree *tree = *state;
	struct nrb_cpu cpu;

	write_cache(tree, 0, "1\n", "Instruction\n", "64K\n");
	write_cache(tree, 1, "1\n", "Data\n", "48K\n");
	write_cache(tree, 2, "2\n", "Unified\n", "2048K\n");
	write_cache(tree, 3, "3\n", "Unified\n", "rubbish\n");
	assert_int_equal(nrb_cpu_read(&cpu, &tree->root), 0);
	assert_int_equal(cpu.l1d_bytes, 48 << 10);
	assert_int_equal(cpu.l2_bytes, 2 << 20);
	assert_int_equal(cpu.l3_bytes, NRB_ABSENT);
	assert_int_equal(cpu.line_bytes, 128);
}

static void absent_in_json(void **state)
{
	struct tree *tree = *state;
	struct nrb_json *json;
	struct nrb_cpu cpu;
	int64_t family;

	assert_int_equal(nrb_cpu_read(&cpu, &tree->root), 0);
	json = nrb_cpu_json(&cpu);
	assert_null(nrb_json_get(json, "brand"));
	assert_int_equal(nrb_json_get_int(json, "family", &family), -ENOENT);
	nrb_json_free(json);
}

#if NRB_HAVE_LIBCPUID
static void recorded(void **state)
{
	struct nrb_root root;
	struct nrb_cpu cpu;

	(void)state;
	tree_fixture(&root, "two-nodes");
	assert_int_equal(nrb_cpu_read(&cpu, &root), 0);
	assert_non_null(strstr(cpu.brand, "QEMU"));
	assert_string_equal(cpu.hypervisor, "QEMU");
	assert_true(cpu.family > 0);
	assert_int_equal(cpu.line_bytes, 64);
	assert_true(cpu.library[0] != '\0');
	assert_false(cpu.invariant_tsc); /* TCG cannot offer it */
	nrb_fsroot_close(&root);
}

/* Intel's and AMD's leaves as libcpuid writes them: the invariant TSC is bit 8 of 80000007h's
 * EDX, a hypervisor bit 31 of 1's ECX, a Zen family 17h and above. */
static void decodes(void **state)
{
	struct tree *tree = *state;
	struct nrb_cpu cpu;

	tree_write(tree, "cpuid.txt",
		"version=0.6.2\n"
		"basic_cpuid[0]=00000010 68747541 444d4163 69746e65\n"
		"basic_cpuid[1]=00800f82 00020800 fffa3203 178bfbff\n"
		"ext_cpuid[0]=80000008 68747541 444d4163 69746e65\n"
		"ext_cpuid[1]=00800f82 00000000 00000000 00000000\n"
		"ext_cpuid[2]=20444d41 43595045 00000000 00000000\n"
		"ext_cpuid[7]=00000000 00000000 00000000 00000100\n");
	assert_int_equal(nrb_cpu_read(&cpu, &tree->root), 0);
	assert_string_equal(cpu.vendor, "AuthenticAMD");
	assert_string_equal(cpu.brand, "AMD EPYC");
	assert_int_equal(cpu.family, 0x17);
	assert_true(cpu.is_amd_zen);
	assert_true(cpu.invariant_tsc);
	assert_string_equal(cpu.hypervisor, "unknown");
	tree_write(tree, "hypervisor.txt", "KVM\n");
	assert_int_equal(nrb_cpu_read(&cpu, &tree->root), 0);
	assert_string_equal(cpu.hypervisor, "KVM");
}

static void malformed(void **state)
{
	struct tree *tree = *state;
	struct nrb_cpu cpu;

	tree_write(tree, "cpuid.txt", "");
	assert_int_equal(nrb_cpu_read(&cpu, &tree->root), 0);
	assert_string_equal(cpu.brand, "");
	tree_write(tree, "cpuid.txt", "what is this\nbasic_cpuid[999]=0 0 0 0\n");
	assert_int_equal(nrb_cpu_read(&cpu, &tree->root), 0);
	assert_string_equal(cpu.brand, "");
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(nothing_known),
		TREE_TEST(caches_of_sysfs),
		TREE_TEST(absent_in_json),
#if NRB_HAVE_LIBCPUID
		cmocka_unit_test(recorded),
		TREE_TEST(decodes),
		TREE_TEST(malformed),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

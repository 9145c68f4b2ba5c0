/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gates of node_reclaim() that user space can compute, in the order that lasts longest. */
#include "nrb/effect.h"

#include "nrb/mode.h"

#include <errno.h>
#include <stdio.h>

static bool is_since(const struct nrb_effect_input *input, int major, int minor)
{
	return input->kernel_major > major ||
	       (input->kernel_major == major && input->kernel_minor >= minor);
}

/* What the kernel does not tell counts as none. */
static int64_t known(int64_t bytes)
{
	return bytes == NRB_ABSENT ? 0 : bytes;
}

int64_t nrb_effect_reclaimable_bytes(const struct nrb_effect_input *input, int mode)
{
	const struct nrb_node_memory *memory = &input->memory;
	int64_t bytes;

	if (mode & NRB_MODE_UNMAP) {
		bytes = known(memory->file_bytes);
	} else {
		bytes = known(memory->active_file_bytes) +
			known(memory->inactive_file_bytes) - known(memory->mapped_bytes);
	}
	/* Since 6.19 dirty pages never count: node reclaim has not written them since 3.2. */
	if (!(mode & NRB_MODE_WRITE) || is_since(input, 6, 19)) {
		bytes -= known(memory->dirty_bytes);
	}
	return bytes > 0 ? bytes : 0;
}

int64_t nrb_effect_min_unmapped_bytes(const struct nrb_effect_input *input)
{
	return input->managed_bytes * known(input->min_unmapped_ratio) / 100;
}

int64_t nrb_effect_min_slab_bytes(const struct nrb_effect_input *input)
{
	return input->managed_bytes * known(input->min_slab_ratio) / 100;
}

/* Before 5.19 slab alone opened the first gate, but not its repetition in __node_reclaim(). */
static bool has_enough_cache(const struct nrb_effect_input *input, int mode)
{
	if (nrb_effect_reclaimable_bytes(input, mode) >
		nrb_effect_min_unmapped_bytes(input)) {
		return true;
	}
	return is_since(input, 5, 19) && known(input->memory.slab_reclaimable_bytes) >
						 nrb_effect_min_slab_bytes(input);
}

enum nrb_effect nrb_effect_predict(const struct nrb_effect_input *input, int mode)
{
	const int both = NRB_MODE_WRITE | NRB_MODE_UNMAP;

	if ((mode & NRB_MODE_BITS) == 0) {
		return NRB_EFFECT_OFF;
	}
	if (input->has_cpus && !input->cpu_is_local) {
		return NRB_EFFECT_INERT_CPU;
	}
	if (input->distance > input->reclaim_distance) {
		return NRB_EFFECT_INERT_DISTANCE;
	}
	/* lru_gen_shrink_node() leaves at once without both; 6.1 and 6.2 did not. */
	if (input->lru_gen && is_since(input, 6, 3) && (mode & both) != both) {
		return NRB_EFFECT_INERT_MGLRU;
	}
	return has_enough_cache(input, mode) ? NRB_EFFECT_RECLAIMS
					     : NRB_EFFECT_INERT_CACHE;
}

/* clang-format off */
static const struct {
	const char *name, *why;
} effects[NRB_N_EFFECTS] = {
	[NRB_EFFECT_OFF]            = { "off",
		"a full node is left alone; new memory comes from other nodes" },
	[NRB_EFFECT_RECLAIMS]       = { "will reclaim",
		"the allocating task frees the node's own cache before it takes memory elsewhere" },
	[NRB_EFFECT_INERT_MGLRU]    = { "inert: MGLRU",
		"with multi-generational LRU, kernels since 6.3 reclaim nothing here unless bits 2 and 4 are both set" },
	[NRB_EFFECT_INERT_CACHE]    = { "inert: too little unmapped cache",
		"reclaimable cache is below vm.min_unmapped_ratio and slab below vm.min_slab_ratio, so the kernel does not even try; a run fills the node first" },
	[NRB_EFFECT_INERT_CPU]      = { "inert: CPU not local",
		"a node that has CPUs is reclaimed only by tasks that run on them" },
	[NRB_EFFECT_INERT_DISTANCE] = { "inert: too far",
		"the node is farther away than the kernel's node_reclaim_distance" },
};
/* clang-format on */

const char *nrb_effect_name(enum nrb_effect effect)
{
	return effects[effect].name;
}

const char *nrb_effect_why(enum nrb_effect effect)
{
	return effects[effect].why;
}

int nrb_effect_parse_release(const char *release, int *major, int *minor)
{
	return sscanf(release, "%d.%d", major, minor) == 2 && *major >= 0 && *minor >= 0
		       ? 0
		       : -EINVAL;
}

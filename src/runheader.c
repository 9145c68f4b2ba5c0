/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first line of a record. */
#include "nrb/runheader.h"

#include "nrb/confounders.h"
#include "nrb/hostid.h"
#include "nrb/process.h"
#include "nrb/topologyjson.h"
#include "version.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>

static void make_run_id(char *buf, size_t len)
{
	uint64_t id;

	if (getrandom(&id, sizeof(id), 0) != sizeof(id)) {
		id = nrb_clock_ns(); /* before the kernel's pool is up */
	}
	snprintf(buf, len, "%016llx", (unsigned long long)id);
}

static void note_time(struct nrb_header *header)
{
	time_t now = time(NULL);
	struct tm utc;

	if (gmtime_r(&now, &utc) != NULL) {
		(void)strftime(header->start_utc, sizeof(header->start_utc),
			"%Y-%m-%dT%H:%M:%SZ", &utc);
	}
}

static void note_host(struct nrb_header *header, const struct nrb_root *root)
{
	struct utsname uts;

	if (uname(&uts) == 0) {
		snprintf(header->host, sizeof(header->host), "%s", uts.nodename);
		snprintf(header->machine, sizeof(header->machine), "%s", uts.machine);
	}
	if (nrb_hostid_read(root, header->host_id, sizeof(header->host_id)) < 0) {
		header->host_id[0] = '\0';
	}
	if (nrb_process_boot_id(root, header->boot_id, sizeof(header->boot_id)) < 0) {
		header->boot_id[0] = '\0';
	}
}

static void note_nodes(struct nrb_header *header, const struct nrb_machine *machine)
{
	const struct nrb_topology *topology = &machine->topology;

	header->n_nodes = topology->n_nodes;
	for (int i = 0; i < topology->n_nodes; i++) {
		header->nodes[i] = topology->nodes[i].node;
		header->node_bytes[i] = machine->memory[i].total_bytes;
		for (int k = 0; k < topology->n_nodes; k++) {
			header->distances[i][k] = (uint8_t)nrb_topology_distance(topology,
				topology->nodes[i].node, topology->nodes[k].node);
		}
	}
}

/* Of the cells that compare, the largest. */
static void note_sizes(struct nrb_header *header, const struct nrb_plan *plan)
{
	header->alloc_bytes = header->fill_bytes = NRB_ABSENT;
	for (int i = 0; i < plan->n_arms; i++) {
		const struct nrb_sizes *sizes = &plan->sizes[i];

		if (sizes->alloc_bytes > 0 && sizes->alloc_bytes > header->alloc_bytes) {
			header->alloc_bytes = sizes->alloc_bytes;
		}
		if ((nrb_arm_needs(&plan->arms[i]) & NRB_NEEDS_MODES) &&
			sizes->fill_bytes > header->fill_bytes) {
			header->fill_bytes = sizes->fill_bytes;
		}
	}
}

static void note_plan(struct nrb_header *header, const struct nrb_plan *plan)
{
	header->rehearsal = plan->rehearsal;
	header->sparse = plan->sparse && plan->file_bytes > 0;
	header->reference_mode = plan->reference >= 0 ? plan->reference : NRB_ABSENT;
	header->blocks = plan->blocks > 0 ? plan->blocks : NRB_ABSENT;
	header->seed = plan->seed;
	header->width_ppm = plan->width_ppm > 0 ? plan->width_ppm : NRB_ABSENT;
	header->roi_ppm = plan->roi_ppm > 0 ? plan->roi_ppm : NRB_ABSENT;
	note_sizes(header, plan);
}

void nrb_runheader_make(struct nrb_header *header, const struct nrb_root *root,
	const struct nrb_machine *machine, const struct nrb_plan *plan,
	const struct nrb_clock *clock, const struct nrb_stamp *stamp)
{
	memset(header, 0, sizeof(*header));
	header->schema_version = NRB_RECORD_SCHEMA;
	make_run_id(header->run_id, sizeof(header->run_id));
	note_time(header);
	note_host(header, root);
	snprintf(header->tool_version, sizeof(header->tool_version), "%s", NRB_VCS_TAG);
	snprintf(header->kernel, sizeof(header->kernel), "%s", machine->kernel);
	snprintf(header->cpu, sizeof(header->cpu), "%s", machine->cpu.brand);
	snprintf(header->hypervisor, sizeof(header->hypervisor), "%s",
		machine->cpu.hypervisor);
	snprintf(header->lru_gen, sizeof(header->lru_gen), "%s", machine->lru_gen);
	snprintf(header->clock, sizeof(header->clock), "%s",
		clock->tsc ? "tsc" : "clock_gettime");
	header->clock_cost_ps = stamp->cost_ps;
	header->clock_step_ps = stamp->step_ps;
	header->touch_bias_ns = stamp->bias_ns;
	header->touch_floor_ns = stamp->floor_ns;
	header->found_mode = machine->found_mode;
	note_nodes(header, machine);
	note_plan(header, plan);
}

struct nrb_json *nrb_runheader_extra(const struct nrb_root *root,
	const struct nrb_machine *machine, const struct nrb_plan *plan,
	const struct nrb_run_options *options)
{
	struct nrb_json *extra = nrb_json_object(), *argv = nrb_json_array(),
			*asked = nrb_json_array();

	for (const char *const *word = options->argv; word != NULL && *word != NULL;
		word++) {
		nrb_json_append(argv, nrb_json_str(*word));
	}
	for (size_t i = 0; i < options->asked.n; i++) {
		nrb_json_append(asked, nrb_json_str(options->asked.word[i]));
	}
	nrb_json_set(extra, "argv", argv);
	nrb_json_set(extra, "options", asked);
	nrb_json_set(extra, "cpu_details", nrb_cpu_json(&machine->cpu));
	nrb_json_set(extra, "topology", nrb_topology_json(&machine->topology, true));
	nrb_json_set(extra, "settings", nrb_confounders_json(root));
	nrb_json_set(extra, "plan", nrb_plan_json(plan, options, machine));
	return extra;
}

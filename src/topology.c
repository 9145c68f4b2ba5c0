/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes, their CPUs, distances and memory attributes, by hwloc and, where it is silent, sysfs. */
#include "nrb/topology.h"

#include "nrb/diag.h"
#include "nrb/distance.h"
#include "nrb/topologyxml.h"
#include "nrb/trial.h"
#include "nrb/units.h"

#include <errno.h>
#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDED_XML "topology.xml"
#define SYS_NODE     "sys/devices/system/node"

/* What a topology is read from. */
struct source {
	const struct nrb_root *root; /* sysfs, as far as it is there */
	char *xml;                   /* text of a recorded one; NULL: this machine's */
	const char *name;            /* of its file, for messages */
};

static int load_xml(hwloc_topology_t hwloc, const struct source *source)
{
	if (!nrb_topologyxml_is_bounded(source->xml)) {
		return nrb_fail(-ERANGE, "%s is larger than any machine", source->name);
	}
	/* it would quote the file on stderr as it is */
	setenv("HWLOC_HIDE_ERRORS", "2", 1);
	if (hwloc_topology_set_xmlbuffer(
		    hwloc, source->xml, (int)strlen(source->xml) + 1) < 0 ||
		hwloc_topology_load(hwloc) < 0) {
		return strstr(source->xml, "<topology version=\"3") != NULL
			       ? nrb_refuse(NRB_EXIT_FAILED,
					 "hwloc 3 writes it by lstopo --export-xml-flags v2",
					 "%s is of hwloc 3, which hwloc 2 cannot read",
					 source->name)
			       : nrb_fail(-EPROTO, "%s is not hwloc's", source->name);
	}
	return 0;
}

static int load_live(hwloc_topology_t hwloc)
{
	if (hwloc_topology_load(hwloc) < 0) {
		return nrb_fail(-errno, "hwloc cannot discover this machine");
	}
	/* HWLOC_XMLFILE, HWLOC_SYNTHETIC and HWLOC_FSROOT describe another one. */
	if (!hwloc_topology_is_thissystem(hwloc)) {
		return nrb_refuse(NRB_EXIT_NOT_HERE,
			"unset HWLOC_XMLFILE, HWLOC_SYNTHETIC and HWLOC_FSROOT",
			"hwloc's environment describes another machine");
	}
	return 0;
}

static int load(hwloc_topology_t *hwloc, const struct source *source)
{
	if (hwloc_topology_init(hwloc) < 0) {
		*hwloc = NULL;
		return nrb_fail(-errno, "cannot start hwloc");
	}
	/* What our cgroup may not use still takes part in the kernel's zone lists. */
	hwloc_topology_set_flags(*hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	return source->xml == NULL ? load_live(*hwloc) : load_xml(*hwloc, source);
}

static void to_set(struct nrb_idset *set, hwloc_const_cpuset_t bitmap)
{
	nrb_idset_clear(set);
	for (int cpu = hwloc_bitmap_first(bitmap); cpu >= 0 && cpu < NRB_IDSET_MAX;
		cpu = hwloc_bitmap_next(bitmap, cpu)) {
		nrb_idset_add(set, cpu);
	}
}

/* hwloc leaves a node without memory out; its CPUs say where they belong. */
static void take_orphans(struct nrb_topology_node *node, hwloc_topology_t hwloc)
{
	hwloc_obj_t pu = NULL;

	while ((pu = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_PU, pu)) != NULL) {
		if (pu->os_index < NRB_IDSET_MAX && hwloc_bitmap_iszero(pu->nodeset) &&
			hwloc_bitmap_isset(
				pu->complete_nodeset, (unsigned int)node->node)) {
			nrb_idset_add(&node->cpus, (int)pu->os_index);
		}
	}
}

/* hwloc widens a CPU-less node's set to its parent's, so sysfs comes first. */
static int read_cpus(struct nrb_topology_node *node, const struct nrb_root *root,
	hwloc_topology_t hwloc, hwloc_obj_t obj)
{
	char path[64];
	int rc;

	snprintf(path, sizeof(path), SYS_NODE "/node%d/cpulist", node->node);
	rc = nrb_fsroot_read_list(root, path, &node->cpus);
	if (rc != -ENOENT) {
		return rc < 0 ? nrb_fail(rc, "/%s", path) : 0;
	}
	nrb_idset_clear(&node->cpus);
	if (obj != NULL) {
		to_set(&node->cpus, obj->cpuset);
	} else {
		take_orphans(node, hwloc);
	}
	return 0;
}

static int package_of(hwloc_topology_t hwloc, hwloc_obj_t obj)
{
	hwloc_obj_t package =
		hwloc_get_ancestor_obj_by_type(hwloc, HWLOC_OBJ_PACKAGE, obj);

	return package != NULL ? (int)package->logical_index : -1;
}

static int64_t best_value(hwloc_topology_t hwloc, hwloc_obj_t obj, hwloc_memattr_id_t id)
{
	struct hwloc_location initiator;
	hwloc_uint64_t value;

	if (hwloc_memattr_get_best_initiator(hwloc, id, obj, 0, &initiator, &value) < 0 ||
		value == 0 || value > INT64_MAX) {
		return NRB_ABSENT;
	}
	return (int64_t)value;
}

static hwloc_obj_t find_object(hwloc_topology_t hwloc, int node)
{
	return hwloc_get_numanode_obj_by_os_index(hwloc, (unsigned int)node);
}

static int add_node(struct nrb_topology_node *entry, int node, hwloc_topology_t hwloc,
	const struct nrb_root *root)
{
	hwloc_obj_t obj = find_object(hwloc, node);

	*entry = (struct nrb_topology_node){
		.node = node,
		.latency_ns = NRB_ABSENT,
		.bandwidth_mib_s = NRB_ABSENT,
		.package = -1,
	};
	if (obj != NULL) {
		entry->memory_bytes = (int64_t)obj->attr->numanode.local_memory;
		entry->latency_ns = best_value(hwloc, obj, HWLOC_MEMATTR_ID_LATENCY);
		entry->bandwidth_mib_s =
			best_value(hwloc, obj, HWLOC_MEMATTR_ID_BANDWIDTH);
		entry->package = package_of(hwloc, obj);
	}
	return read_cpus(entry, root, hwloc, obj);
}

/* hwloc's nodes and those that sysfs has online besides; without sysfs, those that hwloc left out. */
static int collect_ids(
	struct nrb_idset *ids, hwloc_topology_t hwloc, const struct nrb_root *root)
{
	hwloc_const_nodeset_t all = hwloc_topology_get_complete_nodeset(hwloc);
	int rc;

	rc = nrb_fsroot_read_list(root, SYS_NODE "/online", ids);
	if (rc < 0 && rc != -ENOENT) {
		return nrb_fail(rc, "/" SYS_NODE "/online");
	}
	if (rc < 0) {
		nrb_idset_clear(ids);
	}
	for (int node = hwloc_bitmap_first(all); node >= 0 && node < NRB_MAX_NODES;
		node = hwloc_bitmap_next(all, node)) {
		if (rc < 0 || find_object(hwloc, node) != NULL) {
			nrb_idset_add(ids, node);
		}
	}
	if (nrb_idset_count(ids) == 0 || nrb_idset_next(ids, NRB_MAX_NODES - 1) >= 0) {
		return nrb_fail(-ERANGE,
			"this machine has %d nodes, 1 to %d are understood",
			nrb_idset_count(ids), NRB_MAX_NODES);
	}
	return 0;
}

static int read_nodes(struct nrb_topology *topology, hwloc_topology_t hwloc,
	const struct nrb_root *root)
{
	struct nrb_idset ids;
	int rc = collect_ids(&ids, hwloc, root);

	if (rc < 0) {
		return rc;
	}
	topology->nodes = calloc((size_t)nrb_idset_count(&ids), sizeof(*topology->nodes));
	if (topology->nodes == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the topology");
	}
	nrb_for_each_id(node, &ids) {
		rc = add_node(&topology->nodes[topology->n_nodes], node, hwloc, root);
		if (rc < 0) {
			return rc;
		}
		topology->n_nodes++;
	}
	return 0;
}

static int position(const struct nrb_topology *topology, int node)
{
	for (int i = 0; i < topology->n_nodes; i++) {
		if (topology->nodes[i].node == node) {
			return i;
		}
	}
	return -1;
}

static void set_distance(
	struct nrb_topology *topology, int from, int to, uint64_t distance)
{
	int row = position(topology, from), column = position(topology, to);

	if (row >= 0 && column >= 0 && distance <= 255) {
		topology->distances[row * topology->n_nodes + column] = (int)distance;
	}
}

static void read_hwloc_distances(struct nrb_topology *topology, hwloc_topology_t hwloc)
{
	struct hwloc_distances_s *matrix = NULL;
	unsigned int n = 1;

	if (hwloc_distances_get_by_name(hwloc, "NUMALatency", &n, &matrix, 0) < 0 ||
		n < 1) {
		return;
	}
	for (unsigned int i = 0; i < matrix->nbobjs; i++) {
		for (unsigned int j = 0; j < matrix->nbobjs; j++) {
			set_distance(topology, (int)matrix->objs[i]->os_index,
				(int)matrix->objs[j]->os_index,
				matrix->values[i * matrix->nbobjs + j]);
		}
	}
	hwloc_distances_release(hwloc, matrix);
}

/* What hwloc gave is overwritten by the same: it has no row for nodes that it leaves out, and no
 * matrix at all for one node. */
static void read_sysfs_distances(
	struct nrb_topology *topology, const struct nrb_root *root)
{
	int row[NRB_MAX_NODES];
	struct nrb_idset online;

	if (nrb_fsroot_read_list(root, SYS_NODE "/online", &online) < 0 ||
		nrb_idset_count(&online) > NRB_MAX_NODES) {
		return;
	}
	for (int i = 0; i < topology->n_nodes; i++) {
		int from = topology->nodes[i].node, n = 0;

		if (nrb_distance_read_row(root, from, row, nrb_idset_count(&online)) <
			0) {
			continue;
		}
		nrb_for_each_id(to, &online) {
			set_distance(topology, from, to, (uint64_t)row[n++]);
		}
	}
}

static int read_distances(struct nrb_topology *topology, hwloc_topology_t hwloc,
	const struct nrb_root *root)
{
	size_t n = (size_t)topology->n_nodes;
	bool known = false;

	topology->distances = calloc(n * n, sizeof(*topology->distances));
	if (topology->distances == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the distances of %zu nodes", n);
	}
	read_hwloc_distances(topology, hwloc);
	read_sysfs_distances(topology, root);
	for (size_t i = 0; i < n * n; i++) {
		known |= topology->distances[i] != 0;
	}
	if (!known) {
		free(topology->distances);
		topology->distances = NULL;
	}
	return 0;
}

static int64_t value_between(hwloc_topology_t hwloc, hwloc_memattr_id_t id,
	hwloc_obj_t from, hwloc_obj_t target)
{
	struct hwloc_location initiator = { .type = HWLOC_LOCATION_TYPE_CPUSET };
	hwloc_uint64_t value;

	if (from == NULL || target == NULL || hwloc_bitmap_iszero(from->cpuset)) {
		return NRB_ABSENT;
	}
	initiator.location.cpuset = from->cpuset;
	return hwloc_memattr_get_value(hwloc, id, target, &initiator, 0, &value) == 0 &&
			       value > 0 && value <= INT64_MAX
		       ? (int64_t)value
		       : NRB_ABSENT;
}

static int read_paths(struct nrb_topology *topology, hwloc_topology_t hwloc)
{
	size_t n = (size_t)topology->n_nodes;

	topology->paths = calloc(n * n, sizeof(*topology->paths));
	if (topology->paths == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the paths of %zu nodes", n);
	}
	for (size_t i = 0; i < n * n; i++) {
		hwloc_obj_t from = find_object(hwloc, topology->nodes[i / n].node);
		hwloc_obj_t to = find_object(hwloc, topology->nodes[i % n].node);

		topology->paths[i] = (struct nrb_topology_path){
			value_between(hwloc, HWLOC_MEMATTR_ID_LATENCY, from, to),
			value_between(hwloc, HWLOC_MEMATTR_ID_BANDWIDTH, from, to),
		};
	}
	return 0;
}

static void note_library(struct nrb_topology *topology)
{
	unsigned int version = hwloc_get_api_version();

	snprintf(topology->library, sizeof(topology->library), "%u.%u.%u", version >> 16,
		version >> 8 & 0xff, version & 0xff);
}

static int export_xml(struct nrb_topology *topology, hwloc_topology_t hwloc)
{
	char *buffer;
	int len;

	if (hwloc_topology_export_xmlbuffer(hwloc, &buffer, &len, 0) < 0) {
		return nrb_fail(-errno, "hwloc cannot export the topology");
	}
	topology->xml = strdup(buffer);
	hwloc_free_xmlbuffer(hwloc, buffer);
	return topology->xml != NULL ? 0
				     : nrb_fail(-ENOMEM, "no memory for the topology");
}

static int read_all(struct nrb_topology *topology, const struct source *source)
{
	hwloc_topology_t hwloc = NULL;
	int rc;

	*topology = (struct nrb_topology){ 0 };
	note_library(topology);
	rc = load(&hwloc, source);
	if (rc == 0) {
		rc = read_nodes(topology, hwloc, source->root);
	}
	if (rc == 0) {
		rc = read_distances(topology, hwloc, source->root);
	}
	if (rc == 0) {
		rc = read_paths(topology, hwloc);
	}
	if (rc == 0) {
		rc = export_xml(topology, hwloc);
	}
	if (rc == 0) {
		to_set(&topology->allowed_cpus, hwloc_topology_get_allowed_cpuset(hwloc));
		to_set(&topology->allowed_nodes,
			hwloc_topology_get_allowed_nodeset(hwloc));
	}
	if (hwloc != NULL) {
		hwloc_topology_destroy(hwloc);
	}
	if (rc < 0) {
		nrb_topology_finish(topology);
	}
	return rc;
}

static void try_to_read(void *arg)
{
	struct nrb_topology topology;

	(void)read_all(&topology, arg);
}

/* There are files that hwloc dies of (2.9: a machine that lacks its complete sets), and a recorded
 * machine may be a stranger's. */
static int read_recorded(struct nrb_topology *topology, struct source *source)
{
	bool survived;
	int rc = nrb_trial(try_to_read, source, &survived);

	if (rc == 0 && !survived) {
		rc = nrb_fail(-EPROTO, "hwloc cannot read %s", source->name);
	}
	if (rc == 0) {
		rc = read_all(topology, source);
	}
	free(source->xml);
	return rc;
}

int nrb_topology_read(struct nrb_topology *topology, const struct nrb_root *root)
{
	struct source source = { .root = root, .name = RECORDED_XML };
	int rc;

	*topology = (struct nrb_topology){ 0 };
	if (root->live) {
		return read_all(topology, &source);
	}
	rc = nrb_fsroot_read_all(root, RECORDED_XML, &source.xml);
	return rc < 0 ? nrb_fail(rc, "cannot read the recorded machine's " RECORDED_XML)
		      : read_recorded(topology, &source);
}

int nrb_topology_read_xml(struct nrb_topology *topology, const char *path)
{
	const struct nrb_root nowhere = { .fd = -1 };
	struct source source = { .root = &nowhere, .name = path };
	struct nrb_root here = { .fd = -1 };
	char *whole = realpath(path, NULL);
	int rc = whole == NULL ? -errno : nrb_fsroot_open(&here, "/");

	*topology = (struct nrb_topology){ 0 };
	if (rc == 0) {
		rc = nrb_fsroot_read_all(&here, whole, &source.xml);
	}
	nrb_fsroot_close(&here);
	free(whole);
	return rc < 0 ? nrb_fail(rc, "cannot read %s", path)
		      : read_recorded(topology, &source);
}

void nrb_topology_finish(struct nrb_topology *topology)
{
	free(topology->nodes);
	free(topology->distances);
	free(topology->paths);
	free(topology->xml);
	*topology = (struct nrb_topology){ 0 };
}

void nrb_topology_usable_cpus(
	const struct nrb_topology *topology, int node, struct nrb_idset *cpus)
{
	const struct nrb_topology_node *entry = nrb_topology_node(topology, node);

	nrb_idset_clear(cpus);
	if (entry == NULL) {
		return;
	}
	nrb_for_each_id(cpu, &entry->cpus) {
		if (nrb_idset_has(&topology->allowed_cpus, cpu)) {
			nrb_idset_add(cpus, cpu);
		}
	}
}

const struct nrb_topology_node *nrb_topology_node(
	const struct nrb_topology *topology, int node)
{
	int i = position(topology, node);

	return i >= 0 ? &topology->nodes[i] : NULL;
}

int nrb_topology_distance(const struct nrb_topology *topology, int from, int to)
{
	int row = position(topology, from), column = position(topology, to);

	if (topology->distances == NULL || row < 0 || column < 0) {
		return 0;
	}
	return topology->distances[row * topology->n_nodes + column];
}

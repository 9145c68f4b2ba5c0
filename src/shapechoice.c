/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which nodes a guest gets, by what is asked for and what this machine has. */
#include "nrb/shapechoice.h"

#include "nrb/shapelike.h"
#include "nrb/topologynodes.h"

#include <string.h>
#include <sys/stat.h>

static int read_own(struct nrb_topology *topology)
{
	struct nrb_root root = { .fd = -1 };
	int rc = nrb_fsroot_open(&root, "/");

	if (rc == 0) {
		rc = nrb_topology_read(topology, &root);
	}
	nrb_fsroot_close(&root);
	return rc;
}

/* A directory holds topology.xml, and what sysfs says beside it. */
static int read_other(struct nrb_topology *topology, const char *like)
{
	struct nrb_root root = { .fd = -1 };
	struct stat st;
	int rc;

	if (stat(like, &st) < 0 || !S_ISDIR(st.st_mode)) {
		return nrb_topology_read_xml(topology, like);
	}
	rc = nrb_fsroot_open(&root, like);
	if (rc == 0) {
		rc = nrb_topology_read(topology, &root);
	}
	nrb_fsroot_close(&root);
	return rc;
}

static bool is_several(const struct nrb_topology *topology)
{
	struct nrb_idset nodes;

	nrb_topology_memory_nodes(topology, &nodes);
	return nrb_idset_count(&nodes) > 1;
}

int nrb_shapechoice_make(struct nrb_shape *shape, const struct nrb_shape_asked *asked)
{
	struct nrb_topology topology = { 0 };
	bool own = asked->like == NULL || strcmp(asked->like, NRB_SHAPE_OWN) == 0;
	int rc;

	*shape = (struct nrb_shape){ 0 };
	if (asked->like == NULL &&
		(asked->nodes_given || asked->distance_given || asked->repeated)) {
		nrb_shape_make(shape, asked);
		return 0;
	}
	rc = own ? read_own(&topology) : read_other(&topology, asked->like);
	if (rc == 0 && asked->like == NULL && !is_several(&topology)) {
		nrb_shape_make(shape, asked);
	} else if (rc == 0) {
		rc = nrb_shapelike_make(shape, asked, &topology);
		shape->like = own ? NRB_SHAPE_OWN : asked->like;
	}
	nrb_topology_finish(&topology);
	return rc;
}

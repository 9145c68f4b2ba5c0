/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From hwloc's XML of a machine to QEMU's words: nodes, CPUs, memory, distances, latencies. */
#include "nrb/guestnodes.h"
#include "nrb/shapechoice.h"
#include "nrb/shapelike.h"

#include "tree.h"

enum { MIB = 1 << 20 };

static const struct nrb_shape_asked usual = {
	.nodes = 2, .node_bytes = 512LL * MIB, .cpus_per_node = 1, .distance = 21
};

static char *fixture(char *path, size_t len, const char *name)
{
	snprintf(path, len, "%s/fixtures/%s", getenv("NRB_TESTS"), name);
	return path;
}

/* What a machine becomes. memory_mib and distances are by node of the guest, words what stands in QEMU's
 * command line beside distances; NULL-ended. */
struct machine {
	const char *file;
	int n;
	int cpus_per_node;
	const char *like, *cpus, *memory_mib, *distances;
	const char *words[12];
	const char *cuts[4];
};

static const struct machine machines[] = {
	{ .file = "../likes/two-sockets.xml",
		.n = 2,
		.cpus_per_node = 1,
		.like = "0 1",
		.cpus = "1 1",
		.memory_mib = "512 512",
		.distances = "10 20 20 10",
		.words = { "2,sockets=2,cores=1,threads=1", "size=1073741824B",
			"memory-backend-ram,id=m0,size=536870912",
			"node,nodeid=0,cpus=0-0,memdev=m0",
			"node,nodeid=1,cpus=1-1,memdev=m1" },
		.cuts = { "24 CPUs are 2 here, at most 1 for each node (--cpus-per-node)",
			"36.0 GiB of memory are 1.00 GiB here, the largest node is "
			"--node-mem" } },
	{ .file = "../likes/two-sockets.xml", /* no more CPUs than there are */
		.n = 2,
		.cpus_per_node = 16,
		.like = "0 1",
		.cpus = "12 12",
		.memory_mib = "512 512",
		.distances = "10 20 20 10",
		.words = { "24,sockets=2,cores=12,threads=1",
			"node,nodeid=1,cpus=12-23,memdev=m1" },
		.cuts = { "36.0 GiB of memory are 1.00 GiB here, the largest node is "
			  "--node-mem" } },
	{ .file = "four-nodes/topology.xml",
		.n = 4,
		.cpus_per_node = 1,
		.like = "0 1 2 3",
		.cpus = "1 1 1 1",
		.memory_mib = "512 480 512 512",
		.distances = "10 16 32 32 16 10 32 32 32 32 10 16 32 32 16 10",
		.words = { "4,sockets=1,dies=4,cores=1,threads=1",
			"node,nodeid=3,cpus=3-3,memdev=m3" },
		.cuts = { "1.43 GiB of memory are 1.97 GiB here, the largest node is "
			  "--node-mem" } },
	{ .file = "../likes/nps4.xml", /* a socket has four nodes */
		.n = 8,
		.cpus_per_node = 2,
		.like = "0 1 2 3 4 5 6 7",
		.cpus = "2 2 2 2 2 2 2 2",
		.memory_mib = "512 512 512 512 512 512 512 512",
		.distances = "10 12 12 12 32 32 32 32 12 10 12 12 32 32 32 32 "
			     "12 12 10 12 32 32 32 32 12 12 12 10 32 32 32 32 "
			     "32 32 32 32 10 12 12 12 32 32 32 32 12 10 12 12 "
			     "32 32 32 32 12 12 10 12 32 32 32 32 12 12 12 10",
		.words = { "16,sockets=2,dies=4,cores=2,threads=1",
			"node,nodeid=7,cpus=14-15,memdev=m7" },
		.cuts = { "64 CPUs are 16 here, at most 2 for each node "
			  "(--cpus-per-node)",
			"512 GiB of memory are 4.00 GiB here, the largest node is "
			"--node-mem" } },
	{ .file = "../likes/opteron.xml", /* one node has half of the memory */
		.n = 8,
		.cpus_per_node = 1,
		.like = "0 1 2 3 4 5 6 7",
		.cpus = "1 1 1 1 1 1 1 1",
		.memory_mib = "512 512 512 512 512 256 512 512",
		.distances = "10 16 16 22 16 22 16 22 16 10 22 16 16 22 22 16 "
			     "16 22 10 16 16 16 16 16 22 16 16 10 16 16 22 22 "
			     "16 16 16 16 10 16 16 22 22 22 16 16 16 10 22 16 "
			     "16 22 16 22 16 22 10 16 22 16 16 22 22 16 16 10",
		.words = { "8,sockets=4,dies=2,cores=1,threads=1",
			"memory-backend-ram,id=m5,size=268435456" },
		.cuts = { "64 CPUs are 8 here, at most 1 for each node (--cpus-per-node)",
			"120 GiB of memory are 3.75 GiB here, the largest node is "
			"--node-mem" } },
	{ .file = "../likes/snc.xml", /* nodes 0 and 2 are one socket's: sockets cannot be kept */
		.n = 4,
		.cpus_per_node = 1,
		.like = "0 1 2 3",
		.cpus = "1 1 1 1",
		.memory_mib = "512 512 512 512",
		.distances = "10 21 11 21 21 10 21 11 11 21 10 21 21 11 21 10",
		.words = { "4,sockets=4,cores=1,threads=1" },
		.cuts = { "80 CPUs are 4 here, at most 1 for each node (--cpus-per-node)",
			"1.45 TiB of memory are 2.00 GiB here, the largest node is "
			"--node-mem" } },
	{ .file = "../likes/sparse.xml", /* numbers far apart, two nodes without CPUs */
		.n = 6,
		.cpus_per_node = 1,
		.like = "5 6 8 9 7 10",
		.cpus = "1 1 1 1 0 0",
		.memory_mib = "256 256 256 256 512 512",
		.distances = "10 13 21 21 17 28 13 10 21 21 17 28 21 21 10 13 28 17 "
			     "21 21 13 10 28 17 17 17 28 28 10 28 28 28 17 17 28 10",
		.words = { "q35,hmat=on", "4,sockets=2,dies=2,cores=1,threads=1",
			"node,nodeid=4,memdev=m4,initiator=0",
			"node,nodeid=5,memdev=m5,initiator=2",
			"hmat-lb,initiator=0,target=0,hierarchy=memory,"
			"data-type=access-latency,latency=26",
			"hmat-lb,initiator=1,target=4,hierarchy=memory,"
			"data-type=access-latency,latency=77",
			"hmat-lb,initiator=3,target=3,hierarchy=memory,"
			"data-type=access-bandwidth,bandwidth=131072M",
			"hmat-lb,initiator=2,target=5,hierarchy=memory,"
			"data-type=access-bandwidth,bandwidth=78644M" },
		.cuts = { "8 CPUs are 4 here, at most 1 for each node (--cpus-per-node)",
			"1.82 TiB of memory are 2.00 GiB here, the largest node is "
			"--node-mem",
			"neither CPUs nor memory has node 0-4: left out",
			"nodes 0 to 5 here are nodes 5, 6, 8, 9, 7, 10 there" } },
	{ .file = "cpuless-node/topology.xml", /* a CXL card's: hwloc gives it CPUs */
		.n = 3,
		.cpus_per_node = 1,
		.like = "0 1 2",
		.cpus = "1 1 0",
		.memory_mib = "512 480 512",
		.distances = "10 21 38 21 10 45 38 45 10",
		.words = { "q35,hmat=on", "node,nodeid=2,memdev=m2,initiator=0",
			"hmat-lb,initiator=0,target=2,hierarchy=memory,"
			"data-type=access-latency,latency=250",
			"hmat-lb,initiator=0,target=2,hierarchy=memory,"
			"data-type=access-bandwidth,bandwidth=25600M" },
		.cuts = { "1.43 GiB of memory are 1.47 GiB here, the largest node is "
			  "--node-mem" } },
	{ .file = "memoryless-node/topology.xml", /* hwloc leaves it out, its CPU does not */
		.n = 3,
		.cpus_per_node = 1,
		.like = "0 1 2",
		.cpus = "1 1 1",
		.memory_mib = "512 480 0",
		.distances = "10 21 21 21 10 21 21 21 10",
		.words = { "3,sockets=3,cores=1,threads=1", "node,nodeid=2,cpus=2-2" },
		.cuts = { "966 MiB of memory are 992 MiB here, the largest node is "
			  "--node-mem",
			"of 4 of 6 distances nothing is known: 21 is taken "
			"(--distance)" } },
	{ .file = "memoryless-node", /* sysfs knows */
		.n = 3,
		.cpus_per_node = 1,
		.like = "0 1 2",
		.cpus = "1 1 1",
		.memory_mib = "512 480 0",
		.distances = "10 21 21 21 10 21 21 21 10",
		.words = { "node,nodeid=2,cpus=2-2" },
		.cuts = { "966 MiB of memory are 992 MiB here, the largest node is "
			  "--node-mem" } },
	{ .file = "tied-nodes/topology.xml",
		.n = 5,
		.cpus_per_node = 1,
		.like = "0 1 2 3 4",
		.cpus = "1 1 1 1 0",
		.memory_mib = "512 512 512 512 448",
		.distances = "10 20 20 20 20 20 10 20 20 20 20 20 10 20 20 "
			     "20 20 20 10 20 20 20 20 20 10",
		.words = { "q35", "node,nodeid=4,memdev=m4" },
		.cuts = { "1.50 GiB of memory are 2.44 GiB here, the largest node is "
			  "--node-mem" } },
};

static bool has_word(const struct nrb_words *words, const char *wanted)
{
	for (size_t i = 0; i < words->n; i++) {
		if (strcmp(words->word[i], wanted) == 0) {
			return true;
		}
	}
	return false;
}

/* "1 2 3" of n numbers that get(shape, i) gives. */
static void assert_numbers(const struct nrb_shape *shape, int n,
	int64_t (*get)(const struct nrb_shape *shape, int i), const char *wanted)
{
	char got[1024] = "";
	size_t used = 0;

	for (int i = 0; i < n; i++) {
		used += (size_t)snprintf(got + used, sizeof(got) - used, "%s%lld",
			i == 0 ? "" : " ", (long long)get(shape, i));
	}
	assert_string_equal(got, wanted);
}

static int64_t like_of(const struct nrb_shape *shape, int i)
{
	return shape->nodes[i].like;
}

static int64_t cpus_of(const struct nrb_shape *shape, int i)
{
	return shape->nodes[i].cpus;
}

static int64_t mib_of(const struct nrb_shape *shape, int i)
{
	return shape->nodes[i].bytes / MIB;
}

static int64_t distance_of(const struct nrb_shape *shape, int i)
{
	return shape->distances[i / shape->n][i % shape->n];
}

/* The distances of QEMU's are those of the shape, of each pair once. */
static void assert_distances(const struct nrb_shape *shape, const struct nrb_words *argv)
{
	int found = 0, from, to, distance;

	for (size_t i = 0; i < argv->n; i++) {
		if (sscanf(argv->word[i], "dist,src=%d,dst=%d,val=%d", &from, &to,
			    &distance) == 3) {
			assert_int_equal(distance, shape->distances[from][to]);
			found++;
		}
	}
	assert_int_equal(found, shape->n * (shape->n - 1));
}

static void assert_words(const struct nrb_shape *shape, const struct machine *machine)
{
	struct nrb_words argv = { 0 };

	nrb_words_add(&argv, "q35%s", nrb_guestnodes_have_hmat(shape) ? ",hmat=on" : "");
	nrb_guestnodes_words(shape, &argv);
	assert_int_equal(argv.err, 0);
	for (int i = 0; machine->words[i] != NULL; i++) {
		if (!has_word(&argv, machine->words[i])) {
			fail_msg("%s: no %s", machine->file, machine->words[i]);
		}
	}
	assert_distances(shape, &argv);
	nrb_words_finish(&argv);
}

static void assert_cuts(const struct nrb_shape *shape, const struct machine *machine)
{
	size_t n = 0;

	while (n < 4 && machine->cuts[n] != NULL) {
		assert_true(n < shape->cuts.n);
		assert_string_equal(shape->cuts.word[n], machine->cuts[n]);
		n++;
	}
	assert_int_equal(shape->cuts.n, n);
}

static void recorded_machines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		const struct machine *machine = &machines[i];
		struct nrb_shape_asked asked = usual;
		struct nrb_shape shape;
		char path[4096];

		asked.like = fixture(path, sizeof(path), machine->file);
		asked.cpus_per_node = machine->cpus_per_node;
		assert_int_equal(nrb_shapechoice_make(&shape, &asked), 0);
		assert_int_equal(shape.n, machine->n);
		assert_string_equal(shape.like, path);
		assert_numbers(&shape, shape.n, like_of, machine->like);
		assert_numbers(&shape, shape.n, cpus_of, machine->cpus);
		assert_numbers(&shape, shape.n, mib_of, machine->memory_mib);
		assert_numbers(
			&shape, shape.n * shape.n, distance_of, machine->distances);
		assert_words(&shape, machine);
		assert_cuts(&shape, machine);
		nrb_shape_finish(&shape);
	}
}

/* -- what no recorded machine has -- */

/* Two nodes with a CPU and memory, at the local distance of each other. */
static struct nrb_topology two_nodes(void)
{
	static struct nrb_topology_node nodes[2];
	static int distances[4] = { 10, 10, 10, 10 };
	static struct nrb_topology_path paths[4];

	for (int i = 0; i < 2; i++) {
		nodes[i] = (struct nrb_topology_node){
			.node = i, .memory_bytes = 1LL << 40, .package = i
		};
		nrb_idset_add(&nodes[i].cpus, i);
	}
	for (int i = 0; i < 4; i++) {
		paths[i] = (struct nrb_topology_path){ NRB_ABSENT, NRB_ABSENT };
	}
	return (struct nrb_topology){
		.n_nodes = 2, .nodes = nodes, .distances = distances, .paths = paths
	};
}

static void local_distances(void **state)
{
	struct nrb_topology topology = two_nodes();
	struct nrb_shape shape;

	(void)state;
	assert_int_equal(nrb_shapelike_make(&shape, &usual, &topology), 0);
	assert_numbers(&shape, 4, distance_of, "10 11 11 10");
	assert_int_equal(nrb_shape_one_distance(&shape), 11);
	assert_non_null(strstr(shape.cuts.word[1], "2 of 2 distances are 11"));
	nrb_shape_finish(&shape);
}

/* Entries of a table have 16 bits: a bandwidth below their unit is left out. */
static void wide_bandwidths(void **state)
{
	struct nrb_topology topology = two_nodes();
	struct nrb_words argv = { 0 };
	struct nrb_shape shape;

	(void)state;
	topology.paths[0] = (struct nrb_topology_path){ 99999, 1000001 };
	topology.paths[3] = (struct nrb_topology_path){ 80, 15 };
	assert_int_equal(nrb_shapelike_make(&shape, &usual, &topology), 0);
	nrb_guestnodes_words(&shape, &argv);
	assert_true(has_word(&argv, "hmat-lb,initiator=0,target=0,hierarchy=memory,"
				    "data-type=access-latency,latency=65534"));
	assert_true(has_word(&argv, "hmat-lb,initiator=0,target=0,hierarchy=memory,"
				    "data-type=access-bandwidth,bandwidth=1000000M"));
	assert_false(has_word(&argv, "hmat-lb,initiator=1,target=1,hierarchy=memory,"
				     "data-type=access-bandwidth,bandwidth=0M"));
	nrb_words_finish(&argv);
	nrb_shape_finish(&shape);
}

/* Nodes with unlike numbers of CPUs: each CPU is a socket. */
static void unlike_nodes(void **state)
{
	struct nrb_topology topology = two_nodes();
	struct nrb_shape_asked asked = usual;
	struct nrb_words argv = { 0 };
	struct nrb_shape shape;

	(void)state;
	asked.cpus_per_node = 4;
	nrb_idset_add(&topology.nodes[1].cpus, 2);
	assert_int_equal(nrb_shapelike_make(&shape, &asked, &topology), 0);
	nrb_guestnodes_words(&shape, &argv);
	assert_true(has_word(&argv, "3,sockets=3,cores=1,threads=1"));
	assert_true(has_word(&argv, "node,nodeid=1,cpus=1-2,memdev=m1"));
	nrb_words_finish(&argv);
	nrb_shape_finish(&shape);
}

static void refused(void **state)
{
	struct nrb_topology topology = two_nodes();
	struct nrb_topology_node *many = calloc(65, sizeof(*many));
	struct nrb_shape shape;

	(void)state;
	topology.nodes[0].memory_bytes = topology.nodes[1].memory_bytes = 0;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	assert_true(nrb_shapelike_make(&shape, &usual, &topology) < 0);
	assert_non_null(strstr(nrb_diag_message(), "both CPUs and memory"));
	nrb_diag_reset();
	for (int i = 0; i < 65; i++) {
		many[i].node = i;
		many[i].memory_bytes = 1 << 30;
		nrb_idset_add(&many[i].cpus, i);
	}
	topology = (struct nrb_topology){ .n_nodes = 65, .nodes = many };
	assert_true(nrb_shapelike_make(&shape, &usual, &topology) < 0);
	assert_non_null(strstr(nrb_diag_message(), "has 65"));
	free(many);
}

/* -- what is chosen -- */

static void made(void **state)
{
	struct nrb_shape_asked asked = usual;
	struct nrb_shape shape;

	(void)state;
	asked.nodes = 3;
	asked.nodes_given = true;
	assert_int_equal(nrb_shapechoice_make(&shape, &asked), 0);
	assert_null(shape.like);
	assert_int_equal(shape.cuts.n, 0);
	assert_numbers(&shape, 9, distance_of, "10 21 21 21 10 21 21 21 10");
	assert_int_equal(nrb_shape_bytes(&shape), 1536LL * MIB);
	nrb_shape_finish(&shape);
}

/* Nodes are the guest's own, so which of them there are, is known once it has a shape. */
static void named_nodes(void **state)
{
	struct nrb_shape_asked asked = usual;
	struct nrb_idset nodes;
	struct nrb_shape shape;

	(void)state;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	asked.nodes_given = true;
	assert_int_equal(nrb_shapechoice_make(&shape, &asked), 0);
	nrb_idset_clear(&nodes);
	nrb_idset_add(&nodes, 0);
	nrb_idset_add(&nodes, 1);
	assert_int_equal(nrb_shape_check_nodes(&shape, &nodes, "--node"), 0);
	nrb_idset_add(&nodes, 2);
	assert_int_equal(
		nrb_diag_exit(nrb_shape_check_nodes(&shape, &nodes, "--cpu-node")),
		NRB_EXIT_USAGE);
	assert_non_null(strstr(
		nrb_diag_message(), "--cpu-node: the guest has no node 2; it has 2"));
	assert_non_null(strstr(nrb_diag_way_out(), "--nodes"));
	nrb_shape_finish(&shape);
}

/* This machine's, whatever it has; without a word only where it has several. */
static void own(void **state)
{
	struct nrb_shape_asked asked = usual;
	struct nrb_shape shape, plain;

	(void)state;
	asked.like = NRB_SHAPE_OWN;
	assert_int_equal(nrb_shapechoice_make(&shape, &asked), 0);
	assert_string_equal(shape.like, NRB_SHAPE_OWN);
	assert_int_equal(nrb_shapechoice_make(&plain, &usual), 0);
	if (plain.like == NULL) {
		assert_int_equal(plain.n, 2);
	} else {
		assert_int_equal(plain.n, shape.n);
	}
	nrb_shape_finish(&plain);
	nrb_shape_finish(&shape);
}

static void not_there(void **state)
{
	struct nrb_shape_asked asked = usual;
	struct nrb_shape shape;
	char path[4096];

	(void)state;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	asked.like = "/nowhere.xml";
	assert_true(nrb_shapechoice_make(&shape, &asked) < 0);
	assert_non_null(strstr(nrb_diag_message(), "/nowhere.xml"));
	nrb_diag_reset();
	asked.like = fixture(path, sizeof(path), "machines.tsv");
	assert_true(nrb_shapechoice_make(&shape, &asked) < 0);
	assert_non_null(strstr(nrb_diag_message(), "not hwloc's"));
}

static void newer_hwloc(void **state)
{
	const struct tree *tree = *state;
	struct nrb_shape_asked asked = usual;
	struct nrb_shape shape;
	char path[128];

	tree_write(tree, "new.xml",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology version=\"3.0\">\n");
	snprintf(path, sizeof(path), "%s/new.xml", tree->dir);
	asked.like = path;
	assert_true(nrb_shapechoice_make(&shape, &asked) < 0);
	assert_non_null(strstr(nrb_diag_message(), "hwloc 3"));
	assert_non_null(strstr(nrb_diag_way_out(), "--export-xml-flags v2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_machines),
		cmocka_unit_test(local_distances),
		cmocka_unit_test(wide_bandwidths),
		cmocka_unit_test(unlike_nodes),
		cmocka_unit_test(refused),
		cmocka_unit_test(made),
		cmocka_unit_test(named_nodes),
		cmocka_unit_test(own),
		cmocka_unit_test(not_there),
		cmocka_unit_test_setup_teardown(newer_hwloc, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

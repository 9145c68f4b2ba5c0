/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `rehearse --dry-run` shows. */
#include "nrb/rehearseplan.h"

#include "nrb/diag.h"
#include "nrb/json.h"
#include "nrb/units.h"

#include <string.h>

/* -- for programs -- */

static struct nrb_json *words_json(const struct nrb_words *words)
{
	struct nrb_json *array = nrb_json_array();

	for (size_t i = 0; i < words->n; i++) {
		nrb_json_append(array, nrb_json_str(words->word[i]));
	}
	return array;
}

static struct nrb_json *node_json(const struct nrb_shape *shape, int node)
{
	struct nrb_json *json = nrb_json_object();

	nrb_json_set_int(json, "node", node);
	nrb_json_set_int(json, "like", shape->nodes[node].like);
	nrb_json_set_int(json, "cpus", shape->nodes[node].cpus);
	nrb_json_set_int(json, "bytes", shape->nodes[node].bytes);
	return json;
}

/* Of a guest whose nodes are like another machine's. */
static void set_like(struct nrb_json *json, const struct nrb_shape *shape)
{
	struct nrb_json *nodes = nrb_json_array(), *distances = nrb_json_array();

	for (int i = 0; i < shape->n; i++) {
		struct nrb_json *row = nrb_json_array();

		for (int j = 0; j < shape->n; j++) {
			nrb_json_append(row, nrb_json_int(shape->distances[i][j]));
		}
		nrb_json_append(nodes, node_json(shape, i));
		nrb_json_append(distances, row);
	}
	nrb_json_set_str(json, "like", shape->like);
	nrb_json_set(json, "shape", nodes);
	nrb_json_set(json, "distances", distances);
	nrb_json_set(json, "cuts", words_json(&shape->cuts));
}

/* The kernel is absent where it must first be unpacked or fetched, the distance where there are several. */
static int print_json(
	const struct nrb_rehearseplan *plan, const struct nrb_words *qemu, FILE *out)
{
	const struct nrb_guest *guest = plan->guest;
	const struct nrb_shape *shape = guest->shape;
	struct nrb_json *json = nrb_json_object();
	int rc;

	if (plan->kernel != NULL) {
		nrb_json_set_str(json, "kernel", plan->kernel);
	}
	nrb_json_set_int(json, "nodes", shape->n);
	nrb_json_set_int(json, "node_bytes", nrb_shape_most_bytes(shape));
	nrb_json_set_int(json, "cpus_per_node", nrb_shape_most_cpus(shape));
	if (nrb_shape_one_distance(shape) > 0) {
		nrb_json_set_int(json, "distance", nrb_shape_one_distance(shape));
	}
	if (shape->like != NULL) {
		set_like(json, shape);
	}
	nrb_json_set_int(json, "disk_bytes", nrb_guest_disk_bytes(guest));
	if (guest->swap) {
		nrb_json_set_int(json, "swap_bytes", nrb_guest_swap_bytes(guest));
	}
	nrb_json_set_str(json, "record", plan->output);
	nrb_json_set(json, "command", words_json(guest->command));
	nrb_json_set(json, "qemu", words_json(qemu));
	rc = nrb_json_print(json, 2, out);
	nrb_json_free(json);
	return rc;
}

/* -- for people -- */

const char *nrb_rehearseplan_nodes(char *buf, size_t len, const struct nrb_shape *shape)
{
	char bytes[NRB_UNITS_LEN];

	if (shape->like != NULL) {
		snprintf(buf, len, "%d node%s like %s%s", shape->n,
			shape->n == 1 ? "" : "s",
			strcmp(shape->like, NRB_SHAPE_OWN) == 0 ? "this machine's"
								: "those of ",
			strcmp(shape->like, NRB_SHAPE_OWN) == 0 ? "" : shape->like);
	} else {
		snprintf(buf, len, "%d node%s of %s at distance %d", shape->n,
			shape->n == 1 ? "" : "s",
			nrb_units_bytes(bytes, nrb_shape_most_bytes(shape)),
			shape->n > 1 ? shape->distances[0][1] : shape->distances[0][0]);
	}
	return buf;
}

static void print_node(const struct nrb_shape *shape, int node, FILE *out)
{
	const struct nrb_shape_node *it = &shape->nodes[node];
	char bytes[NRB_UNITS_LEN], cpus[32] = "no CPU";

	if (it->cpus > 0) {
		snprintf(cpus, sizeof(cpus), "%d CPU%s", it->cpus,
			it->cpus == 1 ? "" : "s");
	}
	fprintf(out, "node %d:  %s, %s; distances", node, cpus,
		it->bytes > 0 ? nrb_units_bytes(bytes, it->bytes) : "no memory");
	for (int to = 0; to < shape->n; to++) {
		fprintf(out, " %d", shape->distances[node][to]);
	}
	fputc('\n', out);
}

static void print_shape(const struct nrb_shape *shape, FILE *out)
{
	char nodes[NRB_REHEARSEPLAN_LEN];

	fprintf(out, "guest:   %s\n",
		nrb_rehearseplan_nodes(nodes, sizeof(nodes), shape));
	for (int i = 0; shape->like != NULL && i < shape->n; i++) {
		print_node(shape, i, out);
	}
	for (size_t i = 0; i < shape->cuts.n; i++) {
		fprintf(out, "cut:     %s\n", shape->cuts.word[i]);
	}
}

static void print_kernel(const struct nrb_rehearseplan *plan, FILE *out)
{
	const struct nrb_kernelspec *spec = plan->spec;

	if (plan->kernel != NULL) {
		fprintf(out, "kernel:  %s\n", plan->kernel);
	} else if (plan->unpacked) {
		fputs("kernel:  VMLINUZ, unpacked from the packages given\n", out);
	} else if (spec != NULL && spec->pattern[0] != '\0') {
		fprintf(out,
			"kernel:  VMLINUZ, %s of %s, fetched once into the user's cache\n",
			spec->pattern, spec->suite);
	} else {
		fprintf(out,
			"kernel:  VMLINUZ, %s cloud kernel%s%s, fetched once "
			"into the user's cache\n",
			spec != NULL && spec->suite[0] != '\0' ? "the"
							       : "this distribution's",
			spec != NULL && spec->suite[0] != '\0' ? " of " : "",
			spec != NULL ? spec->suite : "");
	}
}

static void print_text(
	const struct nrb_rehearseplan *plan, const struct nrb_words *qemu, FILE *out)
{
	const struct nrb_guest *guest = plan->guest;
	char bytes[NRB_UNITS_LEN];

	print_shape(guest->shape, out);
	print_kernel(plan, out);
	fprintf(out, "files:   %s\n",
		plan->keep != NULL ? plan->keep
				   : "a directory below $TMPDIR, removed at the end");
	fprintf(out, "disk:    ext4, %s, in one of those files\n",
		nrb_units_bytes(bytes, nrb_guest_disk_bytes(guest)));
	if (guest->swap) {
		fprintf(out, "swap:    %s, in another\n",
			nrb_units_bytes(bytes, nrb_guest_swap_bytes(guest)));
	}
	fprintf(out, "record:  %s\n", plan->output);
	fputs("command: ", out);
	nrb_words_print(guest->command, out);
	fputs("\nqemu:    ", out);
	nrb_words_print(qemu, out);
	fputs("\nnothing was built, fetched or started (--dry-run)\n", out);
}

int nrb_rehearseplan_print(const struct nrb_rehearseplan *plan, FILE *out)
{
	struct nrb_words qemu = { 0 };
	int rc = 0;

	nrb_guest_command_line(
		plan->guest, plan->kernel != NULL ? plan->kernel : "VMLINUZ", &qemu);
	if (plan->json) {
		rc = print_json(plan, &qemu, out);
	} else {
		print_text(plan, &qemu, out);
	}
	nrb_words_finish(&qemu);
	return rc ? nrb_fail(rc, "cannot print the plan") : 0;
}

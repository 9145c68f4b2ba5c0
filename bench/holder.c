/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The holder's loop, and how the child asks it. */
#include "nrb/holder.h"

#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/process.h"
#include "nrb/rights.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* One message each way, whole or not at all (SOCK_SEQPACKET). */
struct request {
	int64_t what; /* enum nrb_hold; no padding, which would carry what lay on the stack */
	int64_t value;
};

static ssize_t receive(int fd, void *message, size_t len)
{
	ssize_t n;

	do {
		n = recv(fd, message, len, 0);
	} while (n < 0 && errno == EINTR);
	return n;
}

/* All CPUs of the node: what it does beside the child should not wait for the child's CPU. */
static int settle_in(struct nrb_cell *cell, pid_t parent)
{
	struct nrb_idset cpus;
	int rc = nrb_process_begin_child(cell->root, parent);

	if (rc == 0) {
		rc = nrb_rights_limit(cell->root, NRB_ROLE_HOLDER);
	}
	if (rc < 0) {
		return rc;
	}
	prctl(PR_SET_NAME, "nrb-holder"); /* told from the child in ps(1) */
	nrb_topology_usable_cpus(cell->topology, cell->arm.cpu_node, &cpus);
	return nrb_placement_pin(&cpus);
}

static int serve(struct nrb_cell *cell, const struct request *request)
{
	struct nrb_shared *shared = cell->shared;

	if (request->what == NRB_HOLD_ALIVE) {
		return 0;
	}
	nrb_diag_reset();
	nrb_diag_set_copy(shared->holder_why, sizeof(shared->holder_why));
	return cell->arm.variant->hold(
		cell, (enum nrb_hold)request->what, request->value);
}

_Noreturn void nrb_holder_main(struct nrb_cell *cell, pid_t parent)
{
	struct nrb_shared *shared = cell->shared;
	struct request request;
	int ready, rc;

	nrb_diag_reset();
	nrb_diag_set_before_line(NULL);
	nrb_diag_set_copy(shared->holder_why, sizeof(shared->holder_why));
	ready = settle_in(cell, parent);
	while (receive(cell->holder, &request, sizeof(request)) == sizeof(request)) {
		/* one that could not settle in says so to whoever asks */
		rc = ready < 0 ? ready : serve(cell, &request);
		if (send(cell->holder, &rc, sizeof(rc), MSG_NOSIGNAL) != sizeof(rc)) {
			break;
		}
	}
	_exit(ready < 0 ? 1 : 0);
}

int nrb_holder_ask(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	const struct request request = { .what = what, .value = value };
	int rc;

	if (send(cell->holder, &request, sizeof(request), MSG_NOSIGNAL) !=
			sizeof(request) ||
		receive(cell->holder, &rc, sizeof(rc)) != sizeof(rc)) {
		nrb_refuse(NRB_EXIT_DISTURBED, NULL,
			"the process beside is gone, with what it held");
		return -ESTALE;
	}
	return rc < 0 ? nrb_diag_adopt(rc, cell->shared->holder_why) : 0;
}

int nrb_holder_beside(
	struct nrb_cell *cell, int (*work)(struct nrb_cell *cell, void *arg), void *arg)
{
	int rc = nrb_holder_ask(cell, NRB_HOLD_BEGIN, 0), ended;

	if (rc < 0) {
		return rc;
	}
	rc = work(cell, arg);
	ended = nrb_holder_ask(cell, NRB_HOLD_END, 0);
	return rc < 0 ? rc : ended;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last line of a record. */
#include "nrb/runend.h"

#include "nrb/diag.h"
#include "nrb/widths.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct nrb_json *nrb_runend_settings(const struct nrb_restored *restored, int n)
{
	struct nrb_json *array = nrb_json_array();

	for (int i = 0; i < n; i++) {
		struct nrb_json *object = nrb_json_object();

		nrb_json_set_str(object, "name", restored[i].setting->name);
		nrb_json_set_str(object, "found", restored[i].found);
		nrb_json_set_str(object, "read_back", restored[i].read_back);
		nrb_json_set_str(object, "outcome", nrb_putback_outcome(&restored[i]));
		nrb_json_append(array, object);
	}
	return array;
}

bool nrb_runend_is_too_wide(const struct nrb_blocks *blocks)
{
	int64_t wished = blocks->plan->width_ppm;

	return wished > 0 && !(blocks->width <= (double)wished / 1e6);
}

void nrb_runend_say_width(const struct nrb_blocks *blocks)
{
	double wished = (double)blocks->plan->width_ppm / 1e4;

	if (isnan(blocks->width)) {
		nrb_warn("no interval in fewer than %d blocks: give more --budget",
			NRB_WIDTHS_PILOT);
	} else {
		nrb_warn("the widest interval of p99 is %.3g %%, not %g %%",
			100 * blocks->width, wished);
	}
}

void nrb_runend_make(
	struct nrb_end *end, const struct nrb_blocks *blocks, int64_t ready_ns, int rc)
{
	*end = (struct nrb_end){
		.signal = NRB_ABSENT, .width_ppm = NRB_ABSENT, .restored = true
	};
	snprintf(end->reason, sizeof(end->reason), "%s",
		blocks->signal != 0        ? "interrupted"
		: rc == -ESTALE            ? "disturbed"
		: rc < 0 && rc != -ENODATA ? "failed"
					   : "done");
	snprintf(end->left_out, sizeof(end->left_out), "%s", blocks->left_out);
	if (blocks->plan->width_ppm > 0) {
		end->width_ppm =
			isnan(blocks->width) ? NRB_ABSENT : llround(blocks->width * 1e6);
	}
	end->exit_code = nrb_diag_exit(rc);
	if (end->exit_code == 0 && nrb_runend_is_too_wide(blocks)) {
		end->exit_code = NRB_EXIT_INCONCLUSIVE;
	}
	if (blocks->signal != 0) {
		end->signal = blocks->signal;
		if (end->exit_code != NRB_EXIT_NOT_RESTORED) {
			end->exit_code = NRB_EXIT_SIGNAL + blocks->signal;
		}
	}
	end->cells = blocks->cells;
	end->wall_ns = (int64_t)(nrb_clock_ns() - blocks->start_ns);
	end->phases_ns = ready_ns + blocks->phases_ns;
}

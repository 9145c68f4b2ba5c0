/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hosts pooled, as R's metafor does it: rma(method = "DL", test = "adhoc"). */
#include "nrb/randomeffects.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "vectors/randomeffects_r.h"

enum { MOST = 200 };

static const double z = 1.959963984540054;

static bool is_near(double got, double expected)
{
	return fabs(got - expected) < 1e-6;
}

/* A host whose log ratio is y, with this standard error. */
static struct nrb_estimate host(double y, double error)
{
	return (struct nrb_estimate){ .at = exp(y),
		.low = exp(y - z * error),
		.high = exp(y + z * error),
		.level = 0.95 };
}

static void test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(r_pooled) / sizeof(*r_pooled); i++) {
		struct nrb_estimate hosts[MOST];
		struct nrb_pooled got;

		for (size_t k = 0; k < r_pooled[i].n; k++) {
			hosts[k] = host(r_pooled[i].y[k], r_pooled[i].error[k]);
		}
		got = nrb_randomeffects_pool(hosts, r_pooled[i].n);
		assert_int_equal(got.n, r_pooled[i].n);
		assert_true(is_near(log(got.effect.at), r_pooled[i].mean));
		assert_true(is_near(log(got.effect.low), r_pooled[i].low));
		assert_true(is_near(log(got.effect.high), r_pooled[i].high));
		assert_true(is_near(got.between, r_pooled[i].between));
	}
}

/* Hosts without an interval have no weight; of two nothing is said. */
static void test_few(void **state)
{
	struct nrb_estimate hosts[] = { host(0.1, 0.1), host(0.2, 0.1),
		{ 1.5, NAN, NAN, NAN } };
	struct nrb_pooled got = nrb_randomeffects_pool(hosts, 3);

	(void)state;
	assert_int_equal(got.n, 2);
	assert_true(isnan(got.effect.at) && isnan(got.effect.low) && isnan(got.between));
	assert_int_equal(nrb_randomeffects_pool(hosts, 0).n, 0);
}

/* Hosts that do not vary at all. */
static void test_exact(void **state)
{
	struct nrb_estimate hosts[] = { host(0.2, 0), host(0.2, 0), host(0.2, 0.5) };
	struct nrb_pooled got = nrb_randomeffects_pool(hosts, 3);

	(void)state;
	assert_int_equal(got.n, 3);
	assert_true(is_near(got.effect.at, exp(0.2)));
	assert_true(got.effect.low < got.effect.at && got.effect.high < 1.23);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

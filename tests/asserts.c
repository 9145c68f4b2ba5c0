/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fails when asserts are compiled out: they guard a production machine and stay in every build. */
#include <assert.h>
#include <stdbool.h>

static bool is_evaluated;

static bool evaluate(void)
{
	is_evaluated = true;
	return true;
}

int main(void)
{
	assert(evaluate());
	return is_evaluated ? 0 : 1;
}

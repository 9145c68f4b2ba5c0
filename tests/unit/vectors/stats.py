#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What SciPy makes of samples, those with ties and zeros too, for test_stats.c: stats.py >stats_scipy.h"""
import numpy
import scipy
from scipy import stats

TIED = [[0.25, 0.25, -0.25, 0.5, 0.5, 1.0, -1.0, 2.0],
        [0.0, 0.0, 0.25, -0.5, 0.5, 0.75, 1.0],
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 0.0, 2.0, 2.0]]


def plus(x, axis=-1):
    """The sum of the ranks of what is positive, zeros ranked (Pratt)."""
    return numpy.sum(stats.rankdata(numpy.abs(x), axis=axis) * (x > 0), axis=axis)


def signed_rank_p(x):
    """By all ways to put the signs."""
    return stats.permutation_test((numpy.array(x),), plus, permutation_type="samples",
                                  n_resamples=numpy.inf, vectorized=True).pvalue


def median_interval(n):
    """The rank from either end that leaves out at most 2.5 %, and what lies between."""
    rank = max(r for r in range(1, n) if stats.binom.cdf(r - 1, n, 0.5) <= 0.025)
    return rank, 1 - 2 * stats.binom.cdf(rank - 1, n, 0.5)


def delta(x, y):
    return 2 * stats.mannwhitneyu(x, y).statistic / (len(x) * len(y)) - 1


def row(*parts):
    words = [("{ " + ", ".join("%.17g" % v for v in part) + " }") if hasattr(part, "__len__")
             else "%.17g" % part for part in parts]
    print("\t{ " + ", ".join(words) + " },")


def main():
    draw = numpy.random.default_rng(20261130)
    print("/* SPDX-License-Identifier: GPL-2.0-or-later */\n/* Made by stats.py of SciPy %s. */"
          % scipy.__version__)
    print("static const struct {\n\tsize_t n;\n\tdouble x[12], p;\n} scipy_signed_rank[] = {")
    for x in TIED:
        row(len(x), x, signed_rank_p(x))
    print("};\n\n/* n, rank from either end, level */\nstatic const double scipy_medians[][3] = {")
    for n in (6, 7, 9, 10, 25, 100, 1000):
        row(n, *median_interval(n))
    print("};\n\nstatic const struct {\n\tsize_t n_x, n_y;\n\tdouble x[12], y[12], delta;\n} "
          "scipy_cliff[] = {")
    for x, y in (([1.0, 2.0, 2.0, 4.0], [2.0, 3.0, 0.5]),
                 (draw.normal(1, size=9), draw.normal(size=12))):
        row(len(x), len(y), x, y, delta(x, y))
    print("};")


if __name__ == "__main__":
    main()

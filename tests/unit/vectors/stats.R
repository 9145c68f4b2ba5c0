# SPDX-License-Identifier: GPL-2.0-or-later
# What R makes of samples, for test_stats.c: Rscript stats.R >stats_r.h
number <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "NAN")
list_of <- function(x) {
  lines <- strwrap(paste(number(x), collapse = ", "), 90, prefix = "\t\t")
  paste0("{\n", paste(lines, collapse = "\n"), " }")
}
quantiles <- c(0, 0.1, 0.25, 0.5, 0.9, 0.99, 1)

set.seed(20261130)
samples <- list()
for (n in c(6, 7, 10, 20, 50)) samples[[length(samples) + 1]] <- rnorm(n, 0.05, 0.1)
for (n in c(6, 10, 33)) samples[[length(samples) + 1]] <- rlnorm(n, -2, 1) - 0.1
for (n in c(51, 120)) samples[[length(samples) + 1]] <- rnorm(n, 0.02, 0.3)

# p is not corrected for continuity, and above 50 values nothing is exact.
describe <- function(x) {
  w <- wilcox.test(x, exact = length(x) <= 50, correct = FALSE, conf.int = TRUE)
  sprintf("\t{ .n = %d,\n\t\t.x = %s,\n\t\t.quantiles = %s,\n\t\t.at = %s, .low = %s, .high = %s, .p = %s },\n",
          length(x), list_of(x), list_of(quantile(x, quantiles, type = 7)), number(w$estimate),
          number(w$conf.int[1]), number(w$conf.int[2]), number(w$p.value))
}

raw <- c(0.001, 0.04, 0.01, 0.02, 0.02, 0.9, 0.3)
cat("/* SPDX-License-Identifier: GPL-2.0-or-later */\n/* Made by stats.R of R ", R.version$major, ".",
    R.version$minor, ". */\n",
    "static const double r_q[] = ", list_of(quantiles), ";\n\n",
    "static const struct {\n\tsize_t n;\n\tdouble x[120], quantiles[", length(quantiles),
    "], at, low, high, p;\n} r_samples[] = {\n", sapply(samples, describe), "};\n\n",
    "static const double r_p[] = ", list_of(raw), ";\n",
    "static const double r_holm[] = ", list_of(p.adjust(raw, "holm")), ";\n", sep = "")

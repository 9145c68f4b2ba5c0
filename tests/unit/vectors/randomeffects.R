# SPDX-License-Identifier: GPL-2.0-or-later
# What R's metafor makes of hosts, for test_randomeffects.c: Rscript randomeffects.R >randomeffects_r.h
suppressPackageStartupMessages(library(metafor))
number <- function(x) sprintf("%.17g", x)
list_of <- function(x) {
  lines <- strwrap(paste(number(x), collapse = ", "), 90, prefix = "\t\t")
  paste0("{\n", paste(lines, collapse = "\n"), " }")
}

describe <- function(y, error) {
  m <- rma(yi = y, sei = error, method = "DL", test = "adhoc")
  sprintf("\t{ .n = %d,\n\t\t.y = %s,\n\t\t.error = %s,\n\t\t.mean = %s, .low = %s, .high = %s, .between = %s },\n",
          length(y), list_of(y), list_of(error), number(m$beta), number(m$ci.lb), number(m$ci.ub),
          number(sqrt(m$tau2)))
}

set.seed(20261130)
rows <- c(describe(c(0.5, 0.52, 0.55), c(0.05, 0.04, 0.06)),
          describe(c(0.5, -0.4, 0.1), c(0.05, 0.04, 0.06)),
          describe(rnorm(5, 0.3, 0.2), runif(5, 0.02, 0.1)),
          describe(rnorm(31, 0.3, 0.05), runif(31, 0.02, 0.1)),
          describe(rnorm(32, 0.3, 0.3), runif(32, 0.02, 0.1)),
          describe(rnorm(200, -0.1, 0.1), runif(200, 0.02, 0.1)))
cat("/* SPDX-License-Identifier: GPL-2.0-or-later */\n/* Made by randomeffects.R of R ", R.version$major, ".",
    R.version$minor, " and metafor ", as.character(packageVersion("metafor")), ". */\n",
    "static const struct {\n\tsize_t n;\n\tdouble y[200], error[200], mean, low, high, between;\n} r_pooled[] = {\n",
    rows, "};\n", sep = "")

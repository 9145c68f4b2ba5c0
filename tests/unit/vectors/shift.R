# SPDX-License-Identifier: GPL-2.0-or-later
# What R makes of two samples, for test_shift.c: Rscript shift.R >shift_r.h
number <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "NAN")
list_of <- function(x) {
  lines <- strwrap(paste(number(x), collapse = ", "), 90, prefix = "\t\t")
  paste0("{\n", paste(lines, collapse = "\n"), " }")
}

# Where no interval of so few values misses less than 5 %, R gives a narrower one and warns: NAN.
describe <- function(x, y) {
  w <- wilcox.test(x, y, exact = TRUE, conf.int = TRUE)
  ends <- w$conf.int
  if (2 * pwilcox(0, length(x), length(y)) > 0.05) ends <- c(NA, NA)
  sprintf("\t{ .n_x = %d, .n_y = %d,\n\t\t.x = %s,\n\t\t.y = %s,\n\t\t.at = %s, .low = %s, .high = %s },\n",
          length(x), length(y), list_of(x), list_of(y), number(w$estimate), number(ends[1]), number(ends[2]))
}

set.seed(20261130)
pairs <- list(c(1, 1), c(3, 3), c(3, 4), c(2, 7), c(4, 4), c(3, 5), c(2, 8), c(6, 6), c(6, 10), c(10, 7),
              c(20, 20), c(50, 50), c(12, 49), c(60, 55), c(80, 7))
rows <- vapply(pairs, function(n) {
  suppressWarnings(describe(rnorm(n[1], 0.1, 0.2), if (n[2] %% 2) rlnorm(n[2], -2, 1) else rnorm(n[2], 0, 0.2)))
}, "")
cat("/* SPDX-License-Identifier: GPL-2.0-or-later */\n/* Made by shift.R of R ", R.version$major, ".",
    R.version$minor, ". */\n",
    "static const struct {\n\tsize_t n_x, n_y;\n\tdouble x[80], y[80], at, low, high;\n} r_shifts[] = {\n",
    rows, "};\n", sep = "")

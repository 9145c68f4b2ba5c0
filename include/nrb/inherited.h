/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process has from who started it: descriptors, the file mode mask, ignored signals, limits. */
#ifndef NRB_INHERITED_H
#define NRB_INHERITED_H

#include <stdbool.h>

/** Close all descriptors from first to last, open or not. Source: close_range(2), since 5.9. */
void nrb_inherited_close(unsigned int first, unsigned int last);

/**
 * The first act of a program: /dev/null where a standard stream is closed, or the next file opened
 * would take its place; what is opened so fails when it is used. What is open beside these three no
 * program that we start has; nobody but user 0 has his files written by others because of his mask.
 */
void nrb_inherited_tame(void);

/** Whether a signal is ignored, as nohup(1) has SIGHUP. To be asked before taking it from a descriptor:
 * one that is blocked as well would come there all the same. Source: sig_ignored() of kernel/signal.c. */
bool nrb_inherited_ignores(int number);

/** Raise the limit on open files to the hard one, if the soft one leaves no room for n. Silent. */
void nrb_inherited_make_room(int n);

#endif

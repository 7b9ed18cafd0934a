/* tests/support/results.h - what a suite tells script/test, for the table at the end. */
#ifndef COSY_RESULTS_H
#define COSY_RESULTS_H

/* Appends a line to the file that the environment variable COSY_RESULTS names; does nothing without it.
 * faults: how many were injected, -1 for a suite that injects none. */
void results(const char *suite, long cases, long faults, long failures);

#endif

/* What a select costs beside a plain wait. One task takes a permit, another gives it and yields; the taker waits plainly,
 * or by a select over 1 or 8 arms of which the last is served, or over 8 arms of which 7 are off.
 *
 *     wait1      cosy_semaphore_acquire()
 *     select1    one arm
 *     select8    eight arms, all in line
 *     select8off eight arms, seven off
 */
#ifndef BENCH_SELECT_H
#define BENCH_SELECT_H

#include "clock.h"

#include <cosy.h>

enum { ARMS = 8 };

static struct {
    cosy_semaphore lines[ARMS];
    long turns;
    unsigned arms, on; /* arms of a select, 0 for a plain wait; how many of them, counted from the last, are on */
} choice;

static int choice_taker(void *arg)
{
    (void)arg;
    for (long i = 0; i < choice.turns; i++) {
        if (!choice.arms) {
            cosy_semaphore_acquire(&choice.lines[0], 1, COSY_FOREVER);
            continue;
        }
        cosy_arm arms[ARMS];
        for (unsigned k = 0; k < choice.arms; k++)
            arms[k] = choice.arms - k <= choice.on ? cosy_arm_semaphore(&choice.lines[k], 1) : cosy_arm_off();
        cosy_select(arms, choice.arms, NULL, COSY_FOREVER);
    }
    return 0;
}

static int choice_giver(void *arg)
{
    cosy_semaphore *last = arg;
    for (long i = 0; i < choice.turns; i++) {
        cosy_semaphore_release(last, 1);
        cosy_yield();
    }
    return 0;
}

/* Nanoseconds per turn: a wait, a release, two switches. */
static void bench_choice(const char *op, unsigned arms, unsigned on, long turns)
{
    cosy_task *taker, *giver;
    for (int k = 0; k < ARMS; k++)
        cosy_semaphore_init(&choice.lines[k], 0, INT32_MAX, "line");
    choice.turns = turns;
    choice.arms = arms;
    choice.on = on;
    int64_t began = bench_cpu();
    cosy_spawn(&taker, choice_taker, NULL, NULL);
    cosy_spawn(&giver, choice_giver, &choice.lines[arms ? arms - 1 : 0], NULL);
    cosy_join(taker, NULL, COSY_FOREVER);
    cosy_join(giver, NULL, COSY_FOREVER);
    bench_print("cosy", op, (double)(bench_cpu() - began) / (double)turns);
}

/* 0: done; 2: no such operation. */
static int bench_select(const char *op, long count)
{
    static const struct {
        const char *op;
        unsigned arms, on;
    } ops[] = {{"wait1", 0, 0}, {"select1", 1, 1}, {"select8", 8, 8}, {"select8off", 8, 1}};
    for (unsigned i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (strcmp(op, ops[i].op) == 0) {
            bench_choice(op, ops[i].arms, ops[i].on, count ? count : 1000000);
            return 0;
        }
    return 2;
}

#endif

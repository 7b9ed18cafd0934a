/* Bits that are taken are taken by one, bits that are given back go to the next whose condition holds. */
#include "scenarios.h"

static cosy_flags flags;
static uint32_t set, taken;

static void fresh(void)
{
    cosy_flags_init(&flags, 0, "flags");
    COSY_TESTING_WATCH(&flags);
    set = taken = 0;
}

static const char *accounted(void *arg)
{
    (void)arg;
    uint32_t left = cosy_flags_get(&flags);
    return (taken | left) == set && !(taken & left) ? NULL : "a bit is lost, or came twice";
}

typedef struct want {
    uint32_t mask;
    unsigned how;
    uint32_t patience_ms;
} want;

static int taker(void *arg)
{
    const want *w = arg;
    uint32_t got = 0, up = cosy_flags_get(&flags) & w->mask;
    bool waits = w->how & COSY_FLAGS_ALL ? up != w->mask : !up;
    int rc = cosy_flags_wait(&flags, w->mask, w->how, &got, cosy_in(cosy_ms(w->patience_ms)));
    if (cancel_won(waits, rc)) {
        if (rc == COSY_ETIMEDOUT && (cosy_flags_get(&flags) & w->mask) == w->mask)
            cosy_testing_fail("the bits were there for somebody who waited in vain");
        return rc == COSY_ETIMEDOUT ? COSY_OK : rc;
    }
    if (!got || (got & ~w->mask) || ((w->how & COSY_FLAGS_ALL) && got != w->mask))
        cosy_testing_fail("what was got does not satisfy");
    if (w->how & COSY_FLAGS_CLEAR) {
        if (taken & got)
            cosy_testing_fail("a bit was taken twice");
        taken |= got;
    }
    return COSY_OK;
}

static void raise_bits(uint32_t bits)
{
    set |= bits;
    cosy_flags_set(&flags, bits);
}

static int setter(void *arg)
{
    int rc = cosy_sleep(cosy_ms(1));
    (void)arg;
    raise_bits(3);
    if (!rc)
        rc = cosy_sleep(cosy_ms(1));
    raise_bits(4);
    return rc;
}

/* a takes both bits of the first set, or a fault of it gives them to b and c. d takes nothing, e finds one bit only. */
static int hand_off(void *arg)
{
    static const want wants[] = {{3, COSY_FLAGS_ALL | COSY_FLAGS_CLEAR, 9}, {1, COSY_FLAGS_ANY | COSY_FLAGS_CLEAR, 5},
                                 {6, COSY_FLAGS_ANY | COSY_FLAGS_CLEAR, 5}, {4, COSY_FLAGS_ANY, 9},
                                 {5, COSY_FLAGS_ALL, 5}};
    const member crew[] = {{"a", taker, (void *)(uintptr_t)&wants[0]}, {"b", taker, (void *)(uintptr_t)&wants[1]},
                           {"c", taker, (void *)(uintptr_t)&wants[2]}, {"d", taker, (void *)(uintptr_t)&wants[3]},
                           {"e", taker, (void *)(uintptr_t)&wants[4]}, {"setter", setter, NULL}};
    (void)arg;
    fresh();
    int rc = RUN_CREW(crew);
    return rc ? rc : cosy_sleep(cosy_ms(20));
}

const cosy_scenario flags_scenarios[] = {
    {.name = "flags: taken by one, or by two others", .run = hand_off, .verify = accounted},
    {.name = NULL},
};

/* cosy/time.h - time: signed 64-bit nanoseconds of a monotonic clock that never wraps.
 *
 * Every waiting call takes an absolute deadline:
 *
 *     cosy_lock_acquire(&lock, COSY_NOW);                 try
 *     cosy_lock_acquire(&lock, COSY_FOREVER);             wait
 *     cosy_lock_acquire(&lock, cosy_in(cosy_ms(200)));    wait at most 200 ms from now
 *
 * What can complete without waiting succeeds even if the deadline has passed.
 */
#ifndef COSY_TIME_H
#define COSY_TIME_H

#include "compiler.h"

COSY_BEGIN

typedef int64_t cosy_time; /* nanoseconds: a point in time, or a length of it */

#define COSY_NOW INT64_MIN     /* the deadline that only tries */
#define COSY_FOREVER INT64_MAX /* the deadline that never comes */

/**
 * cosy_ns, cosy_us, cosy_ms, cosy_s - lengths of time.
 *
 * @ns: nanoseconds.
 * @us: microseconds.
 * @ms: milliseconds.
 * @s: seconds.
 *
 * Returns: the length in nanoseconds.
 * Waits: no. From: anywhere. Cost: constants fold; variables take two 32-bit multiplies and shifts, no 64-bit multiply.
 */
COSY_INLINE cosy_time cosy_ns(int64_t ns)
{
    return ns;
}
COSY_INLINE cosy_time cosy_us(uint32_t us)
{
    return (cosy_time)(((uint64_t)((us >> 16) * 125u) << 16) + (us & 0xffffu) * 125u) << 3;
}
COSY_INLINE cosy_time cosy_ms(uint32_t ms)
{
    return (cosy_time)(((uint64_t)((ms >> 16) * 15625u) << 16) + (ms & 0xffffu) * 15625u) << 6;
}
COSY_INLINE cosy_time cosy_s(uint32_t s)
{
    uint64_t y = (((uint64_t)((s >> 16) * 15625u) << 16) + (s & 0xffffu) * 15625u); /* s * 10^9 = y * 125 * 512 */
    return (cosy_time)(((y << 7) - (y << 1) - y) << 9);
}

/**
 * cosy_now - the loop's time.
 *
 * Returns: nanoseconds, as cached when the loop last looked at its clock; 0 outside a loop.
 * Waits: no. From: a task or the loop's callbacks. Cost: a load; a clock read where no timer kept the cache fresh.
 */
COSY_API cosy_time cosy_now(void);

/**
 * cosy_in - the deadline that lies this far ahead.
 *
 * @length: nanoseconds; COSY_FOREVER and what overflows give COSY_FOREVER.
 *
 * Returns: cosy_now() + length.
 * Waits: no. From: a task or the loop's callbacks. Cost: as cosy_now().
 *
 * Example:
 *     rc = cosy_queue_get(&q, &item, cosy_in(cosy_ms(50)));
 */
COSY_API cosy_time cosy_in(cosy_time length);

COSY_END

#endif

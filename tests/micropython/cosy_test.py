# The module cosy: points in time, limits, the loop. All in simulated time.
import asyncio
import cosy
import sys
from check import case, main, settle
from outcome import ended_by, refused

cosy.virtual()
S = 1000000000


# ---- time ----


@case("now counts nanoseconds, and simulated time moves only while all wait", [0, 1500000000])
async def _(say):
    began = cosy.now()
    say(cosy.now() - began)
    await asyncio.sleep(1.5)
    say(cosy.now() - began)


@case("sleep_until: one that has passed is a turn of the others", ["other", "went round", 2 * S])
async def _(say):
    async def other():
        say("other")

    began = cosy.now()
    asyncio.create_task(other())
    await cosy.sleep_until(began - 5)
    say("went round")
    await cosy.sleep_until(began + 2 * S)
    say(cosy.now() - began)


@case("deadline: so many seconds ahead; None is never", [1250000000, None])
async def _(say):
    say(cosy.deadline(1.25) - cosy.now())
    say(cosy.deadline(None))


POINT = "a point in time is an int, cosy.now() + ns or cosy.deadline(s), not 'float'"


@case("points in time are ints, and those far away do no harm", [POINT, "TimeoutError", "TimeoutError", "until= or timeout=, not both"])
async def _(say):
    await refused(say, TypeError, lambda: cosy.sleep_until(1.5))
    signal = cosy.Signal()
    for past in (-(1 << 80), -(1 << 62), -5):
        await refused(lambda _: None, asyncio.TimeoutError, lambda: signal.wait(until=past))
    await refused(say, asyncio.TimeoutError, lambda: signal.wait(until=-(1 << 80)))
    await refused(say, asyncio.TimeoutError, lambda: signal.wait(timeout=0))
    await refused(say, TypeError, lambda: signal.wait(until=1, timeout=1))


@case("a far point is never: the other arm wins", [(1, None), (1, None)])
async def _(say):
    for far in (1 << 62, 1 << 90):
        say(await cosy.select(cosy.sleep_until(far), asyncio.sleep(1)))


@case("a limited wait counts from the call", [S, S])
async def _(say):
    began = cosy.now()
    for limit in ({"timeout": 1}, {"until": began + 2 * S}):
        wait = cosy.WaitGroup(1).wait(**limit)
        before = cosy.now()
        try:
            await wait
        except asyncio.TimeoutError:
            say(cosy.now() - before)


@case("a limit that is not reached leaves no timer behind", ["done", 0, None])
async def _(say):
    group = cosy.WaitGroup(1)
    began = cosy.now()

    async def wait():
        await group.wait(timeout=5)
        say("done")

    task = asyncio.create_task(wait())
    await settle()
    group.done()
    await task
    say(cosy.now() - began)
    say([row[2] for row in cosy.tasks() if row[1] == "running"][0])


@case("a limited wait can be cancelled", ["a: cancelled", 0])
async def _(say):
    began = cosy.now()
    task = asyncio.create_task(ended_by(say, "a")(cosy.Signal().wait(timeout=5)))
    await settle()
    task.cancel()
    await settle()
    say(cosy.now() - began)


# ---- the loop ----


@case("checkpoint: always makes each call that does not wait a turn", ["1", "1", "2", "2", "1", "2", "1", "2"])
async def _(say):
    async def walk(name):
        for _ in range(2):
            async with asyncio.Lock():
                say(name)

    for always in (False, True):
        cosy.checkpoint(always)
        tasks = [asyncio.create_task(walk(name)) for name in "12"]
        for task in tasks:
            await task
    cosy.checkpoint(False)


@case("tasks: who does what, and for how long yet", ["Lock.acquire None", "ready None", "running None", "sleep 2.0"])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    mine = [asyncio.create_task(lock.acquire()), asyncio.create_task(asyncio.sleep(2)), asyncio.current_task()]
    await settle()
    mine.append(asyncio.create_task(asyncio.sleep(1)))
    say_later = ["%s %s" % row[1:] for row in cosy.tasks() if row[0] in mine]
    for text in sorted(say_later):
        say(text)
    for task in mine[:2]:
        task.cancel()


@case("tasks: who was let go with many others is ready", ["Event.wait", "ready"])
async def _(say):
    event = asyncio.Event()
    mine = [asyncio.create_task(event.wait()) for _ in range(2)]
    await settle()
    say([row[1] for row in cosy.tasks() if row[0] is mine[1]][0])
    event.set()
    say([row[1] for row in cosy.tasks() if row[0] is mine[1]][0])


@case("virtual: not while the loop runs", ["the clock cannot be changed while the loop runs"])
async def _(say):
    await refused(say, RuntimeError, lambda: cosy.virtual(False))


async def hang():
    await asyncio.Event().wait()


def deadlock():
    """What cannot be looked at from inside a run."""
    try:
        asyncio.run(hang())
        came = "ended"
    except RuntimeError as error:
        came = str(error)
    asyncio.new_event_loop()
    expected = "deadlock: nobody can wake the tasks that are left"
    if came != expected:
        print("cosy: deadlock\n  expected: %r\n  came:     %r" % (expected, came))
        sys.exit(1)


deadlock()
main("cosy")

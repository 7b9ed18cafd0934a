# A table of cases, for MicroPython with cosy and for CPython alike:
#
#     from check import case, main, settle
#
#     @case("a cancelled waiter leaves the line", ["B has it"])
#     async def _(say):
#         ...
#         say("B has it")
#
#     main("lock")
#
# A case says what happens; what it said must be what was expected, in that order. One that is a plain function runs
# outside any loop. `ours=(rule, expected)`: where our contract differs from CPython's behaviour, and by which rule.
# `needs`: names that asyncio must have ("Queue.shutdown"), else the case is skipped (older CPythons). A case that hangs
# is ended after LIMIT seconds.
import asyncio
import sys

LIMIT = 10
MICROPYTHON = sys.implementation.name == "micropython"
cases = []


def case(name, expected, ours=None, needs=()):
    def add(body):
        cases.append((name, expected, ours, (needs,) if isinstance(needs, str) else needs, body))
        return body

    return add


async def settle(turns=12):
    """Lets all others run until they wait: a fixed number of turns, more than any case needs."""
    for _ in range(turns):
        await asyncio.sleep(0)


async def cancelled(task):
    """Waits for a task's end; True if it was cancelled."""
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


def has(path):
    thing = asyncio
    for name in path.split("."):
        if not hasattr(thing, name):
            return False
        thing = getattr(thing, name)
    return True


def main(title):
    failed = skipped = 0
    for name, expected, ours, needs, body in cases:
        if not all(has(n) for n in needs):
            skipped += 1
            continue
        if ours and MICROPYTHON:
            expected = ours[1]
        came = []
        try:
            running = body(came.append)
            if running is not None:
                asyncio.run(limited(running))
        except Exception as error:
            came.append("raised " + repr(error))
        if came != expected:
            failed += 1
            print("%s: %s\n  expected: %r\n  came:     %r" % (title, name, expected, came))
            if ours:
                print("  (by our rule %s)" % ours[0])
    print("%s: %d cases, %d failed, %d skipped" % (title, len(cases) - skipped, failed, skipped))
    sys.exit(1 if failed else 0)


async def limited(body):
    return await asyncio.wait_for(body, LIMIT)

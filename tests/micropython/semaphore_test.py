# asyncio.Semaphore, BoundedSemaphore: the cases S1 to S15 of CPython's suite, and what our contract adds.
import asyncio
from check import cancelled, case, main, settle


def user(say, sem, name):
    """Takes a permit for good."""

    async def use():
        say("%s %s" % (name, await sem.acquire()))

    return asyncio.create_task(use())


def state(sem):
    text = repr(sem)
    return text[text.index("[") : text.index("]") + 1]


async def all_of(*tasks):
    for task in tasks:
        await task


@case(
    "S1 S2 value, locked, repr",
    [True, "[locked]", "[unlocked, value:4]", "[locked, waiters:1]", "[locked, waiters:2]", "[unlocked, value:1]"],
)
async def _(say):
    sem = asyncio.Semaphore(0)
    say(sem.locked())
    say(state(sem))
    say(state(asyncio.Semaphore(value=4)))
    tasks = [user(lambda text: None, sem, "a")]
    await settle()
    say(state(sem))
    tasks.append(user(lambda text: None, sem, "b"))
    await settle()
    say(state(sem))
    for _ in range(3):
        sem.release()
    await all_of(*tasks)
    say(state(sem))


@case("S3 it cannot be awaited; the value is 1 if none is given", ["TypeError", False, True, True])
async def _(say):
    sem = asyncio.Semaphore()
    try:
        await sem
    except TypeError:
        say("TypeError")
    say(sem.locked())
    say(await sem.acquire())
    say(sem.locked())


@case("S4 a value below 0, or none at all", ["ValueError", "ValueError", "TypeError", "TypeError", "TypeError"])
async def _(say):
    for kind, arguments in (
        (asyncio.Semaphore, {"value": -1}),
        (asyncio.BoundedSemaphore, {"value": -1}),
        (asyncio.Semaphore, {"value": "x"}),
        (asyncio.Semaphore, {"loop": None}),
        (asyncio.BoundedSemaphore, {"n": 1}),
    ):
        try:
            kind(**arguments)
        except (TypeError, ValueError) as error:
            say(type(error).__name__)


@case("S5 the line is served in order", [True, True, "1 True", "2 True", "3 True", "4 waits", "4 True"])
async def _(say):
    sem = asyncio.Semaphore(3)
    say(await sem.acquire())
    say(await sem.acquire())
    tasks = [user(say, sem, "1"), user(say, sem, "2"), user(say, sem, "3")]
    await settle()
    four = user(say, sem, "4")
    sem.release()
    sem.release()
    await settle()
    say("4 done" if four.done() else "4 waits")
    sem.release()
    await all_of(four, *tasks)


@case("S6 a cancelled waiter leaves", [True, "[unlocked, value:1]"])
async def _(say):
    sem = asyncio.Semaphore(0)
    task = user(say, sem, "never")
    await settle()
    task.cancel()
    say(await cancelled(task))
    sem.release()
    say(state(sem))


@case("S7 two cancelled and a release in one step: the third has it", ["3 True", True, True, "4 waits", "4 True"])
async def _(say):
    sem = asyncio.Semaphore(0)
    tasks = [user(say, sem, str(i + 1)) for i in range(4)]
    await settle()
    tasks[0].cancel()
    tasks[1].cancel()
    sem.release()
    await settle()
    say(await cancelled(tasks[0]))
    say(await cancelled(tasks[1]))
    say("4 done" if tasks[3].done() else "4 waits")
    sem.release()
    await all_of(*tasks[2:])


@case("S8 the first is cancelled, then a release: the second has it", ["b True", True])
async def _(say):
    sem = asyncio.Semaphore(0)
    a, b = user(say, sem, "a"), user(say, sem, "b")
    await settle()
    a.cancel()
    sem.release()
    await b
    say(await cancelled(a))


@case(
    "S9 granted, then cancelled before it ran: its body never runs, the permit is free",
    [True, "[unlocked, value:1]"],
)
async def _(say):
    sem = asyncio.Semaphore(1)

    async def second():
        async with sem:
            say("it ran")

    async def first():
        async with sem:
            await settle()
        task.cancel()

    one = asyncio.create_task(first())
    task = asyncio.create_task(second())
    await one
    say(await cancelled(task))
    say(state(sem))


@case(
    "S10 S11 a bounded one is released no more often than acquired",
    ["ValueError", "[unlocked, value:1]", False, "ValueError", "[unlocked, value:2]"],
)
async def _(say):
    sem = asyncio.BoundedSemaphore()
    try:
        sem.release()
    except ValueError:
        say("ValueError")
    say(state(sem))
    await sem.acquire()
    sem.release()
    say(sem.locked())
    try:
        sem.release()
    except ValueError:
        say("ValueError")
    unbounded = asyncio.Semaphore(1)
    unbounded.release()
    say(state(unbounded))


@case("S12 nobody takes it twice in a row", ["c1 c2 c3 c1 c2 c3"])
async def _(say):
    sem = asyncio.Semaphore(1)
    said = []

    async def go(name):
        for _ in range(2):
            await sem.acquire()
            await asyncio.sleep(0)
            said.append(name)
            sem.release()

    await all_of(*[asyncio.create_task(go("c%d" % i)) for i in (1, 2, 3)])
    say(" ".join(said))


@case("S13 released and acquired in one step, while another is granted", ["1", "2", "3", "4"])
async def _(say):
    sem = asyncio.Semaphore(1)

    async def first():
        await sem.acquire()
        say("1")
        await settle()
        sem.release()

    async def second():
        await sem.acquire()
        say("2")
        sem.release()
        await sem.acquire()
        say("4")

    async def third():
        await sem.acquire()
        say("3")
        sem.release()

    await all_of(*[asyncio.create_task(go()) for go in (first, second, third)])


@case("S14 the first is cancelled, two releases: both others", ["2 True", "3 True", True])
async def _(say):
    sem = asyncio.Semaphore(0)
    tasks = [user(say, sem, str(i + 1)) for i in range(3)]
    await settle()
    tasks[0].cancel()
    sem.release()
    sem.release()
    await all_of(*tasks[1:])
    say(await cancelled(tasks[0]))


@case(
    "S15 permits are over, but somebody who was granted one has not run: a newcomer goes behind",
    ["locked", "1", "2", "3", "4"],
)
async def _(say):
    sem = asyncio.Semaphore(0)
    tasks = []

    async def first():
        await sem.acquire()
        say("1")
        tasks.append(asyncio.create_task(fourth()))

    async def second():
        await settle(3)
        for _ in range(3):
            sem.release()
        if sem.locked():
            say("locked")
        await sem.acquire()
        say("2")

    async def third():
        await asyncio.sleep(0)
        await settle(4)
        await sem.acquire()
        say("3")

    async def fourth():
        await settle(6)
        sem.release()
        await sem.acquire()
        say("4")

    tasks += [asyncio.create_task(first()), asyncio.create_task(second()), asyncio.create_task(third())]
    await settle(20)
    await all_of(*tasks)


@case("a block takes one, and gives None", [None, True, False])
async def _(say):
    sem = asyncio.BoundedSemaphore(1)
    async with sem as given:
        say(given)
        say(sem.locked())
    say(sem.locked())


@case("a block that is left by an exception gives it back", ["ZeroDivisionError", False])
async def _(say):
    sem = asyncio.Semaphore()
    try:
        async with sem:
            1 / 0
    except ZeroDivisionError:
        say("ZeroDivisionError")
    say(sem.locked())


@case("granted, and cancelled before it ran: the next in line has it", ["b True", True])
async def _(say):
    sem = asyncio.Semaphore(0)
    a, b = user(say, sem, "a"), user(say, sem, "b")
    await settle()
    sem.release()
    a.cancel()
    await b
    say(await cancelled(a))


@case("a timeout in the middle of the line", ["TimeoutError", "a True", "c True"], needs="wait_for")
async def _(say):
    sem = asyncio.Semaphore(0)
    a = user(say, sem, "a")
    await settle()

    async def late():
        try:
            await asyncio.wait_for(sem.acquire(), 0.01)
        except asyncio.TimeoutError:
            say("TimeoutError")

    b = asyncio.create_task(late())
    await settle()
    c = user(say, sem, "c")
    await b
    sem.release()
    sem.release()
    await all_of(a, c)


@case(
    "a bounded one for nobody",
    ["a semaphore"],
    ours=("7: what can only hang is refused", ["ValueError"]),
)
async def _(say):
    try:
        asyncio.BoundedSemaphore(0)
        say("a semaphore")
    except ValueError:
        say("ValueError")


@case("a bounded one is a Semaphore, too", [True])
async def _(say):
    say(isinstance(asyncio.BoundedSemaphore(), asyncio.Semaphore))


@case("no more than so many at a time", [3, 30])
async def _(say):
    sem = asyncio.BoundedSemaphore(3)
    inside = [0, 0, 0]  # now, most, all

    async def go():
        async with sem:
            inside[0] += 1
            inside[1] = max(inside[:2])
            inside[2] += 1
            await asyncio.sleep(0)
            inside[0] -= 1

    await all_of(*[asyncio.create_task(go()) for _ in range(30)])
    say(inside[1])
    say(inside[2])


main("semaphore")

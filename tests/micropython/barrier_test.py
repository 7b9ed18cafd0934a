# asyncio.Barrier: the cases B1 to B22 of CPython's suite, and what our contract adds. Where that differs it is by rule
# 10: a generation that has tripped is final, and the next one fills at once; there is no draining.
import asyncio
from check import cancelled, case, main, settle


def waiter(say, barrier, name=None):
    """Waits once; says its index, with a name in front, or that the barrier broke."""

    async def wait():
        try:
            index = await barrier.wait()
            say(index if name is None else "%s %s" % (name, index))
        except asyncio.BrokenBarrierError:
            say("broken" if name is None else name + " broken")

    return asyncio.create_task(wait())


def state(barrier):
    text = repr(barrier)
    return text[text.index("[") : text.index("]") + 1]


async def all_of(*tasks):
    for task in tasks:
        await task


@case("B1 it cannot be awaited", ["TypeError", 0], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(3)
    try:
        await barrier
    except TypeError:
        say("TypeError")
    say(barrier.n_waiting)


@case("B2 repr", ["[filling, waiters:0/5]", "[filling, waiters:2/5]", "[broken]", "Barrier"], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(5)
    say(state(barrier))
    tasks = [waiter(lambda text: None, barrier) for _ in range(2)]
    await settle()
    say(state(barrier))
    await barrier.abort()
    await all_of(*tasks)
    say(state(barrier))
    if "Barrier" in repr(barrier):
        say("Barrier")


@case("B3 parties", [5, "ValueError", "ValueError", "TypeError", "TypeError"], needs="Barrier")
async def _(say):
    say(asyncio.Barrier(parties=5).parties)
    for arguments in ((0,), (-2,), ("3",), ()):
        try:
            asyncio.Barrier(*arguments)
        except (TypeError, ValueError) as error:
            say(type(error).__name__)


@case("B4 a block is told its index", [[0, 1, 2], 0, False], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(3)
    came = []

    async def go():
        async with barrier as index:
            came.append(index)

    await all_of(*[asyncio.create_task(go()) for _ in range(3)])
    say(sorted(came))
    say(barrier.n_waiting)
    say(barrier.broken)


@case("B5 B6 of one party: never waits", [0, 0, 0], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(1)
    say(await barrier.wait())
    async with barrier as index:
        say(index)
    say(barrier.n_waiting)


@case("B7 one by one", [1, 2, 0, [0, 1, 2]], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(3)
    came = []
    tasks = []
    for _ in range(3):
        tasks.append(waiter(came.append, barrier))
        await settle()
        say(barrier.n_waiting)
    await all_of(*tasks)
    say(sorted(came))


@case(
    "B8 B9 two rounds, the first before the second; each index once in each",
    [[1] * 5 + [2] * 5, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]],
    needs="Barrier",
)
async def _(say):
    barrier = asyncio.Barrier(5)
    rounds = []
    indices = {1: [], 2: []}

    async def go():
        for n in (1, 2):
            index = await barrier.wait()
            rounds.append(n)
            indices[n].append(index)

    await all_of(*[asyncio.create_task(go()) for _ in range(5)])
    say(rounds)
    say(sorted(indices[1]))
    say(sorted(indices[2]))


@case("indices: in the order of arrival, as in CPython", ["a 0", "b 1", "c 2"], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(3)
    came = []
    tasks = [waiter(came.append, barrier, name) for name in "abc"]
    await all_of(*tasks)
    for text in sorted(came):
        say(text)


@case(
    "B10 while a generation leaves: the next one fills",
    ["draining"],
    ours=("10: there is no draining", ["filling"]),
    needs="Barrier",
)
async def _(say):
    barrier = asyncio.Barrier(5)
    states = []

    async def go():
        await barrier.wait()
        states.append(state(barrier)[1:-1].split(",")[0])

    await all_of(*[asyncio.create_task(go()) for _ in range(5)])
    say(states[1])


@case(
    "B11 two wait again at once, others meet elsewhere first: all get through",
    [[0, 1, 2, 3, 4], 0, 0],
    needs="Barrier",
)
async def _(say):
    barrier, elsewhere = asyncio.Barrier(5), asyncio.Barrier(3)
    came = []

    async def twice():
        await barrier.wait()
        came.append(await barrier.wait())

    async def once():
        await barrier.wait()
        await elsewhere.wait()
        came.append(await barrier.wait())

    tasks = [asyncio.create_task(twice()) for _ in range(2)] + [asyncio.create_task(once()) for _ in range(3)]
    await all_of(*tasks)
    say(sorted(came))
    say(barrier.n_waiting)
    say(elsewhere.n_waiting)


@case("B12 one is cancelled: the others wait on, and a later one completes them", [2, True, 1, 2, 0], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(3)
    done = []
    a, b = waiter(done.append, barrier), waiter(done.append, barrier)
    await settle()
    say(barrier.n_waiting)
    a.cancel()
    say(await cancelled(a))
    say(barrier.n_waiting)
    c = waiter(done.append, barrier)
    await settle()
    say(barrier.n_waiting)
    d = waiter(done.append, barrier)
    await all_of(b, c, d)
    say(barrier.n_waiting)


@case(
    "after a cancel each index still comes once",
    [[1, 1, 2]],
    ours=("10: indices are unique", [[0, 1, 2]]),
    needs="Barrier",
)
async def _(say):
    barrier = asyncio.Barrier(3)
    came = []
    a = waiter(came.append, barrier)
    await settle()
    b = waiter(came.append, barrier)
    await settle()
    a.cancel()
    await cancelled(a)
    await all_of(b, waiter(came.append, barrier), waiter(came.append, barrier))
    say(sorted(came))


@case("B13 reset of one where nobody waits: usable", [False, [0, 1]], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(2)
    await barrier.reset()
    say(barrier.broken)
    came = []
    await all_of(waiter(came.append, barrier), waiter(came.append, barrier))
    say(sorted(came))


@case(
    "B14 reset while some wait: they are told, it stays usable",
    ["broken"] * 4 + [False, 0, [0, 1, 2, 3, 4]],
    needs="Barrier",
)
async def _(say):
    barrier = asyncio.Barrier(5)
    tasks = [waiter(say, barrier) for _ in range(4)]
    await settle()
    await barrier.reset()
    await all_of(*tasks)
    say(barrier.broken)
    say(barrier.n_waiting)
    came = []
    await all_of(*[waiter(came.append, barrier) for _ in range(5)])
    say(sorted(came))


async def by_one_who_left(say, act, again=False):
    """Five meet; the one who goes on third acts. The others may wait again. Says how many passed, and broke."""
    barrier = asyncio.Barrier(5)
    passed, broken, left = [], [], []

    async def go():
        try:
            await barrier.wait()
            passed.append(1)
            left.append(1)
            if len(left) == 3:
                await act(barrier)
            elif again:
                await barrier.wait()
                passed.append(2)
        except asyncio.BrokenBarrierError:
            broken.append(1)

    tasks = [asyncio.create_task(go()) for _ in range(5)]
    await settle()
    say("%d passed, %d broken" % (len(passed), len(broken)))
    say(state(barrier))
    for task in tasks:
        task.cancel()
        await cancelled(task)


@case(
    "B15 reset when two of five have not gone on yet",
    ["3 passed, 2 broken", "[filling, waiters:0/5]"],
    ours=("10: a tripped generation is final", ["5 passed, 0 broken", "[filling, waiters:0/5]"]),
    needs="Barrier",
)
async def _(say):
    await by_one_who_left(say, lambda barrier: barrier.reset())


@case(
    "B16 the same, while two wait again already",
    ["3 passed, 2 broken", "[filling, waiters:2/5]"],
    ours=("10: those who wait again belong to the next generation", ["5 passed, 2 broken", "[filling, waiters:2/5]"]),
    needs="Barrier",
)
async def _(say):
    await by_one_who_left(say, lambda barrier: barrier.reset(), again=True)


@case("B17 who was broken waits again, and the fifth comes", ["broken"] * 4 + [[0, 1, 2, 3, 4]], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(5)
    came = []

    async def go():
        try:
            await barrier.wait()
        except asyncio.BrokenBarrierError:
            say("broken")
        finally:
            came.append(await barrier.wait())

    async def fifth():
        await barrier.reset()
        await settle()
        came.append(await barrier.wait())

    tasks = [asyncio.create_task(go()) for _ in range(4)]
    await settle()
    await all_of(asyncio.create_task(fifth()), *tasks)
    say(sorted(came))


@case(
    "B18 the last to leave resets, while the others wait again",
    ["5 passed, 0 broken, 4 wait"],
    ours=("10: those who wait again are the generation that is reset", ["5 passed, 4 broken, 0 wait"]),
    needs="Barrier",
)
async def _(say):
    barrier = asyncio.Barrier(5)
    passed, broken = [], []

    async def go():
        try:
            await barrier.wait()
            passed.append(1)
            if len(passed) == 5:
                await barrier.reset()
            else:
                await barrier.wait()
        except asyncio.BrokenBarrierError:
            broken.append(1)

    tasks = [asyncio.create_task(go()) for _ in range(5)]
    await settle()
    say("%d passed, %d broken, %d wait" % (len(passed), len(broken), barrier.n_waiting))
    for task in tasks:
        task.cancel()
        await cancelled(task)


@case("B19 abort: broken, for who waits and who comes", ["broken", "broken", True, 0, "broken"], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(5)
    tasks = [waiter(say, barrier), waiter(say, barrier)]
    await settle()
    await barrier.abort()
    await all_of(*tasks)
    say(barrier.broken)
    say(barrier.n_waiting)
    await waiter(say, barrier)


@case(
    "B20 abort when two of five have not gone on yet, and two wait again",
    ["3 passed, 4 broken", "[broken]"],
    ours=("10: a tripped generation is final", ["5 passed, 4 broken", "[broken]"]),
    needs="Barrier",
)
async def _(say):
    await by_one_who_left(say, lambda barrier: barrier.abort(), again=True)


@case("B21 one fails and aborts: the others are told at the next wait", [4, True], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(5)
    broken = []

    async def go(n):
        try:
            async with barrier as index:
                if index == 0:
                    raise ValueError
            async with barrier:
                pass
        except asyncio.BrokenBarrierError:
            broken.append(n)
        except ValueError:
            await barrier.abort()

    await all_of(*[asyncio.create_task(go(n)) for n in range(5)])
    say(len(broken))
    say(barrier.broken)


@case(
    "B22 aborted, then reset between two meetings elsewhere: works again",
    [4, False, [0, 1, 2, 3, 4]],
    needs="Barrier",
)
async def _(say):
    barrier, elsewhere = asyncio.Barrier(5), asyncio.Barrier(5)
    broken, came = [], []

    async def go():
        try:
            index = await barrier.wait()
            if index == 0:
                raise ValueError
            await barrier.wait()
        except asyncio.BrokenBarrierError:
            broken.append(1)
        except ValueError:
            await barrier.abort()
        if await elsewhere.wait() == 2:
            await barrier.reset()
        await elsewhere.wait()
        came.append(await barrier.wait())

    await all_of(*[asyncio.create_task(go()) for _ in range(5)])
    say(len(broken))
    say(barrier.broken)
    say(sorted(came))


@case(
    "tripped, and cancelled before it ran: it has passed; the cancel comes at its next wait",
    ["b passed", True],
    ours=("10: a tripped generation is final", ["b passed", "a passed", True]),
    needs="Barrier",
)
async def _(say):
    barrier = asyncio.Barrier(2)

    async def go(name):
        await barrier.wait()
        say(name + " passed")
        if name == "a":
            await asyncio.sleep(60)

    a = asyncio.create_task(go("a"))
    await settle()
    b = asyncio.create_task(go("b"))
    await asyncio.sleep(0)
    a.cancel()
    await b
    say(await cancelled(a))


@case("a timeout takes the arrival back", ["TimeoutError", 0, [0, 1]], needs=("Barrier", "wait_for"))
async def _(say):
    barrier = asyncio.Barrier(2)
    try:
        await asyncio.wait_for(barrier.wait(), 0.01)
    except asyncio.TimeoutError:
        say("TimeoutError")
    say(barrier.n_waiting)
    came = []
    await all_of(waiter(came.append, barrier), waiter(came.append, barrier))
    say(sorted(came))


@case("reset and abort act when they are awaited", [False, 1, "broken", True], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(2)
    task = waiter(say, barrier)
    await settle()
    abort = barrier.abort()
    say(barrier.broken)
    say(barrier.n_waiting)
    await abort
    await task
    say(barrier.broken)


@case("what is said of a broken barrier", [True, True], needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(2)
    await barrier.abort()
    try:
        await barrier.wait()
    except RuntimeError as error:
        say(isinstance(error, asyncio.BrokenBarrierError))
        say(len(str(error)) > 0)


@case("its properties cannot be set", ["AttributeError"] * 3, needs="Barrier")
async def _(say):
    barrier = asyncio.Barrier(2)
    for name in ("parties", "n_waiting", "broken"):
        try:
            setattr(barrier, name, 1)
        except AttributeError:
            say("AttributeError")


main("barrier")

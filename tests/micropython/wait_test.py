# wait and as_completed.
import asyncio
import gc
from check import MICROPYTHON, cancelled, case, main, settle


def kind(error):
    return type(error).__name__


async def gives(value, turns=1):
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def fails(error, turns=1):
    await gives(None, turns)
    raise error


def tasks(*coros):
    return [asyncio.create_task(c) for c in coros]


def names(some, all_):
    """Which of all these are among some: "ac"."""
    return "".join("abcdef"[i] for i, task in enumerate(all_) if task in some)


async def end(all_):
    for task in all_:
        task.cancel()
    for task in all_:
        await asyncio.wait([task])


@case("all", ["abc", "", True, True])
async def _(say):
    all_ = tasks(gives(1, 3), gives(2), gives(3, 2))
    done, pending = await asyncio.wait(all_)
    say(names(done, all_))
    say(names(pending, all_))
    say(isinstance(done, set) and isinstance(pending, set))
    say(all(t.done() for t in all_))


@case("the first", ["b", "ac"])
async def _(say):
    all_ = tasks(asyncio.sleep(30), gives(2), asyncio.sleep(30))
    done, pending = await asyncio.wait(all_, return_when=asyncio.FIRST_COMPLETED)
    say(names(done, all_))
    say(names(pending, all_))
    await end(all_)


@case("the first exception", ["ab", "c", "ValueError"])
async def _(say):
    all_ = tasks(gives(1), fails(ValueError(), 4), asyncio.sleep(30))
    done, pending = await asyncio.wait(all_, return_when=asyncio.FIRST_EXCEPTION)
    say(names(done, all_))
    say(names(pending, all_))
    say(kind(all_[1].exception()))
    await end(all_)


@case("a cancel is no exception; without one all are waited for", ["abc"])
async def _(say):
    all_ = tasks(asyncio.sleep(30), gives(1), gives(2, 5))
    await asyncio.sleep(0)
    all_[0].cancel()
    done, pending = await asyncio.wait(all_, return_when=asyncio.FIRST_EXCEPTION)
    say(names(done, all_))


@case("until a timeout, which raises and cancels nothing", ["a", "b", False])
async def _(say):
    all_ = tasks(gives(1), asyncio.sleep(30))
    done, pending = await asyncio.wait(all_, timeout=0.02)
    say(names(done, all_))
    say(names(pending, all_))
    say(all_[1].done())
    await end(all_)


@case("with a timeout of 0 others have a turn", ["", "ab", 2])
async def _(say):
    all_ = tasks(gives(1, 40), gives(2, 40))
    done, pending = await asyncio.wait(all_, timeout=0)
    say(names(done, all_))
    say(names(pending, all_))
    rounds = 0
    while pending:
        done, pending = await asyncio.wait(pending, timeout=0)
        rounds += 1
    say(len(all_) if rounds > 1 else rounds)


@case("what was done before", ["ab", "a"])
async def _(say):
    all_ = tasks(gives(1), gives(2))
    for task in all_:
        await task
    done, _ = await asyncio.wait(all_)
    say(names(done, all_))
    more = [all_[0], asyncio.create_task(asyncio.sleep(30))]
    done, _ = await asyncio.wait(more, return_when=asyncio.FIRST_COMPLETED)
    say(names(done, more))
    await end(more)


@case("each once", [1])
async def _(say):
    task = asyncio.create_task(gives(1))
    done, _ = await asyncio.wait((task, task))
    say(len(done))


@case("cancelling who waits cancels nobody else", [True, False])
async def _(say):
    all_ = tasks(asyncio.sleep(30))

    async def waits():
        await asyncio.wait(all_)

    task = asyncio.create_task(waits())
    await settle()
    task.cancel()
    say(await cancelled(task))
    say(all_[0].done())
    await end(all_)


@case("exceptions are for the caller to look at, and not reported", [True, "ValueError"])
async def _(say):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say("handler"))
    all_ = tasks(fails(ValueError()), gives(1, 6))
    done, _ = await asyncio.wait(all_)
    say(all_[0] in done)
    say(kind(all_[0].exception()))
    loop.set_exception_handler(None)


@case("nothing of it stays with a future that is waited for often", [True], needs="Loop")
async def _(say):
    future = asyncio.get_running_loop().create_future()
    for _ in range(20):
        await asyncio.wait([future], timeout=0)
    gc.collect()
    before = gc.mem_alloc()
    for _ in range(200):
        await asyncio.wait([future], timeout=0)
    gc.collect()
    say(gc.mem_alloc() - before < 5000)


@case("misuse", ["ValueError", "TypeError", "TypeError", "ValueError", "TypeError"])
async def _(say):
    future = asyncio.get_running_loop().create_future()
    coro = asyncio.sleep(0)
    for call in (
        lambda: asyncio.wait([]),
        lambda: asyncio.wait(future),
        lambda: asyncio.wait([coro]),
        lambda: asyncio.wait([future], return_when="LAST"),
        lambda: asyncio.wait(5),
    ):
        try:
            await call()
        except Exception as error:
            say(kind(error))
    await coro


# ---- as_completed ----


@case("in the order of the ends", [2, 3, 1])
async def _(say):
    for aw in asyncio.as_completed([gives(1, 9), gives(2, 1), gives(3, 5)]):
        say(await aw)


@case("an exception comes in its place", [1, "ValueError", 3])
async def _(say):
    for aw in asyncio.as_completed([gives(1, 1), fails(ValueError(), 4), gives(3, 8)]):
        try:
            say(await aw)
        except ValueError as error:
            say(kind(error))


@case("a timeout for all of it", [1, "TimeoutError", "TimeoutError"])
async def _(say):
    all_ = tasks(gives(1), asyncio.sleep(30), asyncio.sleep(30))
    for aw in asyncio.as_completed(all_, timeout=0.02):
        try:
            say(await aw)
        except asyncio.TimeoutError as error:
            say(kind(error))
    await end(all_)


@case("what ends after the timeout has come too late", ["TimeoutError", 5])
async def _(say):
    task = asyncio.create_task(asyncio.sleep(0.03, 5))
    for aw in asyncio.as_completed([task], timeout=0.01):
        await task
        try:
            say(await aw)
        except asyncio.TimeoutError as error:
            say(kind(error))
    say(await task)


@case("nothing to wait for", ["over"])
async def _(say):
    for aw in asyncio.as_completed([]):
        say("one")
    say("over")


@case("each once", [1, "over"])
async def _(say):
    coro = gives(1)
    for aw in asyncio.as_completed([coro, coro]):
        say(await aw)
    say("over")


@case("what has ended before", [1, 3])
async def _(say):
    all_ = tasks(gives(1), gives(2))
    for task in all_:
        await task
    for aw in asyncio.as_completed(all_[:1]):
        say(await aw)
    total = 0
    for aw in asyncio.as_completed(all_):
        total += await aw
    say(total)


@case("several who await it", [[1, 2]])
async def _(say):
    aws = list(asyncio.as_completed([gives(1, 3), gives(2, 6)]))
    say(sorted(await asyncio.gather(*aws)))


@case("an async for gets the futures", [(True, 2), (True, 1)], needs=() if MICROPYTHON else "Queue.shutdown")
async def _(say):
    all_ = tasks(gives(1, 9), gives(2, 1))
    async for task in asyncio.as_completed(all_):
        say((task in all_, await task))


@case("and its timeout", ["TimeoutError"], needs=() if MICROPYTHON else "Queue.shutdown")
async def _(say):
    all_ = tasks(asyncio.sleep(30))
    try:
        async for task in asyncio.as_completed(all_, timeout=0.01):
            say(task)
    except asyncio.TimeoutError as error:
        say(kind(error))
    await end(all_)


@case("misuse of as_completed", ["TypeError", "TypeError"])
async def _(say):
    future = asyncio.get_running_loop().create_future()
    for thing in (future, 5):
        try:
            for aw in asyncio.as_completed(thing):
                say(aw)
        except TypeError as error:
            say(kind(error))


main("wait")

# gather: many results in the order of the arguments, one exception, one cancel for all; and shield, the opposite.
import asyncio
import gc
from check import MICROPYTHON, cancelled, case, main, settle


def kind(error):
    return type(error).__name__


def new():
    return asyncio.get_running_loop().create_future()


async def gives(value, turns=1):
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def fails(error, turns=1):
    await gives(None, turns)
    raise error


async def rests(say, name):
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        say(name + " cancelled")
        raise


@case("results come in the order of the arguments, not of the ends", [[1, 2, 3]])
async def _(say):
    say(await asyncio.gather(gives(1, 3), gives(2, 1), gives(3, 2)))


@case("nothing to gather", [[], []])
async def _(say):
    say(await asyncio.gather())
    say(await asyncio.gather(return_exceptions=True))


@case("coroutines, tasks, futures, other awaitables", [[1, 2, 3, True]])
async def _(say):
    task = asyncio.create_task(gives(2))
    future = new()
    event = asyncio.Event()
    event.set()
    asyncio.get_running_loop().call_soon(future.set_result, 3)
    say(await asyncio.gather(gives(1), task, future, event.wait()))


@case("it begins when it is called", [True, "runs", [None]])
async def _(say):
    async def child():
        say("runs")

    all_ = asyncio.gather(child())
    say(asyncio.isfuture(all_))
    await asyncio.sleep(0)
    say(await all_)


@case("the same thing twice is one child with two places", [[1, 2, 1, 2], 1])
async def _(say):
    runs = []

    async def child():
        runs.append(1)
        return await gives(1)

    coro, task = child(), asyncio.create_task(gives(2))
    say(await asyncio.gather(coro, task, coro, task))
    say(len(runs))


@case("what is no awaitable is refused", ["TypeError", "TypeError"])
async def _(say):
    for thing in (1, None):
        try:
            await asyncio.gather(thing)
        except TypeError as error:
            say(kind(error))


@case("the first exception is raised at once, the others go on", ["ValueError", False, "slow"])
async def _(say):
    slow = asyncio.create_task(gives("slow", 5))
    try:
        await asyncio.gather(slow, fails(ValueError()), fails(KeyError(), 2))
    except Exception as error:
        say(kind(error))
    say(slow.done())
    say(await slow)


@case("later exceptions are not reported", ["ValueError"])
async def _(say):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say("handler " + kind(context["exception"])))
    try:
        await asyncio.gather(fails(ValueError()), fails(KeyError(), 3))
    except Exception as error:
        say(kind(error))
    await settle()
    loop.set_exception_handler(None)


@case("one that nobody awaits is reported", ["handler ValueError True"], needs="Loop")
async def _(say):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda loop, context: say("handler %s %s" % (kind(context["exception"]), context["future"] is all_))
    )
    all_ = asyncio.gather(fails(ValueError()), gives(1))
    await settle()
    loop.set_exception_handler(None)


@case("return_exceptions", [["ValueError", 2, "CancelledError"]])
async def _(say):
    task = asyncio.create_task(gives(3))
    task.cancel()
    came = await asyncio.gather(fails(ValueError()), gives(2), task, return_exceptions=True)
    say([c if isinstance(c, int) else kind(c) for c in came])


@case("a child that is cancelled by others", ["CancelledError", False, True, "CancelledError"])
async def _(say):
    task = asyncio.create_task(gives(1, 30))
    all_ = asyncio.gather(task, gives(2, 3))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await all_
    except asyncio.CancelledError as error:
        say(kind(error))
    say(all_.cancelled())
    say(all_.done())
    say(kind(all_.exception()))


@case("children that have ended before", [[1, 2], ["ValueError", 2], "ValueError"])
async def _(say):
    one, two, bad = [asyncio.create_task(c) for c in (gives(1), gives(2), fails(ValueError()))]
    for task in one, two:
        await task
    try:
        await bad
    except ValueError:
        pass
    say(await asyncio.gather(one, two))
    came = await asyncio.gather(bad, two, return_exceptions=True)
    say([kind(came[0]), came[1]])
    try:
        await asyncio.gather(two, bad, bad)
    except ValueError as error:
        say(kind(error))


@case("cancelling who waits cancels all children", ["a cancelled", "b cancelled", True, True, True])
async def _(say):
    tasks = [asyncio.create_task(rests(say, name)) for name in "ab"]

    async def waits():
        await asyncio.gather(*tasks)

    outer = asyncio.create_task(waits())
    await settle()
    outer.cancel()
    say(await cancelled(outer))
    for task in tasks:
        say(task.cancelled())


@case("cancelling it cancels all children", [True, "a cancelled", "b cancelled", "CancelledError"])
async def _(say):
    all_ = asyncio.gather(rests(say, "a"), rests(say, "b"))
    await settle()
    say(all_.cancel())
    try:
        await all_
    except asyncio.CancelledError as error:
        say(kind(error))


@case("cancelled, it is over when all children are, if it returns exceptions", ["cleaned up", "CancelledError"])
async def _(say):
    async def slow():
        try:
            await asyncio.sleep(30)
        finally:
            await gives(None, 3)
            say("cleaned up")

    async def waits():
        try:
            await asyncio.gather(slow(), gives(1, 30), return_exceptions=True)
        except asyncio.CancelledError as error:
            say(kind(error))

    outer = asyncio.create_task(waits())
    await settle()
    outer.cancel()
    await outer


@case("cancelled, it is, also if no child heeds it", ["CancelledError"])
async def _(say):
    async def ignores():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return 1

    async def waits():
        try:
            say(await asyncio.gather(ignores(), ignores()))
        except asyncio.CancelledError as error:
            say(kind(error))

    outer = asyncio.create_task(waits())
    await settle()
    outer.cancel()
    await outer


@case("cancelled in the turn in which all have ended", [True, [1, 2]])
async def _(say):
    all_ = asyncio.gather(gives(1), gives(2))

    async def waits():
        await all_

    outer = asyncio.create_task(waits())
    while not all_.done():
        await asyncio.sleep(0)
    outer.cancel()
    say(await cancelled(outer))
    say(all_.result())


@case("cancelled after the end", [False, [1]])
async def _(say):
    all_ = asyncio.gather(gives(1))
    await all_
    say(all_.cancel())
    say(all_.result())


@case("a gathered task can be awaited by others, and awaited ones gathered", [1, [1, 2], 2])
async def _(say):
    one, two = asyncio.create_task(gives(1, 3)), asyncio.create_task(gives(2, 3))

    async def waits():
        return await asyncio.gather(one, two)

    async def waits_too():
        return await two

    tasks = [asyncio.create_task(waits_too()), asyncio.create_task(waits())]
    await asyncio.sleep(0)
    say(await one)
    say(await tasks[1])
    say(await tasks[0])


@case("one result for several who wait", [[1], [1]])
async def _(say):
    all_ = asyncio.gather(gives(1, 3))

    async def waits():
        say(await all_)

    await asyncio.gather(waits(), waits())


@case("gather of gathers", [[[1, 2], [3]], "KeyError"])
async def _(say):
    say(await asyncio.gather(asyncio.gather(gives(1), gives(2)), asyncio.gather(gives(3))))
    try:
        await asyncio.gather(asyncio.gather(gives(1), fails(KeyError())), gives(2))
    except KeyError as error:
        say(kind(error))


@case("very deep: the end needs no stack", [7])
async def _(say):
    inner = asyncio.create_task(gives(7))
    for _ in range(500 if MICROPYTHON else 50):
        inner = asyncio.gather(inner)
    value = await inner
    while isinstance(value, list):
        value = value[0]
    say(value)


@case("very deep: a cancel that would need too much raises, and harms nothing", ["RuntimeError", 7], needs="Loop")
async def _(say):
    first = inner = new()
    few = gc.mem_free() < 2000000
    for _ in range(100 if few else 3000):
        inner = asyncio.gather(inner)
    try:
        inner.cancel()
        say("RuntimeError" if few else "nothing")
    except RuntimeError as error:
        say(kind(error))
        first.cancel()
    inner = None
    await settle()
    say(await gives(7))


@case("a child that calls off the whole, and so itself", ["b cancelled", True, "CancelledError"])
async def _(say):
    async def calls_off():
        await asyncio.sleep(0)
        all_.cancel()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            raise

    a = asyncio.create_task(calls_off())
    all_ = asyncio.gather(a, rests(say, "b"), return_exceptions=True)
    try:
        await all_
    except asyncio.CancelledError as error:
        say(a.cancelled())
        say(kind(error))


@case("callbacks", [[1, 2]])
async def _(say):
    all_ = asyncio.gather(gives(1), gives(2))
    all_.add_done_callback(lambda f: say(f.result()))
    await all_
    await settle()


# ---- shield ----


@case("a shielded task gives its result, or exception", [1, "ValueError", "CancelledError"])
async def _(say):
    say(await asyncio.shield(gives(1)))
    try:
        await asyncio.shield(fails(ValueError()))
    except ValueError as error:
        say(kind(error))
    task = asyncio.create_task(gives(1, 30))
    asyncio.get_running_loop().call_soon(task.cancel)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError as error:
        say(kind(error))


@case("a cancel does not reach it", [True, False, "inner over", 5])
async def _(say):
    async def body():
        await gives(None, 5)
        say("inner over")
        return 5

    inner = asyncio.create_task(body())

    async def waits():
        await asyncio.shield(inner)

    outer = asyncio.create_task(waits())
    await asyncio.sleep(0)
    outer.cancel()
    say(await cancelled(outer))
    say(inner.done())
    say(await inner)


@case("of what has ended already", [True, 1])
async def _(say):
    task = asyncio.create_task(gives(1))
    await task
    say(asyncio.shield(task) is task)
    say(await asyncio.shield(task))


@case("two shields around one task", [True, 1])
async def _(say):
    task = asyncio.create_task(gives(1, 5))
    one, two = asyncio.shield(task), asyncio.shield(task)
    one.cancel()
    say(await cancelled(one))
    say(await two)


@case("a shield in a gather", ["CancelledError", 1])
async def _(say):
    task = asyncio.create_task(gives(1, 5))
    all_ = asyncio.gather(asyncio.shield(task), asyncio.sleep(30))
    await asyncio.sleep(0)
    all_.cancel()
    try:
        await all_
    except asyncio.CancelledError as error:
        say(kind(error))
    say(await task)


@case("a failure behind a cancelled shield is reported", ["handler ValueError"], needs="Loop")
async def _(say):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say("handler " + kind(context["exception"])))
    outer = asyncio.shield(fails(ValueError(), 3))
    outer.cancel()
    await settle()
    loop.set_exception_handler(None)


main("gather")

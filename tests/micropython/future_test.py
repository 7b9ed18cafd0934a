# Futures: one outcome, set once, many who wait; and what kind of thing something is.
import asyncio
from check import MICROPYTHON, cancelled, case, main, settle


def new():
    return asyncio.get_running_loop().create_future()


def kind(error):
    return type(error).__name__


def raised(say, call, *args):
    try:
        call(*args)
    except BaseException as error:
        say(kind(error))


@case("a result wakes all who wait, in order", [(0, 5), (1, 5), (2, 5), True, 5])
async def _(say):
    future = new()

    async def waits(n):
        say((n, await future))

    tasks = [asyncio.create_task(waits(n)) for n in range(3)]
    await settle()
    future.set_result(5)
    for task in tasks:
        await task
    say(future.done())
    say(await future)


@case("an outcome is set once", ["InvalidStateError", "InvalidStateError", False, 1])
async def _(say):
    future = new()
    future.set_result(1)
    raised(say, future.set_result, 2)
    raised(say, future.set_exception, ValueError())
    say(future.cancel())
    say(future.result())


@case("before it is set", ["InvalidStateError", "InvalidStateError", False, False])
async def _(say):
    future = new()
    raised(say, future.result)
    raised(say, future.exception)
    say(future.done())
    say(future.cancelled())


@case("an exception, as instance or class", ["ValueError", "KeyError", "KeyError", None])
async def _(say):
    one, two, three = new(), new(), new()
    one.set_exception(ValueError(1))
    two.set_exception(KeyError)
    for future in one, two:
        try:
            await future
        except Exception as error:
            say(kind(error))
    say(kind(two.exception()))
    three.set_result(0)
    say(three.exception())


@case("what is no exception cannot be raised", ["TypeError", False])
async def _(say):
    future = new()
    raised(say, future.set_exception, 5)
    say(future.done())


@case("StopIteration becomes a RuntimeError", ["RuntimeError"], needs=() if MICROPYTHON else "eager_task_factory")
async def _(say):
    future = new()
    future.set_exception(StopIteration())
    say(kind(future.exception()))


@case("a cancelled one", [True, False, True, True, "CancelledError", "CancelledError", True])
async def _(say):
    future = new()
    task = asyncio.create_task(cancelled(future))
    await asyncio.sleep(0)
    say(future.cancel())
    say(future.cancel())
    say(future.done())
    say(future.cancelled())
    raised(say, future.result)
    raised(say, future.exception)
    say(await task)


@case("a message goes with the cancel", [("why",)])
async def _(say):
    future = new()
    future.cancel("why")
    try:
        await future
    except asyncio.CancelledError as error:
        say(error.args)


@case("who waits and is cancelled cancels the future, and with it all who wait", [True, True, True])
async def _(say):
    future = new()
    one = asyncio.create_task(cancelled(future))
    two = asyncio.create_task(cancelled(future))
    await asyncio.sleep(0)
    one.cancel()
    say(await one)
    say(future.cancelled())
    say(await two)


@case("callbacks come later, in order, with the future", ["set", ("a", True), ("b", True), ("late", True)])
async def _(say):
    future = new()
    future.add_done_callback(lambda f: say(("a", f is future)))
    future.add_done_callback(lambda f: say(("b", f is future)))
    future.set_result(1)
    say("set")
    await settle()
    future.add_done_callback(lambda f: say(("late", f is future)))
    await settle()


@case("callbacks can be taken back", [1, 0])
async def _(say):
    future = new()
    gone = lambda f: say("called")
    future.add_done_callback(gone)
    say(future.remove_done_callback(gone))
    say(future.remove_done_callback(gone))
    future.set_result(1)
    await settle()


@case("a callback for a cancel", [True])
async def _(say):
    future = new()
    future.add_done_callback(lambda f: say(f.cancelled()))
    future.cancel()
    await settle()


@case("a subclass is a future, too", [3, True, "mine"])
async def _(say):
    class Mine(asyncio.Future):
        def word(self):
            return "mine"

    future = Mine()
    asyncio.get_running_loop().call_soon(future.set_result, 3)
    say(await future)
    say(asyncio.isfuture(future))
    say(future.word())


@case("what is a future", [True, True, False, False])
async def _(say):
    task = asyncio.create_task(asyncio.sleep(0))
    for thing in new(), task, None, asyncio.Event():
        say(asyncio.isfuture(thing))
    await task


@case("what is a coroutine", [True, True, False, False])
async def _(say):
    coros = [asyncio.sleep(0), cancelled(None)]
    for thing in coros + [asyncio.sleep, 1]:
        say(asyncio.iscoroutine(thing))
    for coro in coros:
        coro.close() if hasattr(coro, "close") else None


@case("what is a coroutine function", [True, True, True, False, False, False])
async def _(say):
    class Thing:
        async def method(self):
            pass

        def plain(self):
            pass

    async def closure():
        say(1)

    for thing in cancelled, Thing().method, closure, Thing().plain, lambda: say(2), 3:
        say(asyncio.iscoroutinefunction(thing))


@case("ensure_future: a future stays, a coroutine gets a task, else TypeError", [True, True, True, "TypeError", "TypeError"])
async def _(say):
    future = new()
    say(asyncio.ensure_future(future) is future)
    task = asyncio.create_task(asyncio.sleep(0))
    say(asyncio.ensure_future(task) is task)
    other = asyncio.ensure_future(asyncio.sleep(0))
    say(isinstance(other, asyncio.Task))
    for thing in (1, None):
        raised(say, asyncio.ensure_future, thing)
    await task
    await other


@case("the loop of a future", [True])
async def _(say):
    say(new().get_loop() is asyncio.get_running_loop())


@case("what follows from a future comes after its own callbacks", ["first", "second", "of the shield"])
async def _(say):
    future = new()
    shield = asyncio.shield(future)
    shield.add_done_callback(lambda f: say("of the shield"))
    future.add_done_callback(lambda f: say("first"))
    future.add_done_callback(lambda f: say("second"))
    future.set_result(1)
    await settle()


@case("a long chain of futures is settled without a deep stack", [500])
async def _(say):
    n = 500 if MICROPYTHON else 100
    first = last = new()
    for _ in range(n):
        last = asyncio.shield(last)
    first.set_result(500)
    say(await last)


main("future")

# Tasks: their beginning, their end, cancelling, callbacks, and what they are asked.
import asyncio
from check import MICROPYTHON, cancelled, case, main, settle

OURS = "Loop"  # a name that CPython's asyncio lacks


async def rests(say, name="it", seconds=30):
    say(name + " begins")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        say(name + " cancelled")
        raise
    say(name + " ends")
    return name


async def raises(error):
    await asyncio.sleep(0)
    raise error


def kind(error):
    return type(error).__name__


# ---- results ----


@case("a task gives its result, now and later", [False, "it begins", "it ends", "it", True, "it", "it"])
async def _(say):
    task = asyncio.create_task(rests(say, seconds=0))
    say(task.done())
    say(await task)
    say(task.done())
    say(await task)
    say(task.result())


@case("all who wait get it, in order", ["it begins", "it ends", (0, "it"), (1, "it"), (2, "it")])
async def _(say):
    task = asyncio.create_task(rests(say, seconds=0.01))

    async def waits(n):
        say((n, await task))

    for t in [asyncio.create_task(waits(n)) for n in range(3)]:
        await t


@case("an exception is raised where it is awaited, as often as that is", ["ValueError", "ValueError", "ValueError", 1])
async def _(say):
    task = asyncio.create_task(raises(ValueError(1)))
    for _ in range(2):
        try:
            await task
        except ValueError as error:
            say(kind(error))
    try:
        task.result()
    except ValueError as error:
        say(kind(error))
    say(task.exception().args[0])


@case("result and exception before the end", ["InvalidStateError", "InvalidStateError"])
async def _(say):
    task = asyncio.create_task(asyncio.sleep(0))
    for ask in (task.result, task.exception):
        try:
            ask()
        except asyncio.InvalidStateError as error:
            say(kind(error))
    await task


@case("result and exception of a cancelled one", ["CancelledError", "CancelledError", True, True])
async def _(say):
    task = asyncio.create_task(asyncio.sleep(9))
    task.cancel()
    await cancelled(task)
    for ask in (task.result, task.exception):
        try:
            ask()
        except asyncio.CancelledError as error:
            say(kind(error))
    say(task.done())
    say(task.cancelled())


@case("nobody else sets a task's outcome", ["RuntimeError", "RuntimeError", None])
async def _(say):
    task = asyncio.create_task(asyncio.sleep(0))
    for call in (lambda: task.set_result(1), lambda: task.set_exception(ValueError())):
        try:
            call()
        except RuntimeError as error:
            say(kind(error))
    say(await task)


@case("an exception that is no Exception stays with its task", ["Odd", "goes on"])
async def _(say):
    class Odd(BaseException):
        pass

    task = asyncio.create_task(raises(Odd()))
    try:
        await task
    except Odd as error:
        say(kind(error))
    await asyncio.sleep(0)
    say("goes on")


# ---- creating ----


@case("what is no coroutine is refused", ["TypeError"] * 5)
async def _(say):
    for thing in (None, 1, "coroutine", asyncio.sleep, [asyncio.sleep]):
        try:
            asyncio.create_task(thing)
        except TypeError as error:
            say(kind(error))


@case("a coroutine runs in one task only", ["RuntimeError", "its end"])
async def _(say):
    async def body():
        await asyncio.sleep(0.01)
        return "its end"

    coro = body()
    task = asyncio.create_task(coro)
    await asyncio.sleep(0)
    try:
        await asyncio.create_task(coro)
    except RuntimeError as error:
        say(kind(error))
    say(await task)


@case("names", ["one", "two", "3", True])
async def _(say):
    one = asyncio.create_task(asyncio.sleep(0), name="one")
    two = asyncio.create_task(asyncio.sleep(0))
    three = asyncio.create_task(asyncio.sleep(0))
    say(one.get_name())
    two.set_name("two")
    say(two.get_name())
    two.set_name(3)
    say(two.get_name())
    say(isinstance(three.get_name(), str) and three.get_name() != asyncio.current_task().get_name())
    for task in one, two, three:
        await task


@case("the coroutine of a task", [True])
async def _(say):
    coro = raises(ValueError())
    task = asyncio.create_task(coro)
    say(task.get_coro() is coro)
    task.cancel()


@case("who runs", [True, True, None, True])
async def _(say):
    async def body():
        return asyncio.current_task()

    task = asyncio.create_task(body())
    say(await task is task)
    say(asyncio.current_task() is not task)
    asyncio.get_running_loop().call_soon(lambda: say(asyncio.current_task()))
    await asyncio.sleep(0)
    say(isinstance(asyncio.current_task(), asyncio.Task) and isinstance(asyncio.current_task(), asyncio.Future))


@case("all tasks that have not ended", [True, True, False])
async def _(say):
    task = asyncio.create_task(asyncio.sleep(0))
    say(task in asyncio.all_tasks())
    say(asyncio.current_task() in asyncio.all_tasks())
    await task
    say(task in asyncio.all_tasks())


@case("tasks take turns in the order of their creation", ["a", "b", "c", "a", "b", "c"])
async def _(say):
    async def turns(name):
        for _ in range(2):
            say(name)
            await asyncio.sleep(0)

    for task in [asyncio.create_task(turns(name)) for name in "abc"]:
        await task


# ---- cancelling ----


@case("cancelled before it began it never begins", [True, True])
async def _(say):
    task = asyncio.create_task(rests(say))
    say(task.cancel())
    say(await cancelled(task))


@case("cancelled while it waits", ["it begins", True, False, "it cancelled", True, True])
async def _(say):
    task = asyncio.create_task(rests(say))
    await asyncio.sleep(0)
    say(task.cancel())
    say(task.done())
    say(await cancelled(task))
    say(task.cancelled())


@case("cancelled while it was about to go on", ["it begins", "it cancelled", True])
async def _(say):
    task = asyncio.create_task(rests(say, seconds=0))
    await asyncio.sleep(0)
    task.cancel()
    say(await cancelled(task))


@case("cancelled after its end", ["it begins", "it ends", False, False, "it"])
async def _(say):
    task = asyncio.create_task(rests(say, seconds=0))
    await task
    say(task.cancel())
    say(task.cancelled())
    say(task.result())


@case("a cancel that is swallowed", ["swallowed", "goes on", False, 7])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            say("swallowed")
        await asyncio.sleep(0)
        say("goes on")
        return 7

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel()
    await settle()
    say(task.cancelled())
    say(await task)


@case("a cancel that becomes another exception", ["ValueError", False])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            raise ValueError

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except ValueError as error:
        say(kind(error))
    say(task.cancelled())


@case("several cancels before it runs are one", ["once", "goes on"])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            say("once")
        await asyncio.sleep(0)
        say("goes on")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    for _ in range(3):
        task.cancel()
    await task


@case("a second cancel ends the clean-up of the first", ["cleans up", "interrupted", True])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(9)
        finally:
            say("cleans up")
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                say("interrupted")
                raise

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    say(await cancelled(task))


@case("requests are counted, and taken back", [0, 1, 2, 1, 0, 0, 5])
async def _(say):
    async def body():
        for _ in range(2):
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                pass
        return 5

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    say(task.cancelling())
    task.cancel()
    say(task.cancelling())
    await asyncio.sleep(0)
    task.cancel()
    say(task.cancelling())
    say(task.uncancel())
    say(task.uncancel())
    say(task.uncancel())
    say(await task)


@case("a message goes with the cancel", [("why",), ("why",)])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError as error:
            say(error.args)
            raise

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    task.cancel("why")
    try:
        await task
    except asyncio.CancelledError as error:
        say(error.args)


@case("a cancel goes to the task that is awaited", ["inner begins", "inner cancelled", "outer cancelled", True, True])
async def _(say):
    inner = asyncio.create_task(rests(say, "inner"))

    async def waits():
        try:
            await inner
        except asyncio.CancelledError:
            say("outer cancelled")
            raise

    outer = asyncio.create_task(waits())
    await settle()
    outer.cancel()
    say(await cancelled(outer))
    say(inner.cancelled())


@case("which may go on", ["swallowed", "outer got 3", None])
async def _(say):
    async def swallows():
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            say("swallowed")
            return 3

    async def waits():
        say("outer got %d" % await asyncio.create_task(swallows()))

    outer = asyncio.create_task(waits())
    await settle()
    outer.cancel()
    say(await outer)


@case("the awaited task ended in the same turn: the cancel wins, its result stays", [True, "inner"])
async def _(say):
    async def inner_body():
        await asyncio.sleep(0)
        return "inner"

    inner = asyncio.create_task(inner_body())

    async def waits():
        await inner

    outer = asyncio.create_task(waits())
    while not inner.done():
        await asyncio.sleep(0)
    outer.cancel()
    say(await cancelled(outer))
    say(inner.result())


@case("a long chain of awaits is cancelled from its end", ["last cancelled", True])
async def _(say):
    async def last():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            say("last cancelled")
            raise

    async def link(inner):
        await inner

    task = asyncio.create_task(last())
    for _ in range(100):
        task = asyncio.create_task(link(task))
    await settle()
    await settle()
    task.cancel()
    say(await cancelled(task))


@case("tasks that wait for each other can be cancelled", [True, True], needs=OURS)
async def _(say):
    tasks = []

    async def waits(n):
        await tasks[n]

    tasks = [asyncio.create_task(waits(1)), asyncio.create_task(waits(0))]
    await settle()
    tasks[0].cancel()
    for task in tasks:
        say(await cancelled(task))


@case("nobody awaits himself", ["RuntimeError"])
async def _(say):
    try:
        await asyncio.current_task()
    except RuntimeError as error:
        say(kind(error))


@case("a task cancels itself", ["next wait cancelled"], ours=("upstream's: it cannot", ["RuntimeError"]))
async def _(say):
    async def body():
        try:
            asyncio.current_task().cancel()
        except RuntimeError as error:
            say(kind(error))
            return
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            say("next wait cancelled")

    await asyncio.create_task(body())


@case("X4 a cancel that follows the wake-up wins", ["cancelled"])
async def _(say):
    event = asyncio.Event()

    async def waits():
        try:
            await event.wait()
            say("woke")
        except asyncio.CancelledError:
            say("cancelled")

    task = asyncio.create_task(waits())
    await asyncio.sleep(0)
    event.set()
    task.cancel()
    await task


# ---- callbacks ----


@case("callbacks are called in order, after the task has ended", ["body", "first", "second", True])
async def _(say):
    async def body():
        say("body")

    task = asyncio.create_task(body())
    task.add_done_callback(lambda t: say("first"))
    task.add_done_callback(lambda t: say("second"))
    await settle()
    task.add_done_callback(lambda t: say(t is task))
    await settle()


@case("a callback can be taken back", [2, 0, "kept"])
async def _(say):
    def gone(task):
        say("gone")

    task = asyncio.create_task(asyncio.sleep(0))
    task.add_done_callback(gone)
    task.add_done_callback(lambda t: say("kept"))
    task.add_done_callback(gone)
    say(task.remove_done_callback(gone))
    say(task.remove_done_callback(gone))
    await settle()


@case("a callback that raises is told of, and keeps no other from being called", ["handler ValueError", "second"])
async def _(say):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say("handler " + kind(context["exception"])))

    def bad(task):
        raise ValueError

    task = asyncio.create_task(asyncio.sleep(0))
    task.add_done_callback(bad)
    task.add_done_callback(lambda t: say("second"))
    await settle()
    loop.set_exception_handler(None)


# ---- exceptions that nobody sees ----


@case("an exception that nobody retrieves is reported, a turn later", ["task over", "handler ValueError True"], needs=OURS)
async def _(say):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda loop, context: say("handler %s %s" % (kind(context["exception"]), context["future"] is task))
    )

    async def bad():
        say("task over")
        raise ValueError

    task = asyncio.create_task(bad())
    await settle()
    loop.set_exception_handler(None)


@case("not if a callback has looked at it", ["ValueError"])
async def _(say):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say("handler"))
    task = asyncio.create_task(raises(ValueError()))
    task.add_done_callback(lambda t: say(kind(t.exception())))
    await settle()
    loop.set_exception_handler(None)


@case("but if it has not", ["called", "handler ValueError"], needs=OURS)
async def _(say):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say("handler " + kind(context["exception"])))
    task = asyncio.create_task(raises(ValueError()))
    task.add_done_callback(lambda t: say("called"))
    await settle()
    loop.set_exception_handler(None)


main("task")

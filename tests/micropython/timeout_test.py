# timeout and timeout_at: rows of CPython's test_timeouts.
import asyncio
import time
from check import MICROPYTHON, cancelled, case, main, settle


def kind(error):
    return type(error).__name__


def now():
    return asyncio.get_running_loop().time()


@case("1 basic: expires", ["TimeoutError", True])
async def _(say):
    try:
        async with asyncio.timeout(0.01) as limit:
            await asyncio.sleep(30)
    except asyncio.TimeoutError as error:
        say(kind(error))
    say(limit.expired())


@case("2 at_basic: the absolute form keeps its time", ["TimeoutError", True, True])
async def _(say):
    deadline = now() + 0.01
    try:
        async with asyncio.timeout_at(deadline) as limit:
            await asyncio.sleep(30)
    except asyncio.TimeoutError as error:
        say(kind(error))
    say(limit.expired())
    say(limit.when() == deadline)


@case("3 nested, with equal deadlines: the outermost raises, both are expired", [False, "TimeoutError", True, True])
async def _(say):
    deadline = now() + 0.01
    inside = False
    try:
        async with asyncio.timeout_at(deadline) as one:
            try:
                async with asyncio.timeout_at(deadline) as two:
                    await asyncio.sleep(30)
            except asyncio.TimeoutError:
                inside = True
    except asyncio.TimeoutError as error:
        say(inside)
        say(kind(error))
    say(one.expired())
    say(two.expired())


@case("4 the code inside sees a cancel", ["CancelledError", "TimeoutError"])
async def _(say):
    try:
        async with asyncio.timeout(0.01):
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError as error:
                say(kind(error))
                raise
    except asyncio.TimeoutError as error:
        say(kind(error))


@case("5 in time", [False, True])
async def _(say):
    begin = now()
    async with asyncio.timeout(30) as limit:
        await asyncio.sleep(0)
    say(limit.expired())
    say(limit.when() > begin)


@case("6, 7 None never expires", [False, None, False, None])
async def _(say):
    for make in asyncio.timeout, asyncio.timeout_at:
        async with make(None) as limit:
            await asyncio.sleep(0.01)
        say(limit.expired())
        say(limit.when())


@case("8 to 10 zero and the past: at the first wait, even sleep(0)", ["TimeoutError", True] * 6)
async def _(say):
    for wait in 30, 0:
        for make in (lambda: asyncio.timeout(0), lambda: asyncio.timeout(-1), lambda: asyncio.timeout_at(now() - 11)):
            try:
                async with make() as limit:
                    await asyncio.sleep(wait)
                    say("not reached")
            except asyncio.TimeoutError as error:
                say(kind(error))
            say(limit.expired())


@case("who does not wait is not ended", ["over", False])
async def _(say):
    async with asyncio.timeout(0) as limit:
        say("over")
    say(limit.expired())
    await settle()


@case("11 another exception passes", ["KeyError", False])
async def _(say):
    try:
        async with asyncio.timeout(30) as limit:
            raise KeyError
    except KeyError as error:
        say(kind(error))
    say(limit.expired())


@case("12 to 14 an error in clean-up replaces the timeout", ["ValueError", True])
async def _(say):
    try:
        async with asyncio.timeout(0.01) as limit:
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                raise ValueError
    except ValueError as error:
        say(kind(error))
    say(limit.expired())


@case("15 a cancel before the deadline stays a cancel", [True, False])
async def _(say):
    limits = []

    async def body():
        async with asyncio.timeout(30) as limit:
            limits.append(limit)
            await asyncio.sleep(30)

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    say(await cancelled(task))
    say(limits[0].expired())


@case("16 after a timeout the task is not cancelled", ["TimeoutError", 0, "over", False])
async def _(say):
    async def body():
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(30)
        except asyncio.TimeoutError as error:
            say(kind(error))
        say(asyncio.current_task().cancelling())
        await asyncio.sleep(0)
        say("over")

    task = asyncio.create_task(body())
    await task
    say(task.cancelled())


@case("17 the loop was blocked past the outer deadline: it raises alone", ["TimeoutError", False])
async def _(say):
    inside = False
    try:
        async with asyncio.timeout(0.002):
            try:
                async with asyncio.timeout(30):
                    time.sleep(0.01)
                    await asyncio.sleep(30)
            except asyncio.TimeoutError:
                inside = True
    except asyncio.TimeoutError as error:
        say(kind(error))
    say(inside)


@case("18 blocked past the inner deadline: it raises, then the outer one", ["inner", "outer"])
async def _(say):
    try:
        async with asyncio.timeout(0.2):
            try:
                async with asyncio.timeout(0.002):
                    time.sleep(0.01)
                    await asyncio.sleep(30)
            except asyncio.TimeoutError:
                say("inner")
            await asyncio.sleep(30)
    except asyncio.TimeoutError:
        say("outer")


@case("19 reschedule: later, then never; a cancel then is no timeout", [True, True, None, True, False])
async def _(say):
    async def body():
        begin = now()
        async with asyncio.timeout(0.005) as limit:
            limits.append(limit)
            limit.reschedule(begin + 30)
            say(limit.when() == begin + 30)
            await asyncio.sleep(0.01)
            limit.reschedule(now() + 20)
            say(limit.when() < begin + 30)
            limit.reschedule(None)
            say(limit.when())
            await asyncio.sleep(30)

    limits = []
    task = asyncio.create_task(body())
    await asyncio.sleep(0.02)
    task.cancel()
    say(await cancelled(task))
    say(limits[0].expired())


@case("19a reschedule: earlier, and to the past", ["TimeoutError", "TimeoutError"])
async def _(say):
    for ahead in 0.01, -1:
        try:
            async with asyncio.timeout(30) as limit:
                limit.reschedule(now() + ahead)
                await asyncio.sleep(30)
        except asyncio.TimeoutError as error:
            say(kind(error))


@case("19b reschedule from the past, before the wait: not expired", ["over"])
async def _(say):
    async with asyncio.timeout(0) as limit:
        limit.reschedule(now() + 30)
        await asyncio.sleep(0)
        say("over")


@case("20 to 23 repr", [True, True, True, "<Timeout [active] when=None>"])
async def _(say):
    async with asyncio.timeout(30) as limit:
        say(repr(limit).startswith("<Timeout [active] when="))
    say(repr(limit) == "<Timeout [finished]>")
    try:
        async with asyncio.timeout(0) as limit:
            await asyncio.sleep(30)
    except asyncio.TimeoutError:
        say(repr(limit) == "<Timeout [expired]>")
    async with asyncio.timeout(None) as limit:
        say(repr(limit))


@case("24 a timeout in the clean-up after a timeout", ["inner", "outer"])
async def _(say):
    try:
        async with asyncio.timeout(0.01):
            try:
                await asyncio.sleep(30)
            finally:
                try:
                    async with asyncio.timeout(0.01):
                        await asyncio.sleep(30)
                except asyncio.TimeoutError:
                    say("inner")
    except asyncio.TimeoutError:
        say("outer")


@case("25 after a swallowed cancel a timeout is a timeout", ["swallowed", "TimeoutError"])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            say("swallowed")
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(30)
        except asyncio.TimeoutError as error:
            say(kind(error))

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await task


@case("26 and a cancel in it a cancel", [True])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            pass
        async with asyncio.timeout(30):
            await asyncio.sleep(30)

    task = asyncio.create_task(body())
    for _ in range(2):
        await settle()
        task.cancel()
    say(await cancelled(task))


@case("a cancel and a timeout together are a cancel", [True, True])
async def _(say):
    limits = []

    async def body():
        async with asyncio.timeout(0.01) as limit:
            limits.append(limit)
            try:
                await asyncio.sleep(30)
            finally:
                task.cancel() if not MICROPYTHON else asyncio.get_running_loop().call_soon(task.cancel)
                await asyncio.sleep(0.001)

    task = asyncio.create_task(body())
    say(await cancelled(task))
    say(limits[0].expired())


@case("27, 28 entered twice", ["RuntimeError", "RuntimeError"])
async def _(say):
    async with asyncio.timeout(30) as limit:
        try:
            async with limit:
                say("entered")
        except RuntimeError as error:
            say(kind(error))
    try:
        async with limit:
            say("entered")
    except RuntimeError as error:
        say(kind(error))


@case("29 to 32 no new time once finished, expired, expiring; nor before it was entered", ["RuntimeError"] * 4)
async def _(say):
    def again():
        try:
            limit.reschedule(now() + 1)
        except RuntimeError as error:
            say(kind(error))

    limit = asyncio.timeout(30)
    again()
    async with limit:
        pass
    again()
    try:
        async with asyncio.timeout(0.01) as limit:
            try:
                await asyncio.sleep(30)
            finally:
                again()
    except asyncio.TimeoutError:
        again()


@case("33 outside a task", ["RuntimeError"])
def _(say):
    async def body():
        async with asyncio.timeout(1):
            say("entered")

    coro = body()
    try:
        coro.send(None)
    except RuntimeError as error:
        say(kind(error))


@case("34 around a group whose child fails in clean-up: the group is seen", [("ExceptionGroup", "KeyError"), True])
async def _(say):
    async def child():
        try:
            await asyncio.sleep(30)
        finally:
            raise KeyError

    try:
        async with asyncio.timeout(0.01) as limit:
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
    except Exception as error:
        say((kind(error), kind(error.exceptions[0])))
    say(limit.expired())


@case("around gather, wait_for, wait, a task", ["TimeoutError", True] * 4)
async def _(say):
    for wrap in (
        lambda task: asyncio.gather(task),
        lambda task: asyncio.wait_for(task, 30),
        lambda task: asyncio.wait([task]),
        lambda task: task,
    ):
        task = asyncio.create_task(asyncio.sleep(30))
        try:
            async with asyncio.timeout(0.01):
                await wrap(task)
        except asyncio.TimeoutError as error:
            say(kind(error))
        task.cancel()
        say(await cancelled(task))


@case("a lock that comes too late goes to the next", ["TimeoutError", "next"])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()

    async def late():
        try:
            async with asyncio.timeout(0.01):
                async with lock:
                    say("late")
        except asyncio.TimeoutError as error:
            say(kind(error))

    async def next_():
        async with lock:
            say("next")

    tasks = [asyncio.create_task(late()), asyncio.create_task(next_())]
    await tasks[0]
    lock.release()
    await tasks[1]


@case("bad arguments", ["TypeError", "TypeError"])
async def _(say):
    for make in asyncio.timeout, asyncio.timeout_at:
        try:
            async with make("soon"):
                await asyncio.sleep(0)
        except TypeError as error:
            say(kind(error))


main("timeout")

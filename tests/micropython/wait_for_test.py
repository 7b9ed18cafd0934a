# wait_for: rows of CPython's test_waitfor, and where upstream's own tests demand something else.
import asyncio
from check import MICROPYTHON, cancelled, case, main, settle

# CPython's wait_for was another one before 3.12.
NEW = () if MICROPYTHON else "eager_task_factory"
UPSTREAM = "upstream's tests of wait_for"


def kind(error):
    return type(error).__name__


async def gives(value, turns=1):
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def attempt(say, aw, timeout):
    try:
        say(await asyncio.wait_for(aw, timeout))
    except BaseException as error:
        say(kind(error))


@case("1, 2: what ignores cancels for a while is waited for", ["ignored", "over", "TimeoutError"])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            say("ignored")
            await asyncio.sleep(0.02)
            say("over")
            raise

    await attempt(say, body(), 0.01)


@case("3: done already, with a timeout of 0 or less", [1, 1])
async def _(say):
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    await attempt(say, future, 0)
    await attempt(say, future, -1)


@case("4: a coroutine with a timeout of 0 or less never begins", ["TimeoutError", "TimeoutError"])
async def _(say):
    async def body():
        say("begins")

    await attempt(say, body(), 0)
    await attempt(say, body(), -1)


@case("5: a running task with a timeout of 0 cleans up", ["begins", "cleaned up", "TimeoutError", True])
async def _(say):
    async def body():
        say("begins")
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0)
            say("cleaned up")

    task = asyncio.create_task(body())
    await asyncio.sleep(0)
    await attempt(say, task, 0)
    say(task.cancelled())


@case("6: a timeout cancels the task", ["TimeoutError", True])
async def _(say):
    task = asyncio.create_task(asyncio.sleep(30))
    await attempt(say, task, 0.01)
    say(task.cancelled())


@case("7: None waits for ever, for a coroutine, a task, an awaitable", [1, 2, None])
async def _(say):
    await attempt(say, gives(1), None)
    await attempt(say, asyncio.create_task(gives(2)), None)
    await attempt(say, asyncio.sleep(0.01), None)


@case("8: a result before the deadline is kept", [7])
async def _(say):
    await attempt(say, gives(7, 3), 5)


@case("9, 15: a task that swallows the cancel and returns", [42], needs=NEW, ours=(UPSTREAM, ["TimeoutError"]))
async def _(say):
    async def body():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return 42

    await attempt(say, body(), 0.01)


@case("10, 11: slow clean-up is waited for", ["cleaned up", "TimeoutError", "cleaned up", "TimeoutError"])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0.01)
            say("cleaned up")

    for timeout in (0.01, 0):
        task = asyncio.create_task(body())
        await asyncio.sleep(0)
        await attempt(say, task, timeout)


@case("12: an error in clean-up wins", ["KeyError"])
async def _(say):
    async def body():
        try:
            await asyncio.sleep(30)
        finally:
            raise KeyError

    await attempt(say, body(), 0.01)


@case("13, 14: cancelling the wait cancels the task", [True, True, True, True])
async def _(say):
    for timeout in (None, 30):
        task = asyncio.create_task(asyncio.sleep(30))
        waiting = asyncio.create_task(asyncio.wait_for(task, timeout))
        await settle()
        waiting.cancel()
        say(await cancelled(waiting))
        say(task.cancelled())


@case("16: ended and cancelled in one pass: cancelled, the result stays", [True, "done"], needs=NEW)
async def _(say):
    task = asyncio.create_task(gives("done", 3))

    async def waits():
        await asyncio.wait_for(task, 30)

    waiting = asyncio.create_task(waits())
    while not task.done():
        await asyncio.sleep(0)
    waiting.cancel()
    say(await cancelled(waiting))
    say(task.result())


@case("17 to 19: behind a shield the task goes on", ["TimeoutError", 1, "TimeoutError", 1, 1])
async def _(say):
    for timeout in (0, 0.01, None):
        task = asyncio.create_task(asyncio.sleep(0.05, 1))
        await asyncio.sleep(0)
        await attempt(say, asyncio.shield(task), timeout)
        if timeout is not None:
            say(await task)


@case("a turn lies between the end of a coroutine and that of wait_for", ["coroutine over", "turn", "turn", 1], needs="Loop")
async def _(say):
    async def body():
        await asyncio.sleep(0)
        say("coroutine over")
        return 1

    async def calls():
        say(await asyncio.wait_for(body(), 30))

    task = asyncio.create_task(calls())
    for _ in range(3):
        await asyncio.sleep(0)
    while not task.done():
        say("turn")
        await asyncio.sleep(0)


@case("a cancel of the caller comes at once", ["caller cancelled", "ignored"], needs="Loop")
async def _(say):
    async def ignores():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            say("ignored")

    async def calls():
        try:
            await asyncio.wait_for(ignores(), 30)
        except asyncio.CancelledError:
            say("caller cancelled")

    task = asyncio.create_task(calls())
    await settle()
    task.cancel()
    await task
    await settle()


@case("with its message", [("why",)])
async def _(say):
    async def calls():
        try:
            await asyncio.wait_for(asyncio.sleep(30), 30)
        except asyncio.CancelledError as error:
            say(error.args)

    task = asyncio.create_task(calls())
    await settle()
    task.cancel("why")
    await task


@case("a cancel during the clean-up after a timeout", ["cleans up", "interrupted", True], needs=NEW)
async def _(say):
    async def body():
        try:
            await asyncio.sleep(30)
        finally:
            say("cleans up")
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                say("interrupted")
                raise

    async def calls():
        await asyncio.wait_for(body(), 0.01)

    task = asyncio.create_task(calls())
    await asyncio.sleep(0.05)
    task.cancel()
    say(await cancelled(task))
    await settle()


@case("exceptions and cancels of the task itself", ["ValueError", "CancelledError"])
async def _(say):
    async def bad():
        raise ValueError

    await attempt(say, bad(), 30)
    task = asyncio.create_task(asyncio.sleep(30))
    asyncio.get_running_loop().call_soon(task.cancel)
    await attempt(say, task, 30)


@case("a gather: all its children are cancelled", ["TimeoutError", True, True])
async def _(say):
    tasks = [asyncio.create_task(asyncio.sleep(30)) for _ in range(2)]
    await attempt(say, asyncio.gather(*tasks), 0.01)
    for task in tasks:
        say(task.cancelled())


@case("what is no awaitable, and no length of time", ["TypeError", "TypeError"])
async def _(say):
    await attempt(say, 1, 1)
    future = asyncio.get_running_loop().create_future()
    await attempt(say, future, "soon")


# ---- awaitables of ours, which need no task ----


@case("a lock in time, and not", [True, "TimeoutError", True, False])
async def _(say):
    lock = asyncio.Lock()
    await attempt(say, lock.acquire(), 30)
    await attempt(say, lock.acquire(), 0.01)
    say(lock.locked())
    lock.release()
    say(lock.locked())


@case("who waits in vain leaves the line", ["TimeoutError", "next"])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()

    async def late():
        await attempt(say, lock.acquire(), 0.01)

    async def next_():
        async with lock:
            say("next")

    tasks = [asyncio.create_task(late()), asyncio.create_task(next_())]
    await tasks[0]
    lock.release()
    await tasks[1]


@case("an event that is set in time, or is set already", [True, True])
async def _(say):
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, event.set)
    await attempt(say, event.wait(), 30)
    await attempt(say, event.wait(), 30)


@case("one that is there is had with a timeout of 0", ["TimeoutError", "TimeoutError"],
      ours=("contract 3", [True, "TimeoutError"]))
async def _(say):
    event = asyncio.Event()
    event.set()
    await attempt(say, event.wait(), 0)
    event.clear()
    await attempt(say, event.wait(), 0)


@case("a sleep", ["slept", "TimeoutError"])
async def _(say):
    await attempt(say, asyncio.sleep(0.01, "slept"), 30)
    await attempt(say, asyncio.sleep(30, "slept"), 0.01)


@case("a limit ends with its wait, also if that was cancelled", ["cancelled", "woke"])
async def _(say):
    event = asyncio.Event()

    async def waits():
        try:
            await asyncio.wait_for(event.wait(), 0.02)
        except asyncio.CancelledError:
            say("cancelled")
        await event.wait()
        say("woke")

    task = asyncio.create_task(waits())
    await settle()
    task.cancel()
    await asyncio.sleep(0.05)
    event.set()
    await task


@case("an awaitable that another task has made", ["TimeoutError", "released", True])
async def _(say):
    made = []
    event, lock = asyncio.Event(), asyncio.Lock()

    async def makes():
        nap = asyncio.sleep(0.001)
        made.append(event.wait())  # the last that it made: it would be the next to be lent out
        await nap
        async with lock:
            await asyncio.sleep(0.02)
        say("released")

    task = asyncio.create_task(makes())
    await asyncio.sleep(0)
    await attempt(say, made[0], 0.01)
    await task
    try:
        await made[0]
    except RuntimeError:
        say(True)


@case("a cancel while it waits", ["cancelled", False])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()

    async def waits():
        try:
            await asyncio.wait_for(lock.acquire(), 30)
        except asyncio.CancelledError:
            say("cancelled")
        await asyncio.sleep(0.02)  # bounded by nothing now

    task = asyncio.create_task(waits())
    await settle()
    task.cancel()
    await task
    lock.release()
    await asyncio.sleep(0)
    say(lock.locked())


@case("X4 granted and cancelled: the lock goes to the next", ["next", True], needs="Loop")
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()

    async def waits():
        await asyncio.wait_for(lock.acquire(), 30)
        say("has it")

    async def next_():
        async with lock:
            say("next")

    one, two = asyncio.create_task(waits()), asyncio.create_task(next_())
    await settle()
    lock.release()
    one.cancel()
    say(await cancelled(one))
    await two


@case("limits nest, the nearest counts", ["TimeoutError", "TimeoutError", 1])
async def _(say):
    await attempt(say, asyncio.wait_for(asyncio.sleep(30), 30), 0.01)
    await attempt(say, asyncio.wait_for(asyncio.sleep(30), 0.01), 30)
    await attempt(say, asyncio.wait_for(asyncio.sleep(0, 1), 30), 30)


@case("nothing is left of the limit", ["TimeoutError", "woke"])
async def _(say):
    event = asyncio.Event()
    await attempt(say, event.wait(), 0.005)
    asyncio.get_running_loop().call_later(0.02, event.set)
    await event.wait()
    say("woke")


@case("in milliseconds", [1, "TimeoutError", "TimeoutError", 2], needs="wait_for_ms")
async def _(say):
    for aw, ms in (gives(1), 5000), (asyncio.sleep(30), 5), (gives(0), 0), (gives(2), None):
        try:
            say(await asyncio.wait_for_ms(aw, ms))
        except asyncio.TimeoutError as error:
            say(kind(error))


main("wait_for")

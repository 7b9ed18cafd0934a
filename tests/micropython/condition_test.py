# asyncio.Condition: the cases C1 to C20 of CPython's suite, and what our contract adds. C15 is about several loops, of
# which there is one.
import asyncio
from check import cancelled, case, main, settle


def waiter(say, cond, name, turns=0):
    """Waits for a notification, keeps the lock for some turns; what it is told goes to say."""

    async def wait():
        async with cond:
            say("%s %s" % (name, await cond.wait()))
            for _ in range(turns):
                await asyncio.sleep(0)

    return asyncio.create_task(wait())


def state(cond):
    text = repr(cond)
    return text[text.index("[") : text.index("]") + 1]


async def all_of(*tasks):
    for task in tasks:
        await task


@case(
    "C1 a notification wakes nobody until the release; first come, first served",
    ["notified", "1 True", "held by 1", "2 True", "3 True", False],
)
async def _(say):
    cond = asyncio.Condition()
    go = asyncio.Event()

    async def first():
        await cond.acquire()
        say("1 %s" % await cond.wait())
        await go.wait()
        cond.release()

    one = asyncio.create_task(first())
    await settle()
    two, three = waiter(say, cond, "2"), waiter(say, cond, "3")
    await settle()
    await cond.acquire()
    cond.notify()
    await settle()
    say("notified")
    cond.release()
    await settle()
    say("held by 1" if cond.locked() else "free")
    go.set()
    await one
    await cond.acquire()
    cond.notify(2)
    cond.release()
    await all_of(two, three)
    say(cond.locked())


@case("C2 cancelled while it waits: it holds the lock again", ["held", "[locked]", True, "[unlocked]"])
async def _(say):
    cond = asyncio.Condition()

    async def wait():
        await cond.acquire()
        try:
            await cond.wait()
        finally:
            say("held" if cond.locked() else "not held")
            say(state(cond))
            cond.release()

    task = asyncio.create_task(wait())
    await settle()
    task.cancel()
    say(await cancelled(task))
    say(state(cond))


@case("C3 notified, then cancelled and released by callbacks: it has the lock, and ends", ["held", True, False])
async def _(say):
    cond = asyncio.Condition()
    loop = asyncio.get_event_loop()

    async def wait():
        async with cond:
            try:
                await cond.wait()
            finally:
                say("held" if cond.locked() else "not held")

    task = asyncio.create_task(wait())
    await settle()
    await cond.acquire()
    cond.notify()
    loop.call_soon(task.cancel)
    loop.call_soon(cond.release)
    say(await cancelled(task))
    say(cond.locked())


@case("C4 notified, waits for the lock, is cancelled: it ends cancelled", ["still in line", "held", True, False])
async def _(say):
    cond = asyncio.Condition()

    async def wait():
        async with cond:
            try:
                await cond.wait()
                say("not cancelled")
            finally:
                say("held" if cond.locked() else "not held")

    task = asyncio.create_task(wait())
    await settle()
    await cond.acquire()
    cond.notify()
    await settle()
    task.cancel()
    await settle()
    say("done" if task.done() else "still in line")
    cond.release()
    say(await cancelled(task))
    say(cond.locked())


@case("C5 C10 C11 without the lock", ["RuntimeError"] * 4)
async def _(say):
    cond = asyncio.Condition()
    try:
        await cond.wait()
    except RuntimeError:
        say("RuntimeError")
    for call in (cond.notify, cond.notify_all, cond.release):
        try:
            call()
        except RuntimeError:
            say("RuntimeError")


@case("C6 wait_for: looks again after each notification", ["waits", "[locked]", "enough", [0, 1, 2]])
async def _(say):
    cond = asyncio.Condition()
    stock = [0]
    seen = []

    def enough():
        seen.append(stock[0])
        return stock[0] >= 2 and "enough"

    async def wait():
        async with cond:
            got = await cond.wait_for(enough)
            say(state(cond))
            say(got)

    task = asyncio.create_task(wait())
    await settle()
    for _ in range(2):
        async with cond:
            stock[0] += 1
            cond.notify()
        await settle()
        if stock[0] == 1:
            say("done" if task.done() else "waits")
    await task
    say(seen)


@case("C7 wait_for without the lock: what is so at once is told, else it is an error", [5, "RuntimeError"])
async def _(say):
    cond = asyncio.Condition()
    say(await cond.wait_for(lambda: 5))
    try:
        await cond.wait_for(lambda: False)
    except RuntimeError:
        say("RuntimeError")


@case("C8 notify(1), then more than there are", ["1 True", "2 True", "3 True"])
async def _(say):
    cond = asyncio.Condition()
    tasks = [waiter(say, cond, str(i + 1)) for i in range(3)]
    await settle()
    async with cond:
        cond.notify(1)
    await settle()
    async with cond:
        cond.notify(1)
        cond.notify(2048)
    await all_of(*tasks)


@case("C9 notify_all", ["1 True", "2 True", "[unlocked]"])
async def _(say):
    cond = asyncio.Condition()
    tasks = [waiter(say, cond, str(i + 1)) for i in range(2)]
    await settle()
    async with cond:
        cond.notify_all()
    await all_of(*tasks)
    say(state(cond))


@case("C12 repr", ["[unlocked]", "[locked]", "[unlocked, waiters:1]", "[locked, waiters:2]"])
async def _(say):
    cond = asyncio.Condition()
    say(state(cond))
    async with cond:
        say(state(cond))
    tasks = [waiter(lambda text: None, cond, "a")]
    await settle()
    say(state(cond))
    tasks.append(waiter(lambda text: None, cond, "b"))
    await settle()
    async with cond:
        say(state(cond))
        cond.notify_all()
    await all_of(*tasks)


@case("C13 a block takes the lock, gives None, and gives it back", [None, True, False, "TypeError", False])
async def _(say):
    cond = asyncio.Condition()
    async with cond as given:
        say(given)
        say(cond.locked())
    say(cond.locked())
    try:
        await cond
    except TypeError:
        say("TypeError")
    say(cond.locked())


@case("C14 over a lock of one's own", [True, True, False, False, True, "1 True", "2 True"])
async def _(say):
    lock = asyncio.Lock()
    one, two = asyncio.Condition(lock), asyncio.Condition(lock=lock)
    await lock.acquire()
    say(one.locked())
    say(two.locked())
    lock.release()
    say(one.locked())
    say(two.locked())
    await one.acquire()
    say(lock.locked())
    one.release()
    tasks = [waiter(say, one, "1"), waiter(say, two, "2")]
    await settle()
    async with lock:
        one.notify_all()
        two.notify_all()
    await all_of(*tasks)


@case("C16 a timeout inside the block: the block can be left", ["TimeoutError", True, False], needs="wait_for")
async def _(say):
    cond = asyncio.Condition()
    async with cond:
        try:
            await asyncio.wait_for(cond.wait(), 0.01)
        except asyncio.TimeoutError:
            say("TimeoutError")
        say(cond.locked())
    say(cond.locked())


async def same_error(say, cond, in_line):
    """A task that waits is cancelled with a message; in_line: once it was notified and stands in line for the lock."""
    met = []

    async def wait():
        async with cond:
            try:
                await cond.wait_for(lambda: False)
            except asyncio.CancelledError as error:
                met.append(error)
                raise

    task = asyncio.create_task(wait())
    await settle()
    if in_line:
        await cond.acquire()
        cond.notify()
        await settle()
    task.cancel("foo")
    await settle()
    if in_line:
        cond.release()
    try:
        await task
    except asyncio.CancelledError as error:
        say(error.args)
        say(error is met[0])
    say(cond.locked())


@case("C17 cancelled while it waits: the same exception arrives", [("foo",), True, False])
async def _(say):
    await same_error(say, asyncio.Condition(), False)


# QueueShutDown stands for CPython 3.13, which mended these.
@case(
    "C18 cancelled while it takes the lock again: the same exception arrives",
    [("foo",), True, False],
    needs="QueueShutDown",
)
async def _(say):
    await same_error(say, asyncio.Condition(), True)


async def consumers(say, turns):
    """Two consumers and one item; the first one is notified, and after some turns cancelled."""
    cond = asyncio.Condition()
    items = []

    async def consume(name):
        async with cond:
            await cond.wait_for(lambda: items)
            say(name + " has " + items.pop())

    one, two = asyncio.create_task(consume("one")), asyncio.create_task(consume("two"))
    await settle()
    await cond.acquire()
    items.append("it")
    cond.notify(1)
    await settle(turns)
    one.cancel()
    cond.release()
    await two
    say(await cancelled(one))
    say(cond.locked())


@case(
    "C19 the notified one is cancelled in the same step: the other consumes",
    ["two has it", True, False],
    needs="QueueShutDown",
)
async def _(say):
    await consumers(say, 0)


@case(
    "C20 the notified one is cancelled while it takes the lock again: the other consumes",
    ["two has it", True, False],
    needs="QueueShutDown",
)
async def _(say):
    await consumers(say, 1)


@case(
    "notified, has the lock, has not run, is cancelled: the next is notified",
    ["b True", True],
    needs="QueueShutDown",
)
async def _(say):
    cond = asyncio.Condition()
    a, b = waiter(say, cond, "a"), waiter(say, cond, "b")
    await settle()
    await cond.acquire()
    cond.notify()
    cond.release()
    a.cancel()
    await b
    say(await cancelled(a))


@case("cancelled twice on its way to the lock: once is enough", ["in line", "held", True, False])
async def _(say):
    cond = asyncio.Condition()

    async def wait():
        async with cond:
            try:
                await cond.wait()
            finally:
                say("held" if cond.locked() else "not held")

    task = asyncio.create_task(wait())
    await settle()
    await cond.acquire()
    task.cancel()
    await settle()
    task.cancel()
    await settle()
    say("done" if task.done() else "in line")
    cond.release()
    say(await cancelled(task))
    say(cond.locked())


@case(
    "nobody is woken for nothing: a cancel notifies nobody else",
    ["b True"],
    ours=("2: who was not notified has no notification to pass on", ["b waits", "b True"]),
    needs="QueueShutDown",
)
async def _(say):
    cond = asyncio.Condition()
    a, b = waiter(say, cond, "a"), waiter(say, cond, "b")
    await settle()
    a.cancel()
    await cancelled(a)
    await settle()
    if not b.done():
        say("b waits")
        async with cond:
            cond.notify()
    await b


@case("the lock on its way to another: it is not the caller's", ["RuntimeError", "RuntimeError", "a has it"])
async def _(say):
    cond = asyncio.Condition()

    async def take():
        async with cond:
            say("a has it")

    await cond.acquire()
    a = asyncio.create_task(take())
    await settle()
    cond.release()
    try:
        cond.notify()
    except RuntimeError:
        say("RuntimeError")
    try:
        await cond.wait()
    except RuntimeError:
        say("RuntimeError")
    await a


@case("a predicate that raises: the lock is held, the exception arrives", ["held", "ZeroDivisionError", False] * 2)
async def _(say):
    cond = asyncio.Condition()
    armed = []

    def predicate():
        if armed:
            1 / 0
        return False

    async def wait():
        try:
            async with cond:
                try:
                    await cond.wait_for(predicate)
                finally:
                    say("held" if cond.locked() else "not held")
        except ZeroDivisionError:
            say("ZeroDivisionError")

    for soon in (True, False):
        armed.clear()
        if soon:
            armed.append(1)
        task = asyncio.create_task(wait())
        await settle()
        armed.append(1)
        if not soon:
            async with cond:
                cond.notify()
        await task
        say(cond.locked())


@case("a predicate that gives the lock away", ["RuntimeError"])
async def _(say):
    cond = asyncio.Condition()

    def predicate():
        cond.release()
        return False

    await cond.acquire()
    try:
        await cond.wait_for(predicate)
    except RuntimeError:
        say("RuntimeError")


@case("notify for nobody, and less", [False])
async def _(say):
    cond = asyncio.Condition()
    async with cond:
        cond.notify()
        cond.notify(n=0)
        cond.notify(-1)
        cond.notify_all()
    say(cond.locked())


@case("misuse", ["TypeError", "TypeError", "TypeError", "TypeError"])
async def _(say):
    cond = asyncio.Condition()
    for wrong in (lambda: asyncio.Condition(loop=None), lambda: asyncio.Condition(None, 1), lambda: cond.wait_for()):
        try:
            wrong()
        except TypeError:
            say("TypeError")
    try:
        asyncio.Condition(5)
    except (AttributeError, TypeError):  # CPython meets the missing method of a lock
        say("TypeError")


@case("over a lock of a class of one's own", [True, "1 True", False])
async def _(say):
    class Mine(asyncio.Lock):
        pass

    lock = Mine()
    cond = asyncio.Condition(lock)
    one = waiter(say, cond, "1")
    await settle()
    async with lock:
        say(cond.locked())
        cond.notify()
    await one
    say(cond.locked())


@case("producers and consumers", [200, False])
async def _(say):
    cond = asyncio.Condition()
    items = []
    got = []

    async def produce(n):
        for i in range(20):
            async with cond:
                items.append((n, i))
                cond.notify()
            if i % 3 == 0:
                await asyncio.sleep(0)

    async def consume():
        for _ in range(40):
            async with cond:
                await cond.wait_for(lambda: items)
                got.append(items.pop(0))

    tasks = [asyncio.create_task(consume()) for _ in range(5)]
    tasks += [asyncio.create_task(produce(n)) for n in range(10)]
    await all_of(*tasks)
    say(len(set(got)))
    say(cond.locked())


main("condition")

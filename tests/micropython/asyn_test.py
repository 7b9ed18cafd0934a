# The module asyn, its objects: what its users of old expect, and for each thing that it did wrong a row that shows ours
# does not. In simulated time: lengths of time are exact.
import asyncio

import asyn
import cosy

from check import cancelled, case, main, settle

cosy.virtual(True)
loop = asyncio.get_event_loop()
create_task = asyncio.create_task
sleep_ms = asyncio.sleep_ms


def ms():
    return round(loop.time() * 1000)


def raises(say, fn, *args):
    try:
        fn(*args)
    except Exception as error:
        say(type(error).__name__)


class Reports:
    """What is reported while the block runs is said instead."""

    def __init__(self, say):
        self.say = say

    def __enter__(self):
        loop.set_exception_handler(lambda loop, context: self.say("reported " + repr(context["exception"])))

    def __exit__(self, *error):
        loop.set_exception_handler(None)


# ---- Lock ----


@case("Lock: a free one is taken without a turn", ["A", "others"])
async def _(say):
    loop.call_soon(say, "others")
    await asyn.Lock().acquire()
    say("A")
    await settle()


@case("Lock: loops that ask again at once take turns (there: AAABBB)", list("ABCABCABC"))
async def _(say):
    lock = asyn.Lock(7)

    async def task(name):
        for _ in range(3):
            await lock.acquire()
            say(name)
            await sleep_ms(1)
            lock.release()

    for name in "ABC":
        create_task(task(name))
    await sleep_ms(50)


@case("Lock: async with takes turns, too, and gives the lock", list("ABCDABCD") + ["True", "False"])
async def _(say):
    lock = asyn.Lock(delay_ms=5)

    async def task(name):
        for _ in range(2):
            async with lock:
                say(name)

    for name in "ABCD":
        create_task(task(name))
    await settle()
    async with lock as got:
        say(str(got is lock and lock.locked()))
    say(str(lock.locked()))


@case("Lock: leaving a block is a turn for the others, also without contention", ["A", "others", "A"])
async def _(say):
    lock = asyn.Lock()
    loop.call_soon(say, "others")
    for _ in range(2):
        async with lock:
            say("A")


@case("Lock: a cancelled waiter passes it on", ["C", "True"])
async def _(say):
    lock = asyn.Lock()

    async def task(name):
        async with lock:
            say(name)

    await lock.acquire()
    b, c = create_task(task("B")), create_task(task("C"))
    await settle()
    lock.release()
    b.cancel()
    say(str(await cancelled(b)))
    await c


@case("Lock: misuse", ["RuntimeError", "TypeError", "RuntimeError"])
async def _(say):
    raises(say, asyn.Lock().release)
    raises(say, asyn.Lock, 1, 2)
    waiting = asyn.Lock().acquire()
    await waiting
    try:
        await waiting
    except RuntimeError:
        say("RuntimeError")


# ---- Event ----


@case("Event: all who wait go on in order; it carries a value", ["A 5", "B 5", "True 5", "False None"])
async def _(say):
    event = asyn.Event()

    async def task(name):
        await event
        say("%s %s" % (name, event.value()))

    create_task(task("A"))
    create_task(task("B"))
    await settle()
    event.set(5)
    await settle()
    say("%s %s" % (event.is_set(), event.value()))
    event.clear()
    say("%s %s" % (event.is_set(), event.value()))


@case("Event: set and cleared at once wakes all (there: missed)", ["A", "B"])
async def _(say):
    event = asyn.Event(10)

    async def task(name):
        await event
        say(name)

    create_task(task("A"))
    create_task(task("B"))
    await settle()
    event.set()
    event.clear()
    await settle()


@case("Event: awaiting a set one takes no turn and gives None", ["None", "None", "others"])
async def _(say):
    event = asyn.Event(delay_ms=5)
    event.set("x")
    loop.call_soon(say, "others")
    say(str(await event))
    say(str(await event.wait()))
    await settle()


@case("Event: nobody waits longer than needed (there: delay_ms)", ["30 ms"])
async def _(say):
    event = asyn.Event(100)
    before = ms()
    loop.call_later_ms(30, event.set)
    await event
    say("%d ms" % (ms() - before))


@case("Event: the value of a set without one is None; also by name of a class of one's own", ["1", "None", "x"])
async def _(say):
    class Mine(asyn.Event):
        def fire(self):
            self.set("x")

    event = Mine()
    event.set(1)
    say(str(event.value()))
    event.set()
    say(str(event.value()))
    event.clear()
    loop.call_later_ms(1, event.fire)
    await event
    say(event.value())


@case("Event: a cancelled waiter", ["True", "B"])
async def _(say):
    event = asyn.Event()

    async def task(name):
        await event
        say(name)

    a, b = create_task(task("A")), create_task(task("B"))
    await settle()
    a.cancel()
    say(str(await cancelled(a)))
    event.set()
    await b


# ---- Barrier ----


@case("Barrier: the action comes first, then the last to arrive, then the others in order",
      ["action 1 2", "C", "A", "B"])
async def _(say):
    barrier = asyn.Barrier(3, lambda a, b: say("action %s %s" % (a, b)), (1, 2))

    async def task(name):
        await barrier
        say(name)

    for name in "ABC":
        create_task(task(name))
    await settle()


@case("Barrier: round after round", ["0", "0", "0", "Synch", "1", "1", "1", "Synch", "2", "2", "2", "Synch"])
async def _(say):
    barrier = asyn.Barrier(3, say, ("Synch",))

    async def task(pause):
        for i in range(3):
            await sleep_ms(pause)
            say(str(i))
            await barrier

    for pause in (5, 10, 15):
        create_task(task(pause))
    await sleep_ms(100)


@case("Barrier: a coroutine as the action becomes a task", ["A", "action x", "B", "end"])
async def _(say):
    async def action(text):
        say("action " + text)
        await sleep_ms(1)
        say("end")

    barrier = asyn.Barrier(2, action, ("x",))

    async def task(name):
        await barrier
        say(name)

    create_task(task("B"))
    create_task(task("A"))
    await sleep_ms(10)


@case("Barrier: what the action raises is reported, and nobody hangs", ["reported ValueError('boom',)", "B", "A"])
async def _(say):
    def action():
        raise ValueError("boom")

    barrier = asyn.Barrier(2, action)

    async def task(name):
        await barrier
        say(name)

    with Reports(say):
        create_task(task("A"))
        create_task(task("B"))
        await settle()


@case("Barrier: an action that makes awaitables, and values left by generators, disturb nothing",
      ["None", "A", "later"])
async def _(say):
    event = asyn.Event()

    def values():
        yield 1
        return 5

    async def wait():
        await event
        say("later")

    def action():
        event.wait()
        asyncio.sleep(1)
        create_task(event.wait())
        create_task(wait())
        for _ in values():
            pass

    barrier = asyn.Barrier(2, action)

    async def task():
        await barrier
        say("A")

    create_task(task())
    await settle()
    say(str(await barrier))
    await settle()
    event.set()
    await settle()


@case("Barrier: one more than n belongs to the next round", ["B", "A", "busy True", "D", "C", "busy False"])
async def _(say):
    barrier = asyn.Barrier(2)

    async def task(name):
        await barrier
        say(name)

    for name in "ABC":
        create_task(task(name))
    await settle()
    say("busy %s" % barrier.busy())
    create_task(task("D"))
    await settle()
    say("busy %s" % barrier.busy())


@case("Barrier: trigger arrives without waiting, from a callback too", ["False", "True", "Synch", "A", "False"])
async def _(say):
    barrier = asyn.Barrier(3, say, ("Synch",))

    async def task():
        await barrier
        say("A")

    say(str(barrier.busy()))
    barrier.trigger()
    say(str(barrier.busy()))
    create_task(task())
    await settle()
    loop.call_soon(barrier.trigger)
    await settle()
    say(str(barrier.busy()))


@case("Barrier: a cancelled participant takes its arrival back", ["True", "C", "B"])
async def _(say):
    barrier = asyn.Barrier(2)

    async def task(name):
        await barrier
        say(name)

    a = create_task(task("A"))
    await settle()
    a.cancel()
    say(str(await cancelled(a)))
    b = create_task(task("B"))
    await settle()
    create_task(task("C"))
    await b


@case("Barrier: of one", ["action", "None"])
async def _(say):
    say(str(await asyn.Barrier(1, say, ["action"])))


@case("Barrier: misuse", ["ValueError", "ValueError", "TypeError", "TypeError", "TypeError", "RuntimeError"])
async def _(say):
    raises(say, asyn.Barrier, 0)
    raises(say, asyn.Barrier, -1)
    raises(say, asyn.Barrier)
    raises(say, asyn.Barrier, 2, 5)
    raises(say, asyn.Barrier, 2, print, 5)

    def again():
        raises(say, barrier.trigger)

    barrier = asyn.Barrier(1, again)
    await barrier


# ---- Semaphore ----


@case("Semaphore: never more than its value, in order (there: none)", ["A", "B", "max 2", "C", "D"])
async def _(say):
    semaphore = asyn.Semaphore(2)
    inside = [0, 0]

    async def task(name):
        await semaphore.acquire()
        say(name)
        inside[0] += 1
        inside[1] = max(inside)
        await sleep_ms(10)
        inside[0] -= 1
        semaphore.release()

    for name in "ABCD":
        create_task(task(name))
    await sleep_ms(5)
    say("max %d" % inside[1])
    await sleep_ms(100)


@case("Semaphore: release without acquire adds one; async with gives it", ["A", "B", "True"])
async def _(say):
    semaphore = asyn.Semaphore(0)
    semaphore.release()
    semaphore.release()
    await semaphore.acquire()
    say("A")
    await semaphore.acquire()
    say("B")
    semaphore.release()
    async with semaphore as got:
        say(str(got is semaphore))


@case("Semaphore: a cancelled waiter passes its permit on", ["C", "True"])
async def _(say):
    semaphore = asyn.Semaphore()

    async def task(name):
        async with semaphore:
            say(name)

    await semaphore.acquire()
    b, c = create_task(task("B")), create_task(task("C"))
    await settle()
    semaphore.release()
    b.cancel()
    say(str(await cancelled(b)))
    await c


@case("BoundedSemaphore: released more often than acquired", ["ValueError", "A", "ValueError", "ValueError"])
async def _(say):
    semaphore = asyn.BoundedSemaphore(2)
    raises(say, semaphore.release)
    async with semaphore:
        say("A")
    raises(say, semaphore.release)
    raises(say, asyn.BoundedSemaphore(0).release)


@case("Semaphore: misuse", ["ValueError", "TypeError", "TypeError"])
async def _(say):
    raises(say, asyn.Semaphore, -1)
    raises(say, asyn.Semaphore, "x")
    raises(say, asyn.BoundedSemaphore, 1, 2)


# ---- Condition ----


@case("Condition: notify goes by order of arrival (there: the last)", ["A", "B", "C"])
async def _(say):
    condition = asyn.Condition()

    async def task(name):
        with await condition:
            await condition.wait()
            say(name)

    for name in "ABC":
        create_task(task(name))
    await settle()
    for _ in range(3):
        async with condition:
            condition.notify()
        await settle()


@case("Condition: notify(n), notify_all; wait gives True", ["A True", "B True", "-", "C True", "D True"])
async def _(say):
    condition = asyn.Condition()

    async def task(name):
        async with condition as got:
            say("%s %s" % (name, await got.wait()))

    for name in "ABCD":
        create_task(task(name))
    await settle()
    with await condition as got:
        got.notify(2)
        got.notify(0)
        got.notify(-1)
    await settle()
    say("-")
    with await condition:
        condition.notify_all()
    await settle()


@case("Condition: wait_for gives what the predicate gives", ["False", "looked 3", "3"])
async def _(say):
    condition = asyn.Condition()
    stock = []
    looked = []

    def enough():
        looked.append(1)
        return len(stock) if len(stock) > 2 else 0

    async def task():
        async with condition:
            got = await condition.wait_for(enough)
            say("looked %d" % len(looked))
            say(str(got))

    task = create_task(task())
    await settle()
    say(str(condition.locked()))
    stock.append(1)
    async with condition:
        condition.notify()
    await settle()
    stock += [2, 3]
    async with condition:
        condition.notify()
    await task


@case("Condition: a predicate that is true at once does not wait, one that raises comes out with the lock held",
      ["1", "ZeroDivisionError", "True"])
async def _(say):
    condition = asyn.Condition()
    async with condition:
        say(str(await condition.wait_for(lambda: 1)))
        try:
            await condition.wait_for(lambda: 1 // 0)
        except ZeroDivisionError:
            say("ZeroDivisionError")
        say(str(condition.locked()))


@case("Condition: a predicate may make awaitables", ["done", "event"])
async def _(say):
    condition = asyn.Condition()
    event = asyn.Event()
    calls = []

    def look():
        create_task(event.wait()) if not calls else None
        event.wait()
        calls.append(1)
        return len(calls) > 1

    async def task():
        async with condition:
            await condition.wait_for(look)
            say("done")

    task = create_task(task())
    await settle()
    async with condition:
        condition.notify()
    await task
    event.set()
    await event
    say("event")


@case("Condition: a cancelled waiter has the lock when it hears of it; its notification goes on", ["True", "B"])
async def _(say):
    condition = asyn.Condition()

    async def task(name):
        async with condition:
            try:
                await condition.wait()
                say(name)
            except asyncio.CancelledError:
                say(str(condition.locked()))
                raise

    a = create_task(task("A"))
    b = create_task(task("B"))
    await settle()
    async with condition:
        condition.notify()
        a.cancel()
    await cancelled(a)
    await b


@case("Condition: over a lock of one's own, of each kind", ["True", "True", "True"])
async def _(say):
    from uasyncio.synchro import Lock

    class Mine(asyn.Lock):
        pass

    for kind in (asyncio.Lock, Lock, Mine):
        lock = kind()
        condition = asyn.Condition(lock)
        await lock.acquire()
        say(str(condition.locked()))
        condition.notify()
        condition.release()


@case("Condition: misuse",
      ["RuntimeError", "RuntimeError", "RuntimeError", "RuntimeError", "TypeError", "TypeError", "TypeError"])
async def _(say):
    condition = asyn.Condition()
    raises(say, condition.notify)
    raises(say, condition.notify_all)
    raises(say, condition.release)
    try:
        await condition.wait()
    except RuntimeError:
        say("RuntimeError")
    raises(say, asyn.Condition, 5)
    raises(say, asyn.Condition, asyn.Event())
    raises(say, condition.wait_for, 5)


main("asyn")

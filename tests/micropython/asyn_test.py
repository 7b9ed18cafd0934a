# The module asyn: what its users of old expect, and for each thing that it did wrong a row that shows ours does not. In
# simulated time: lengths of time are exact.
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


@case("Barrier: the action comes first, then the last to arrive, then the others in order", ["action 1 2", "C", "A", "B"])
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


@case("Barrier: an action that makes awaitables, and values left by generators, disturb nothing", ["None", "A", "later"])
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


@case("Condition: a predicate that is true at once does not wait, one that raises comes out with the lock held", ["1", "ZeroDivisionError", "True"])
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


@case("Condition: misuse", ["RuntimeError", "RuntimeError", "RuntimeError", "RuntimeError", "TypeError", "TypeError", "TypeError"])
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


# ---- Gather ----


async def count(n, pause=10):
    """Counts until its time is out, and gives how far it came."""
    try:
        while True:
            await sleep_ms(pause)
            n += 1
    except asyncio.TimeoutError:
        return n


async def double(n, pause=10):
    await sleep_ms(pause)
    return n * 2


@case("Gather: results in order of the list, however long each takes", ["[2, 4, 13]", "35 ms"])
async def _(say):
    before = ms()
    say(str(await asyn.Gather([asyn.Gatherable(double, 1, pause=20), asyn.Gatherable(double, 2),
                               asyn.Gatherable(count, 10, timeout=0.035)])))
    say("%d ms" % (ms() - before))


@case("Gather: an exception ends it (there: it hung, the loop ended); the others go on", ["ValueError", "slow"])
async def _(say):
    async def bad():
        await sleep_ms(5)
        raise ValueError

    async def slow():
        await sleep_ms(20)
        say("slow")

    try:
        await asyn.Gather((asyn.Gatherable(slow), asyn.Gatherable(bad)))
    except ValueError:
        say("ValueError")
    await sleep_ms(50)


@case("Gather: what nobody awaits is reported, and is still there", ["reported ValueError('x',)", "ValueError"])
async def _(say):
    async def bad():
        raise ValueError("x")

    with Reports(say):
        gather = asyn.Gather([asyn.Gatherable(bad)])
        await settle()
    try:
        await gather
    except ValueError:
        say("ValueError")


@case("Gather: a timeout that is not caught comes out", ["TimeoutError after 30 ms"])
async def _(say):
    before = ms()
    try:
        await asyn.Gather([asyn.Gatherable(double, 1, pause=100, timeout=0.03)])
    except asyncio.TimeoutError:
        say("TimeoutError after %d ms" % (ms() - before))


@case("Gather: who ends in time is not disturbed afterwards", ["[2]", "end"])
async def _(say):
    async def task():
        say(str(await asyn.Gather([asyn.Gatherable(double, 1, timeout=0.03)])))
        await sleep_ms(100)
        say("end")

    await create_task(task())


@case("Gather: a cancel is passed on, and comes back when the tasks have ended", ["cleaned up", "True", "5 ms"])
async def _(say):
    async def child():
        try:
            await sleep_ms(1000)
        except asyn.StopTask:
            await sleep_ms(5)
            say("cleaned up")
            raise

    async def task():
        await asyn.Gather([asyn.Gatherable(child)])

    task = create_task(task())
    await settle()
    before = ms()
    task.cancel()
    say(str(await cancelled(task)))
    say("%d ms" % (ms() - before))


@case("Gather: children that swallow the cancel do not swallow it for who waits", ["True"])
async def _(say):
    async def child():
        try:
            await sleep_ms(1000)
        except asyn.StopTask:
            pass

    async def task():
        await asyn.Gather([asyn.Gatherable(child)])

    task = create_task(task())
    await settle()
    task.cancel()
    say(str(await cancelled(task)))


@case("Gather: of nothing, and awaited by two", ["[]", "[2]", "[2]"])
async def _(say):
    say(str(await asyn.Gather([])))
    gather = asyn.Gather([asyn.Gatherable(double, 1)])

    async def task():
        say(str(await gather))

    a, b = create_task(task()), create_task(task())
    await a
    await b


@case("Gather: misuse; if one coroutine cannot be made none runs", ["TypeError"] * 6)
async def _(say):
    async def no():
        say("ran")

    raises(say, asyn.Gather)
    raises(say, asyn.Gather, [5])
    raises(say, asyn.Gather, [asyn.Gatherable(no), asyn.Gatherable(double)])
    raises(say, asyn.Gatherable)
    raises(say, asyn.Gatherable, 5)
    raises(say, lambda: asyn.Gatherable(no, timeout="x"))
    await settle()


# ---- Cancellable ----


def stoppable(say):
    @asyn.cancellable
    async def work(name, clean_up=0):
        try:
            await asyncio.sleep(100)
            say(name + " done")
        except asyn.StopTask:
            if clean_up:
                await sleep_ms(clean_up)
            say(name + " stopped")
            raise

    return work


@case("Cancellable: cancel_all stops a group and waits for its end (there: 82 ms late)",
      ["A stopped", "B stopped", "after 20 ms", "C done"])
async def _(say):
    work = stoppable(say)
    loop.create_task(asyn.Cancellable(work, "A")())
    loop.create_task(asyn.Cancellable(work, "B", clean_up=20)())
    c = loop.create_task(asyn.Cancellable(work, "C", group=1)())
    await settle()
    before = ms()
    await asyn.Cancellable.cancel_all()
    say("after %d ms" % (ms() - before))
    await c


@case("Cancellable: nowait", ["asked", "A stopped"])
async def _(say):
    loop.create_task(asyn.Cancellable(stoppable(say), "A", group="g")())
    await settle()
    await asyn.Cancellable.cancel_all("g", nowait=True)
    say("asked")
    await settle()


@case("Cancellable: a group that is empty, or has ended", ["None", "None"])
async def _(say):
    async def nothing():
        pass

    say(str(await asyn.Cancellable.cancel_all("empty")))
    loop.create_task(asyn.Cancellable(asyn.cancellable(nothing), group="ended")())
    await settle()
    say(str(await asyn.Cancellable.cancel_all("ended")))


@case("Cancellable: awaited it gives the result", ["8", "6"])
async def _(say):
    work = asyn.cancellable(double)
    say(str(await asyn.Cancellable(work, 4)))
    say(str(await loop.create_task(asyn.Cancellable(work, 3)())))


@case("Cancellable: awaited and cancelled, it is cancelled, not the task around it", ["A stopped", "StopTask", "0", "goes on", "done"])
async def _(say):
    async def task():
        try:
            await asyn.Cancellable(stoppable(say), "A", group="g")
        except asyn.StopTask:
            say("StopTask")
        say(str(asyncio.current_task().cancelling()))
        await sleep_ms(10)
        say("goes on")

    task = create_task(task())
    await settle()
    await asyn.Cancellable.cancel_all("g")
    await task
    say("done")


@case("Cancellable: a cancel that comes too late for it does not hit the task around it", ["5", "ended", "goes on"])
async def _(say):
    queue = asyncio.Queue()

    @asyn.cancellable
    async def put():
        await queue.put(2)
        return 5

    async def task():
        say(str(await asyn.Cancellable(put, group="g")))
        await sleep_ms(10)
        say("goes on")

    queue = asyncio.Queue(1)
    await queue.put(1)
    task = create_task(task())
    await settle()
    await queue.get()
    await asyn.Cancellable.cancel_all("g")
    say("ended")
    await task


@case("Cancellable: what has not begun never will (there: cancel_all hung)", ["1 task", "2", "True", "StopTask"])
async def _(say):
    work = stoppable(say)
    task = loop.create_task(asyn.Cancellable(work, "A", group="g")())
    waits = asyn.Cancellable(work, "B", group="g")
    await asyn.Cancellable.cancel_all("g")
    say("1 task")
    say("2")
    say(str(await cancelled(task)))
    try:
        await waits
    except asyn.StopTask:
        say("StopTask")


@case("Cancellable: two may cancel a group at once (there: the first hung)", ["A stopped", "X", "Y"])
async def _(say):
    loop.create_task(asyn.Cancellable(stoppable(say), "A", 5, group="g")())
    await settle()

    async def stop(name):
        await asyn.Cancellable.cancel_all("g")
        say(name)

    x, y = create_task(stop("X")), create_task(stop("Y"))
    await x
    await y


@case("Cancellable: who cancels his own group cancels the others", ["A stopped", "me"])
async def _(say):
    @asyn.cancellable
    async def me():
        await asyn.Cancellable.cancel_all("g")
        say("me")

    loop.create_task(asyn.Cancellable(stoppable(say), "A", group="g")())
    await settle()
    await loop.create_task(asyn.Cancellable(me, group="g")())


@case("Cancellable: a task that will not stop is waited for; one's own wait may be cancelled", ["True", "end"])
async def _(say):
    @asyn.cancellable
    async def stubborn():
        try:
            await asyncio.sleep(100)
        except asyn.StopTask:
            await sleep_ms(50)
        say("end")

    async def stop():
        await asyn.Cancellable.cancel_all("g")

    task = loop.create_task(asyn.Cancellable(stubborn, group="g")())
    await settle()
    stopper = create_task(stop())
    await sleep_ms(10)
    stopper.cancel()
    say(str(await cancelled(stopper)))
    await task


@case("Cancellable: methods", ["bound 1", "bound 2", "stopped 1"])
async def _(say):
    class Machine:
        @asyn.cancellable
        async def run(self, n, *, then=0):
            say("bound %d" % n)
            try:
                await asyncio.sleep(then)
            except asyn.StopTask:
                say("stopped %d" % n)
                raise

    machine = Machine()
    loop.create_task(asyn.Cancellable(machine.run, 1, then=50)())
    await settle()
    await machine.run(2)
    await asyn.Cancellable.cancel_all()


@case("Cancellable: without the decorator a function gets a TaskId", ["True", "True"])
async def _(say):
    async def plain(task_id, n):
        say(str(isinstance(task_id, asyn.TaskId) and isinstance(task_id(), int)))
        return n

    say(str(await asyn.Cancellable(plain, 3) == 3))


@case("Cancellable: as the loop's own, an exception comes out", ["ValueError", "False"])
def _(say):
    @asyn.cancellable
    async def bad():
        raise ValueError

    try:
        loop.run_until_complete(asyn.NamedTask("bad", bad)())
    except ValueError:
        say("ValueError")
    say(str(asyn.NamedTask.is_running("bad")))


@case("Cancellable: misuse", ["TypeError", "TypeError", "TypeError", "TypeError", "RuntimeError", "RuntimeError"])
async def _(say):
    raises(say, asyn.Cancellable)
    raises(say, asyn.Cancellable, 5)
    raises(say, asyn.Cancellable, repr)
    raises(say, asyn.cancellable, 5)
    task = asyn.Cancellable(asyn.cancellable(double), 1)
    await task
    try:
        await task
    except RuntimeError:
        say("RuntimeError")
    raises(say, next, asyn.Cancellable(asyn.cancellable(double), 1, group="never awaited in a task")) or say("RuntimeError")


# ---- NamedTask ----


@case("NamedTask: cancel by name", ["True", "A stopped", "False", "False"])
async def _(say):
    loop.create_task(asyn.NamedTask("one", stoppable(say), "A")())
    await settle()
    say(str(await asyn.NamedTask.cancel("one")))
    await settle()
    say(str(await asyn.NamedTask.cancel("one")))
    say(str(await asyn.NamedTask.cancel("nobody", nowait=False)))


@case("NamedTask: cancel and wait", ["A stopped", "True after 20 ms", "False"])
async def _(say):
    loop.create_task(asyn.NamedTask("one", stoppable(say), "A", 20)())
    await settle()
    before = ms()
    say("%s after %d ms" % (await asyn.NamedTask.cancel("one", nowait=False), ms() - before))
    say(str(asyn.NamedTask.is_running("one")))


@case("NamedTask: is_running, and names that are taken", ["False", "True", "ValueError", "True", "False", "ok"])
async def _(say):
    work = asyn.namedtask(double)
    say(str(asyn.NamedTask.is_running("two")))
    task = loop.create_task(asyn.NamedTask("two", work, 1)())
    say(str(asyn.NamedTask.is_running("two")))
    raises(say, asyn.NamedTask, "two", work, 1)
    await settle()
    say(str(asyn.NamedTask.is_running("two")))
    await task
    say(str(asyn.NamedTask.is_running("two")))
    await asyn.NamedTask("two", work, 1)
    say("ok")


@case("NamedTask: its barrier hears of the end, be it by itself or by a cancel", ["A stopped", "all"])
async def _(say):
    barrier = asyn.Barrier(3)
    loop.create_task(asyn.NamedTask("a", stoppable(say), "A", barrier=barrier)())
    loop.create_task(asyn.NamedTask("b", asyn.cancellable(double), 1, barrier=barrier)())
    await settle()
    await asyn.NamedTask.cancel("a")
    await barrier
    say("all")


@case("NamedTask: names and groups of the same value", ["A stopped", "True", "B stopped"])
async def _(say):
    work = stoppable(say)
    loop.create_task(asyn.NamedTask("x", work, "A")())
    loop.create_task(asyn.Cancellable(work, "B", group="x")())
    await settle()
    say(str(await asyn.NamedTask.cancel("x", nowait=False)))
    await asyn.Cancellable.cancel_all("x")


@case("NamedTask: a class of one's own; tasks of a loop that was given up are forgotten", ["True", "False", "ok"])
def _(say):
    class Mine(asyn.NamedTask):
        pass

    async def begin():
        loop.create_task(asyn.NamedTask("old", stoppable(say), "A")())
        await settle()
        say(str(asyn.NamedTask.is_running("old")))

    asyncio.run(begin())
    asyncio.new_event_loop()
    say(str(asyn.NamedTask.is_running("old")))
    asyncio.run(Mine("old", asyn.cancellable(double), 1)())
    say("ok")


@case("NamedTask: misuse", ["TypeError", "TypeError", "AttributeError", "TypeError"])
async def _(say):
    raises(say, asyn.NamedTask)
    raises(say, asyn.NamedTask, "x")
    raises(say, lambda: asyn.NamedTask("x", asyn.cancellable(double), 1, barrier=5))
    raises(say, asyn.NamedTask, "x", 5)


# ---- the rest ----


@case("sleep: a cancel ends it at once, whatever the granularity", ["True after 5 ms", "1500 ms", "ValueError"])
async def _(say):
    before = ms()
    task = create_task(asyn.sleep(10, 1000))
    await sleep_ms(5)
    task.cancel()
    say("%s after %d ms" % (await cancelled(task), ms() - before))
    before = ms()
    await asyn.sleep(1.5, granularity=20)
    say("%d ms" % (ms() - before))
    raises(say, asyn.sleep, 1, 0)


@case("launch: a function is called, a coroutine becomes a task", ["f 1 2", "3", "g 1", "10"])
async def _(say):
    def f(a, b):
        say("f %d %d" % (a, b))
        return a + b

    async def g(a):
        say("g %d" % a)
        return 10

    say(str(asyn.launch(f, (1, 2))))
    say(str(await asyn.launch(g, (1,))))


@case("StopTask, TaskId", ["True", "7"])
async def _(say):
    say(str(asyn.StopTask is asyncio.CancelledError))
    say(str(asyn.TaskId(7)()))


main("asyn")

# uasyncio as it was before it became asyncio: uasyncio.synchro, uasyncio.queues, the loop's verbs, cancel(). What that
# library did wrong has a row here that shows ours does not. In simulated time: lengths of time are exact.
import time

import cosy
import uasyncio
from uasyncio.queues import Queue, QueueEmpty, QueueFull
from uasyncio.synchro import Lock

from check import cancelled, case, main, settle

cosy.virtual(True)
loop = uasyncio.get_event_loop()
sleep = uasyncio.sleep
sleep_ms = uasyncio.sleep_ms


def ms():
    return round(loop.time() * 1000)


def fresh():
    """For cases outside the loop: one in which nothing is left of the case before."""
    uasyncio.new_event_loop()
    uasyncio.get_event_loop().set_exception_handler(None)


def raises(say, fn, *args):
    try:
        fn(*args)
    except Exception as error:
        say(type(error).__name__)


# ---- uasyncio.synchro.Lock ----


async def user(say, name, lock, times=1, hold=10):
    for _ in range(times):
        say(name + " asks")
        await lock.acquire()
        say(name + " has it")
        await sleep_ms(hold)
        lock.release()


@case("acquiring a free lock is a turn for the others",
      ["A asks", "B asks", "C asks", "A has it", "B has it", "C has it"])
async def _(say):
    lock = Lock()
    for name in "ABC":
        loop.create_task(user(say, name, lock))
    await sleep_ms(100)


@case("who releases asks again before the next has it",
      ["A asks", "B asks", "A has it", "A asks", "B has it", "A has it"])
async def _(say):
    lock = Lock()
    loop.create_task(user(say, "A", lock, 2))
    loop.create_task(user(say, "B", lock))
    await sleep_ms(100)


@case("nobody overtakes who waits, not even between release and hand-over (there: new before B)",
      ["B asks", "C asks", "released", "new asks", "B has it", "C has it", "new has it"])
async def _(say):
    lock = Lock()
    await lock.acquire()
    loop.create_task(user(say, "B", lock))
    loop.create_task(user(say, "C", lock))
    await settle()
    loop.create_task(user(say, "new", lock))
    lock.release()
    say("released")
    await sleep_ms(100)


@case("a waiter cancelled after the lock was handed to it passes it on (there: it was lost)",
      ["C has it", "True", "False"])
async def _(say):
    lock = Lock()
    await lock.acquire()
    quiet = lambda text: None
    b = loop.create_task(user(quiet, "B", lock))
    c = loop.create_task(user(lambda text: say(text) if "has" in text else None, "C", lock))
    await settle()
    lock.release()
    b.cancel()
    say(str(await cancelled(b)))
    await c
    say(str(lock.locked))


@case("a waiter that is cancelled leaves the line", ["True", "C has it"])
async def _(say):
    lock = Lock()
    await lock.acquire()
    b = loop.create_task(user(lambda text: None, "B", lock))
    c = loop.create_task(user(lambda text: say(text) if "has" in text else None, "C", lock))
    await settle()
    b.cancel()
    say(str(await cancelled(b)))
    lock.release()
    await c


@case("who is cancelled in the turn that acquiring takes has the lock; the cancel comes at the next wait",
      ["A has it", "True", "False"])
async def _(say):
    lock = Lock()

    async def taker():
        async with lock:
            say("A has it")
            await sleep_ms(10)
            say("A goes on")

    a = loop.create_task(taker())
    await sleep_ms(0)
    a.cancel()
    say(str(await cancelled(a)))
    say(str(lock.locked))


@case("`locked` is an attribute", ["False", "True", "False"])
async def _(say):
    lock = Lock()
    say(str(lock.locked))
    await lock.acquire()
    say(str(lock.locked))
    lock.release()
    say(str(lock.locked))


@case("a delay is accepted and does nothing", ["True", "True", "TypeError", "TypeError"])
async def _(say):
    say(str(await Lock(50).acquire()))
    say(str(await Lock(delay_ms=50).acquire()))
    raises(say, lambda: Lock(1, 2))
    raises(say, lambda: Lock(pause=1))


@case("releasing a free lock", ["RuntimeError", "True"])
async def _(say):
    lock = Lock()
    raises(say, lock.release)
    say(str(await lock.acquire()))


@case("any task may release", ["done"])
async def _(say):
    lock = Lock()
    await lock.acquire()

    async def other():
        lock.release()

    await loop.create_task(other())
    await lock.acquire()
    say("done")


@case("async with: released however the block is left", ["True", "ValueError", "False"])
async def _(say):
    lock = Lock()
    try:
        async with lock:
            say(str(lock.locked))
            raise ValueError
    except ValueError:
        say("ValueError")
    say(str(lock.locked))


@case("unknown attributes", ["AttributeError", "AttributeError"])
def _(say):
    raises(say, lambda: Lock().wait)

    def assign():
        Lock().locked = True

    raises(say, assign)


@case("however it is imported", ["True", "True"])
def _(say):
    import uasyncio.queues
    import uasyncio.synchro
    from uasyncio import synchro

    say(str(uasyncio.synchro.Lock is Lock and synchro.Lock is Lock))
    say(str(uasyncio.queues.Queue is Queue and Queue is uasyncio.Queue))


# ---- uasyncio.queues ----


@case("get waits for an item and has it at once (there: up to 100 ms later)", ["7 after 30 ms"])
async def _(say):
    q = Queue()
    loop.call_later_ms(30, q.put_nowait, 7)
    before = ms()
    item = await q.get()
    say("%s after %d ms" % (item, ms() - before))


@case("put waits for room and has it at once", ["after 30 ms", "[2]"])
async def _(say):
    q = Queue(1)
    await q.put(1)
    loop.call_later_ms(30, q.get_nowait)
    before = ms()
    await q.put(2)
    say("after %d ms" % (ms() - before))
    say(str([q.get_nowait()]))


@case("first come, first served", ["A 1", "B 2", "C 3"])
async def _(say):
    q = Queue()

    async def getter(name):
        say("%s %s" % (name, await q.get()))

    for name in "ABC":
        loop.create_task(getter(name))
    await settle()
    for i in (1, 2, 3):
        await q.put(i)
    await settle()


@case("the verbs without waiting", ["QueueEmpty", "True", "False", "1", "QueueFull", "True", "x"])
async def _(say):
    q = Queue(maxsize=1)
    try:
        q.get_nowait()
    except QueueEmpty:
        say("QueueEmpty")
    say(str(q.empty()))
    q.put_nowait("x")
    say(str(q.empty()))
    say(str(q.qsize()))
    try:
        q.put_nowait("y")
    except QueueFull:
        say("QueueFull")
    say(str(q.full()))
    say(q.get_nowait())


# ---- the loop ----


@case("lengths of its queues are accepted and limit nothing (there: 16)", ["100", "100", "100"])
def _(say):
    fresh()
    loop = uasyncio.get_event_loop(runq_len=2, waitq_len=2)
    ran = []

    async def task(i, pause):
        await sleep_ms(pause)
        ran.append(i)

    for pause in (0, 10):
        ran.clear()
        for i in range(100):
            loop.create_task(task(i, pause))
        loop.run_until_complete(sleep_ms(20))
        say(str(len(ran)))
    ran.clear()
    for i in range(100):
        loop.call_soon(ran.append, i)
    loop.run_until_complete(sleep_ms(0))
    say(str(len(ran)))


@case("run_until_complete gives the result (there: None), the others go on in the next run",
      ["6", "0 ms", "1 ms", "2 ms"])
def _(say):
    fresh()
    began = ms()

    async def ticker():
        for _ in range(3):
            say("%d ms" % (ms() - began))
            await sleep_ms(1)

    async def main():
        return 6

    result = loop.run_until_complete(main())
    say(str(result))
    loop.create_task(ticker())
    loop.run_until_complete(sleep_ms(1))
    loop.run_until_complete(sleep_ms(9))


@case("a stop inside the task that is run leaves nothing behind (there: the next run ended at once)",
      ["10 ms", "100 ms"])
def _(say):
    fresh()

    async def killer(pause):
        await sleep_ms(pause)
        loop.stop()
        loop.close()

    for pause in (10, 100):
        before = ms()
        loop.run_until_complete(killer(pause))
        say("%d ms" % (ms() - before))


@case("so does one outside a run", ["100 ms"])
def _(say):
    fresh()
    before = ms()
    loop.stop()
    loop.run_until_complete(sleep_ms(100))
    say("%d ms" % (ms() - before))


@case("stop: who is ready has its turn yet", ["killer", "A", "B", "-", "A again", "B again"])
def _(say):
    fresh()

    async def killer():
        say("killer")
        loop.stop()

    async def task(name):
        say(name)
        await sleep_ms(0)
        say(name + " again")

    loop.create_task(killer())
    loop.create_task(task("A"))
    loop.create_task(task("B"))
    loop.run_forever()
    say("-")
    loop.run_until_complete(sleep_ms(0))


@case("an exception in one task does not end the run of the others (there: it did)", ["boom", "done"])
def _(say):
    fresh()

    async def bad():
        raise ValueError("boom")

    async def good():
        await sleep_ms(10)
        return "done"

    loop.set_exception_handler(lambda loop, context: say(context["exception"].args[0]))
    loop.create_task(bad())
    say(loop.run_until_complete(good()))
    loop.set_exception_handler(None)


@case("an exception in what is run comes out, and the loop stays usable", ["boom", "done"])
def _(say):
    fresh()

    async def bad():
        raise ValueError("boom")

    async def good():
        return "done"

    try:
        loop.run_until_complete(bad())
    except ValueError as error:
        say(error.args[0])
    say(loop.run_until_complete(good()))


@case("callbacks: soon, after seconds, after ms, at a time; with arguments",
      ["a 1", "d ()", "c 0.01", "b 0.02", "e 0.03"])
async def _(say):
    began = loop.time()

    def callback(name, *args):
        say(name + " %s" % (round(loop.time() - began, 2) if args else "()"))

    loop.call_later(0.02, callback, "b", 2)
    loop.call_later_ms(10, callback, "c", 3)
    loop.call_soon(say, "a 1")
    loop.call_soon(callback, "d")
    loop.call_at_(began + 0.03, callback, ("e", 5))
    await sleep_ms(50)


@case("call_at_ takes what time.ticks_ms() counts", ["soon", "1 s", "later"])
async def _(say):
    loop.call_at_(time.ticks_add(time.ticks_ms(), 5000), say, ("later",))
    loop.call_at_(time.ticks_add(time.ticks_ms(), -5000), say, ("soon",))
    await sleep(1)
    say("1 s")
    await sleep(6)


@case("a callback may be a coroutine", ["soon", "after 10 ms"])
async def _(say):
    async def work(text):
        await sleep_ms(0)
        say(text)

    loop.call_later_ms(10, work("after 10 ms"))
    loop.call_soon(work("soon"))
    await sleep_ms(50)


@case("bad callbacks", ["TypeError", "TypeError", "TypeError"])
async def _(say):
    raises(say, loop.call_soon, 5)
    raises(say, loop.call_later_ms, 1, None)
    raises(say, loop.call_at_, 1, print, 5)


@case("equal deadlines: first armed, first run; what one makes ready runs before the next", list("0a1a2a3a"))
async def _(say):
    async def task(i):
        await sleep_ms(10)
        say(str(i))
        loop.call_soon(say, "a")

    for i in range(4):
        loop.create_task(task(i))
    await sleep_ms(20)


@case("tasks take turns", list("abcabcabc"))
async def _(say):
    async def task(name):
        for _ in range(3):
            say(name)
            await sleep(0)

    for name in "abc":
        loop.create_task(task(name))
    await settle()


@case("each sleep_ms is one of its own (there: one for all)", ["50 ms", "5 ms"])
async def _(say):
    a, b = sleep_ms(50), sleep_ms(5)
    for s in (a, b):
        before = ms()
        await s
        say("%d ms" % (ms() - before))


@case("sleep: less than nothing is a turn", ["others", "0 ms"])
async def _(say):
    loop.call_soon(say, "others")
    before = ms()
    await sleep(-1)
    await sleep(0)
    await sleep_ms(-5)
    say("%d ms" % (ms() - before))


@case("a plain generator may yield nothing, or milliseconds", ["others", "15 ms"])
async def _(say):
    before = ms()

    def old():
        yield
        yield 15
        yield from sleep_ms(0)

    loop.call_soon(say, "others")
    await loop.create_task(old())
    say("%d ms" % (ms() - before))


# ---- cancel ----


@case("cancel ends a sleep at once (there: when it was over)", ["CancelledError after 10 ms"])
async def _(say):
    before = ms()

    async def sleeper():
        try:
            await sleep_ms(60)
        except uasyncio.CancelledError:
            say("CancelledError after %d ms" % (ms() - before))
            raise

    coro = sleeper()
    task = loop.create_task(coro)
    await sleep_ms(10)
    uasyncio.cancel(coro)
    await cancelled(task)


@case("what has not begun never will", ["True"])
async def _(say):
    async def never():
        say("ran")

    coro = never()
    task = loop.create_task(coro)
    uasyncio.cancel(coro)
    say(str(await cancelled(task)))


@case("also if it becomes a task only then", ["True"])
async def _(say):
    async def never():
        say("ran")

    coro = never()
    uasyncio.cancel(coro)
    say(str(await cancelled(loop.create_task(coro))))


@case("one that is awaited inside a task has it when it runs next", ["inner", "outer goes on", "60 ms"])
async def _(say):
    before = ms()

    async def inner():
        try:
            await sleep_ms(60)
        except uasyncio.CancelledError:
            say("inner")
            raise

    coro = inner()

    async def outer():
        try:
            await coro
        except uasyncio.CancelledError:
            say("outer goes on")

    task = loop.create_task(outer())
    await sleep_ms(10)
    uasyncio.cancel(coro)
    await task
    say("%d ms" % (ms() - before))


@case("a task is accepted; one that has ended is left as it is", ["True", "5"])
async def _(say):
    async def five():
        return 5

    task = loop.create_task(sleep(1))
    uasyncio.cancel(task)
    say(str(await cancelled(task)))
    coro = five()
    task = loop.create_task(coro)
    await settle()
    uasyncio.cancel(coro)
    uasyncio.cancel(task)
    say(str(await task))


@case("the coroutine that runs", ["RuntimeError"])
async def _(say):
    coro = None

    async def self_cancel():
        raises(say, uasyncio.cancel, coro)

    coro = self_cancel()
    await loop.create_task(coro)


@case("no coroutine", ["TypeError", "TypeError", "TypeError"])
async def _(say):
    raises(say, uasyncio.cancel, 5)
    raises(say, uasyncio.cancel, None)
    raises(say, uasyncio.cancel, sleep)


main("v2")

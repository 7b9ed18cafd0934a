# The module cosy: points in time, select, and the objects that asyncio does not have. All in simulated time.
import sys

try:
    import cosy
except ImportError:
    print("cosy: skipped, there is no such module here")
    sys.exit(0)

import asyncio
from check import case, main, settle

cosy.virtual()
S = 1000000000


async def refused(say, kind, call):
    """Says what a call, or awaiting its result, raises; anything but `kind` goes on."""
    try:
        aw = call()
        if aw is not None:
            await aw
    except kind as error:
        say(str(error) or kind.__name__)
    else:
        say("accepted")


def ended_by(say, name):
    """A coroutine function: awaits and says what became of it."""

    async def run(aw):
        try:
            say("%s: %r" % (name, await aw))
        except asyncio.CancelledError:
            say("%s: cancelled" % name)
            raise
        except Exception as error:
            say("%s: %s" % (name, type(error).__name__))

    return run


# ---- time ----


@case("now counts nanoseconds, and simulated time moves only while all wait", [0, 1500000000])
async def _(say):
    began = cosy.now()
    say(cosy.now() - began)
    await asyncio.sleep(1.5)
    say(cosy.now() - began)


@case("sleep_until: one that has passed is a turn of the others", ["other", "went round", 2 * S])
async def _(say):
    async def other():
        say("other")

    began = cosy.now()
    asyncio.create_task(other())
    await cosy.sleep_until(began - 5)
    say("went round")
    await cosy.sleep_until(began + 2 * S)
    say(cosy.now() - began)


@case("deadline: so many seconds ahead; None is never", [1250000000, None])
async def _(say):
    say(cosy.deadline(1.25) - cosy.now())
    say(cosy.deadline(None))


POINT = "a point in time is an int, cosy.now() + ns or cosy.deadline(s), not 'float'"


@case("points in time are ints, and those far away do no harm", [POINT, "TimeoutError", "TimeoutError", "until= or timeout=, not both"])
async def _(say):
    await refused(say, TypeError, lambda: cosy.sleep_until(1.5))
    signal = cosy.Signal()
    await refused(say, asyncio.TimeoutError, lambda: signal.wait(until=-(1 << 80)))
    await refused(say, asyncio.TimeoutError, lambda: signal.wait(timeout=0))
    await refused(say, TypeError, lambda: signal.wait(until=1, timeout=1))


@case("a far point is never: the other arm wins", [(1, None), (1, None)])
async def _(say):
    for far in (1 << 62, 1 << 90):
        say(await cosy.select(cosy.sleep_until(far), asyncio.sleep(3600)))


@case("a limited wait counts from the call", [S, S])
async def _(say):
    began = cosy.now()
    for limit in ({"timeout": 1}, {"until": began + 2 * S}):
        wait = cosy.WaitGroup(1).wait(**limit)
        before = cosy.now()
        try:
            await wait
        except asyncio.TimeoutError:
            say(cosy.now() - before)


@case("a limit that is not reached leaves no timer behind", ["done", 0, None])
async def _(say):
    group = cosy.WaitGroup(1)
    began = cosy.now()

    async def wait():
        await group.wait(timeout=5)
        say("done")

    task = asyncio.create_task(wait())
    await settle()
    group.done()
    await task
    say(cosy.now() - began)
    say([row[2] for row in cosy.tasks() if row[1] == "running"][0])


@case("a limited wait can be cancelled", ["a: cancelled", 0])
async def _(say):
    began = cosy.now()
    task = asyncio.create_task(ended_by(say, "a")(cosy.Signal().wait(timeout=5)))
    await settle()
    task.cancel()
    await settle()
    say(cosy.now() - began)


# ---- select ----


@case("select: the first arm that is ready wins, in the order of the arms", [(1, True), (0, True)])
async def _(say):
    a, b = asyncio.Event(), asyncio.Event()
    b.set()
    say(await cosy.select(a.wait(), b.wait()))
    a.set()
    say(await cosy.select(a.wait(), b.wait()))


@case("select: what comes first wins, the lock of the other arm stays free", [(1, None), False, "taken"])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    say(await cosy.select(lock.acquire(), asyncio.sleep(1)))
    lock.release()
    say(lock.locked())
    await lock.acquire()
    say("taken")


@case("select: a lock that is won is held, a loser leaves its line", ["select: (0, True)", "second", True])
async def _(say):
    lock, event = asyncio.Lock(), asyncio.Event()
    await lock.acquire()
    task = asyncio.create_task(ended_by(say, "select")(cosy.select(lock.acquire(), event.wait())))

    async def second():
        async with lock:
            say("second")

    other = asyncio.create_task(second())
    await settle()
    lock.release()
    await task
    lock.release()
    await other
    event.set()
    say(event.is_set())


@case("select: a sleep gives its own value; one of no length wins when it is asked", [(1, "b"), (1, None)])
async def _(say):
    say(await cosy.select(asyncio.sleep(2, "a"), asyncio.sleep(1, "b"), asyncio.sleep_ms(5000)))
    say(await cosy.select(asyncio.Event().wait(), asyncio.sleep(0)))


@case("select: of moments that are equal the earlier arm wins", [(0, None), S])
async def _(say):
    t = cosy.now() + S
    say(await cosy.select(cosy.sleep_until(t), cosy.sleep_until(t), asyncio.sleep(1)))
    say(cosy.now() - (t - S))


@case("select: its own limit is no arm", ["TimeoutError", (0, None)])
async def _(say):
    event = asyncio.Event()
    await refused(say, asyncio.TimeoutError, lambda: cosy.select(event.wait(), timeout=1))
    say(await cosy.select(asyncio.sleep(1), timeout=1))


@case("select: a task's result, and its exception; the other task goes on", [(1, "quick"), "ValueError", "slow"])
async def _(say):
    async def after(seconds, value):
        await asyncio.sleep(seconds)
        if value is None:
            raise ValueError
        return value

    slow = asyncio.create_task(after(3, "slow"))
    say(await cosy.select(slow, asyncio.create_task(after(1, "quick"))))
    await refused(say, ValueError, lambda: cosy.select(slow, asyncio.create_task(after(1, None))))
    say(await slow)


@case("select: a future", [(0, 7)])
async def _(say):
    future = asyncio.Future()
    asyncio.get_event_loop().call_later(1, future.set_result, 7)
    say(await cosy.select(future, asyncio.sleep(2)))


@case("select: a cancel withdraws all arms and cancels no task", ["select: cancelled", "free", "task: 5"])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()

    async def five():
        await asyncio.sleep(1)
        return 5

    task = asyncio.create_task(five())
    chooser = asyncio.create_task(ended_by(say, "select")(cosy.select(lock.acquire(), task, asyncio.Event().wait())))
    await settle()
    chooser.cancel()
    await settle()
    lock.release()
    say("held" if lock.locked() else "free")
    say("task: %d" % await task)


@case("select: a cancel after the win and before its task ran passes the lock on", ["select: cancelled", "next"])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    chooser = asyncio.create_task(ended_by(say, "select")(cosy.select(asyncio.Event().wait(), lock.acquire())))

    async def next_():
        async with lock:
            say("next")

    other = asyncio.create_task(next_())
    await settle()
    lock.release()
    chooser.cancel()
    await other


@case("select: arms with objects of cosy's own", [(0, 1), (1, None), (0, True), (1, "new"), (1, "item")])
async def _(say):
    never = asyncio.Event()
    flags = cosy.Flags(1)
    say(await cosy.select(flags.wait(1, clear=True), never.wait()))
    lock = cosy.RWLock()
    async with lock.reader:
        say(await cosy.select(lock.writer.acquire(), asyncio.sleep(1)))
    limiter = cosy.Limiter(1)
    say(await cosy.select(limiter.acquire(), never.wait()))
    watch, news = cosy.Watch("old"), cosy.Broadcast(2)
    watcher, receiver = watch.watch(), news.receiver()
    asyncio.get_event_loop().call_later(1, watch.set, "new")
    say(await cosy.select(receiver.next(), watcher.next()))
    asyncio.get_event_loop().call_later(1, news.send, "item")
    say(await cosy.select(watcher.next(), receiver.next()))


@case("select: a loser's bits, permits and news are still there", [(0, None), 3, 1, "new"])
async def _(say):
    flags, limiter, watch = cosy.Flags(3), cosy.Limiter(1), cosy.Watch()
    watcher = watch.watch()
    watch.set("new")
    say(await cosy.select(asyncio.sleep(0), flags.wait(1, clear=True), limiter.acquire(), watcher.next()))
    say(flags.get())
    say(limiter.available())
    say(await watcher.next())


@case("select: biased to its first arm, or turn about", [20, True])
async def _(say):
    a, b = cosy.Flags(1), cosy.Flags(1)
    won = [0, 0]
    for _ in range(20):
        won[(await cosy.select(a.wait(1), b.wait(1)))[0]] += 1
    say(won[0])
    won = [0, 0]
    for _ in range(64):
        won[(await cosy.select(a.wait(1), b.wait(1), biased=False))[0]] += 1
    say(won[0] > 16 and won[1] > 16)


@case("select: as a task, and inside another coroutine", ["(0, True)", (0, "x")])
async def _(say):
    event = asyncio.Event()
    event.set()
    say(str(await asyncio.create_task(cosy.select(event.wait()))))

    async def inner():
        return await cosy.select(asyncio.sleep(1, "x"))

    say(await inner())


@case(
    "select: misuse is refused, nothing is taken",
    [
        "select: nothing to wait for",
        "select: arm 1 is a 'int': an awaitable of cosy is needed",
        "select: arm 0 is a coroutine, which cannot be withdrawn: make it a task",
        "select: arms 0 and 1 are the same",
        "select: two arms wait for the same thing",
        "select: arm 1 has a limit of its own: give it to select",
        "select: arm 1, select, cannot be withdrawn: make it a task",
        "select: arm 1 was awaited before: call it anew",
        "select was awaited before: call it anew for each await",
        False,
    ],
)
async def _(say):
    lock, signal = asyncio.Lock(), cosy.Signal()
    wait = signal.wait

    async def coroutine():
        pass

    await refused(say, ValueError, cosy.select)
    await refused(say, TypeError, lambda: cosy.select(lock.acquire(), 5))
    body = coroutine()
    await refused(say, TypeError, lambda: cosy.select(body, lock.acquire()))
    body.close()
    twice = wait()
    await refused(say, ValueError, lambda: cosy.select(twice, twice, lock.acquire()))
    await refused(say, ValueError, lambda: cosy.select(wait(), wait(), lock.acquire()))
    await refused(say, ValueError, lambda: cosy.select(lock.acquire(), wait(timeout=1)))
    await refused(say, TypeError, lambda: cosy.select(lock.acquire(), cosy.select(wait())))
    used = cosy.WaitGroup().wait(timeout=1)
    await used
    await refused(say, RuntimeError, lambda: cosy.select(lock.acquire(), used))
    once = cosy.select(asyncio.sleep(0))
    await once
    await refused(say, RuntimeError, lambda: once)
    say(lock.locked())


@case("select: an arm that was awaited after the select was made", ["select: arm 1, sleep, was awaited meanwhile", False])
async def _(say):
    lock = asyncio.Lock()
    arm = asyncio.sleep(0)
    choice = cosy.select(lock.acquire(), arm)
    await arm
    await refused(say, RuntimeError, lambda: choice)
    say(lock.locked())


@case("select: a task cannot wait for itself", ["a task cannot await itself"])
async def _(say):
    await refused(say, RuntimeError, lambda: cosy.select(asyncio.current_task()))


# ---- Flags ----


@case("Flags: any, all; order; what is taken", ["any 2", "all 6", "took 1", 6])
async def _(say):
    flags = cosy.Flags()

    async def wait(name, mask, **how):
        say("%s %d" % (name, await flags.wait(mask, **how)))

    tasks = [asyncio.create_task(wait("all", 6, all=True)), asyncio.create_task(wait("any", 2)), asyncio.create_task(wait("took", 1, clear=True))]
    await settle()
    flags.set(2)
    await settle()
    flags.set(4)
    await settle()
    flags.set(1)
    await settle()
    say(flags.get())
    assert all(t.done() for t in tasks)


@case("Flags: who takes a bit leaves none for the next; a cancel sets it again", ["a: cancelled", "b: 1", 0])
async def _(say):
    flags = cosy.Flags()
    a = asyncio.create_task(ended_by(say, "a")(flags.wait(1, clear=True)))
    b = asyncio.create_task(ended_by(say, "b")(flags.wait(1, clear=True)))
    await settle()
    flags.set(1)
    a.cancel()
    await b
    say(flags.get())


@case(
    "Flags: misuse",
    ["Flags.wait: a mask without bits would wait for ever", "Flags: a mask has 32 bits", "Flags: a mask has 32 bits", 0x80000001],
)
async def _(say):
    flags = cosy.Flags(0x80000001)
    await refused(say, ValueError, lambda: flags.wait(0))
    await refused(say, ValueError, lambda: flags.set(1 << 32))
    await refused(say, ValueError, lambda: flags.clear(-1))
    say(flags.get())


# ---- RWLock ----


@case("RWLock: readers together, a writer alone, nobody overtakes", ["r1", "r2", 2, "w", "r3"])
async def _(say):
    lock = cosy.RWLock()

    async def use(side, name, length):
        async with side:
            say(name)
            await asyncio.sleep(length)

    tasks = []
    for side, name, length in ((lock.reader, "r1", 2), (lock.reader, "r2", 1), (lock.writer, "w", 1), (lock.reader, "r3", 1)):
        tasks.append(asyncio.create_task(use(side, name, length)))
    await settle()
    say(lock.readers())
    for task in tasks:
        await task


@case("RWLock: a writer that gives up lets the readers behind it in", ["r: True", "w: TimeoutError"])
async def _(say):
    lock = cosy.RWLock()
    await lock.reader.acquire()
    asyncio.create_task(ended_by(say, "w")(lock.writer.acquire(timeout=1)))
    reader = asyncio.create_task(ended_by(say, "r")(lock.reader.acquire()))
    await reader


@case("RWLock: downgrade", [True, False, 2])
async def _(say):
    lock = cosy.RWLock()
    await lock.writer.acquire()
    asyncio.create_task(ended_by(lambda _: None, "")(lock.reader.acquire()))
    await settle()
    say(lock.writer.locked())
    lock.downgrade()
    await settle()
    say(lock.writer.locked())
    say(lock.readers())


@case(
    "RWLock: misuse",
    [
        "RWLock.reader.release: ",
        "RWLock.writer.release: ",
        "RWLock.downgrade: ",
        "RWLock: the task holds it for writing: it would wait for itself",
        "RWLock: the task holds it for writing: it would wait for itself",
        "RWLock.writer.release: ",
        True,
    ],
)
async def _(say):
    lock = cosy.RWLock()

    def start(text):
        say(text[: text.index(": ") + 2] if "release" in text or "downgrade" in text else text)

    await refused(start, RuntimeError, lock.reader.release)
    await refused(start, RuntimeError, lock.writer.release)
    await refused(start, RuntimeError, lock.downgrade)
    await lock.writer.acquire()
    await refused(start, RuntimeError, lock.reader.acquire)
    await refused(start, RuntimeError, lambda: cosy.select(lock.writer.acquire()))

    async def thief():
        await refused(start, RuntimeError, lock.writer.release)

    await asyncio.create_task(thief())
    say(lock.writer.locked())


# ---- WaitGroup ----


@case("WaitGroup: all who wait go at zero; at zero there is no wait", ["a: None", "b: None", "again"])
async def _(say):
    group = cosy.WaitGroup()
    group.add(2)
    a = asyncio.create_task(ended_by(say, "a")(group.wait()))
    b = asyncio.create_task(ended_by(say, "b")(group.wait(timeout=9)))
    await settle()
    group.done()
    await settle()
    assert not a.done() and group.count() == 1
    group.done()
    await b
    await group.wait()
    say("again")


@case("WaitGroup: misuse", ["WaitGroup: more is done than was added", "WaitGroup: counts from 0", "WaitGroup: nobody counts that far", 0])
async def _(say):
    group = cosy.WaitGroup()
    await refused(say, ValueError, group.done)
    await refused(say, ValueError, lambda: cosy.WaitGroup(-1))
    await refused(say, ValueError, lambda: group.add(1 << 31) if sys.maxsize > 1 << 40 else cosy.WaitGroup(2).add(-(1 << 30)) or group.add(0x7FFFFFFF))
    say(group.count())


# ---- Watch ----


@case("Watch: each watcher sees the latest, once", [0, "a: 2", "b: 2", False, "a: 3"])
async def _(say):
    watch = cosy.Watch(0)
    one, two = watch.watch(), watch.watch()
    say(watch.get())
    watch.set(1)
    watch.set(2)
    await ended_by(say, "a")(one.next())
    await ended_by(say, "b")(two.next())
    say(one.changed())
    task = asyncio.create_task(ended_by(say, "a")(one.next()))
    await settle()
    watch.set(3)
    await task


@case("Watch: a cancelled watcher has seen nothing", ["a: cancelled", "a: 1"])
async def _(say):
    watch = cosy.Watch()
    watcher = watch.watch()
    task = asyncio.create_task(ended_by(say, "a")(watcher.next()))
    await settle()
    watch.set(1)
    task.cancel()
    await settle()
    await ended_by(say, "a")(watcher.next())


@case("Watch: iteration ends with close; then it is an EOFError", [1, 2, "end", "EOFError", "Watch.set: it was closed"])
async def _(say):
    watch = cosy.Watch()

    async def read(watcher):
        async for value in watcher:
            say(value)
        say("end")

    watcher = watch.watch()
    task = asyncio.create_task(read(watcher))
    for value in (1, 2):
        await settle()
        watch.set(value)
    await settle()
    watch.close()
    await task
    await refused(say, EOFError, watcher.next)
    await refused(say, EOFError, lambda: watch.set(3))


@case("Watch: a watcher is of one task at a time", ["second: RuntimeError", "first: 1"])
async def _(say):
    watch = cosy.Watch()
    watcher = watch.watch()
    first = asyncio.create_task(ended_by(say, "first")(watcher.next()))
    await settle()
    await ended_by(say, "second")(watcher.next())
    watch.set(1)
    await first


# ---- Broadcast ----


@case("Broadcast: each receiver gets each item; the slow one misses the oldest", ["a: 1", "a: 2", "a: 3", 0, "b: 2", 1, "b: 3", 0])
async def _(say):
    news = cosy.Broadcast(2)
    a, b = news.receiver(), news.receiver()
    for n in (1, 2, 3):
        news.send(n)
        await ended_by(say, "a")(a.next())
    say(a.missed())
    await ended_by(say, "b")(b.next())
    say(b.missed())
    await ended_by(say, "b")(b.next())
    say(b.missed())


@case("Broadcast: a cancelled receiver gets the item the next time", ["a: cancelled", "a: 1"])
async def _(say):
    news = cosy.Broadcast(1)
    receiver = news.receiver()
    task = asyncio.create_task(ended_by(say, "a")(receiver.next()))
    await settle()
    news.send(1)
    task.cancel()
    await settle()
    await ended_by(say, "a")(receiver.next())


@case(
    "Broadcast: what was sent before the close is still got",
    [1, 2, "end", "EOFError", "Broadcast.send: it was closed", "Broadcast: keeps one item at least"],
)
async def _(say):
    news = cosy.Broadcast(3)
    receiver = news.receiver()
    news.send(1)
    news.send(2)
    news.close()
    async for item in receiver:
        say(item)
    say("end")
    await refused(say, EOFError, receiver.next)
    await refused(say, EOFError, lambda: news.send(3))
    await refused(say, ValueError, lambda: cosy.Broadcast(0))


# ---- Limiter ----


@case("Limiter: as many as its limit, first come first served; it can grow", ["a", "b", 0, "c", "d"])
async def _(say):
    limiter = cosy.Limiter(2)

    async def work(name):
        async with limiter:
            say(name)
            await asyncio.sleep(1)

    tasks = [asyncio.create_task(work(name)) for name in "abcd"]
    await settle()
    say(limiter.available())
    assert limiter.holders() == [tasks[1], tasks[0]], limiter.holders()
    limiter.resize(3)
    await settle()
    for task in tasks:
        await task
    assert limiter.available() == 3 and limiter.holders() == []


@case(
    "Limiter: misuse, limits, cancel",
    ["Limiter.release: the current task holds no permit", "Limiter: a limit is 0 or more", "TimeoutError", "a: cancelled", True, 1, 1],
)
async def _(say):
    limiter = cosy.Limiter(1)
    await refused(say, RuntimeError, limiter.release)
    await refused(say, ValueError, lambda: cosy.Limiter(-1))
    await limiter.acquire()
    await refused(say, asyncio.TimeoutError, lambda: limiter.acquire(timeout=1))
    task = asyncio.create_task(ended_by(say, "a")(limiter.acquire()))
    await settle()
    limiter.release()
    task.cancel()
    await settle()
    say(await limiter.acquire())
    limiter.release()
    say(limiter.available())
    say(limiter.limit())


# ---- Once ----


@case("Once: the first does it, the others wait; a failure passes the turn on", ["a fails", "a: ValueError", "b does it", "b: True", "c: False", True, "d: False"])
async def _(say):
    once = cosy.Once()

    async def use(name):
        async with once as mine:
            if mine:
                await asyncio.sleep(1)
                if name == "a":
                    say("a fails")
                    raise ValueError
                say(name + " does it")
        return mine

    tasks = [asyncio.create_task(ended_by(say, name)(use(name))) for name in "abc"]
    for task in tasks:
        await task
    say(once.done())
    await ended_by(say, "d")(use("d"))


@case("Once: misuse, limits", ["Once.leave", "TimeoutError", "Once.enter", "Once.leave", True])
async def _(say):
    once = cosy.Once()

    def start(text):
        say(text.split(":")[0])

    await refused(start, RuntimeError, once.leave)
    assert await once.enter()

    async def other():
        await refused(start, asyncio.TimeoutError, lambda: once.enter(timeout=1))

    await asyncio.create_task(other())
    await refused(start, RuntimeError, once.enter)

    async def thief():
        await refused(start, RuntimeError, once.leave)

    await asyncio.create_task(thief())
    once.leave()
    say(once.done())


# ---- the loop ----


@case("checkpoint: always makes each call that does not wait a turn", ["1", "1", "2", "2", "1", "2", "1", "2"])
async def _(say):
    async def walk(name):
        for _ in range(2):
            async with asyncio.Lock():
                say(name)

    for always in (False, True):
        cosy.checkpoint(always)
        tasks = [asyncio.create_task(walk(name)) for name in "12"]
        for task in tasks:
            await task
    cosy.checkpoint(False)


@case("tasks: who does what, and for how long yet", ["Lock.acquire None", "ready None", "running None", "sleep 2.0"])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    mine = [asyncio.create_task(lock.acquire()), asyncio.create_task(asyncio.sleep(2)), asyncio.current_task()]
    await settle()
    mine.append(asyncio.create_task(asyncio.sleep(1)))
    say_later = ["%s %s" % row[1:] for row in cosy.tasks() if row[0] in mine]
    for text in sorted(say_later):
        say(text)
    for task in mine[:2]:
        task.cancel()


@case("virtual: not while the loop runs", ["the clock cannot be changed while the loop runs"])
async def _(say):
    await refused(say, RuntimeError, lambda: cosy.virtual(False))


async def hang():
    await asyncio.Event().wait()


def deadlock():
    """What cannot be looked at from inside a run."""
    try:
        asyncio.run(hang())
        came = "ended"
    except RuntimeError as error:
        came = str(error)
    asyncio.new_event_loop()
    expected = "deadlock: nobody can wake the tasks that are left"
    if came != expected:
        print("cosy: deadlock\n  expected: %r\n  came:     %r" % (expected, came))
        sys.exit(1)


deadlock()
main("cosy")

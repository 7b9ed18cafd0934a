# The objects of cosy that asyncio does not have. All in simulated time.
import asyncio
import cosy
from check import case, main, settle
from outcome import ended_by, refused

cosy.virtual()


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
    await refused(say, ValueError, lambda: cosy.WaitGroup(1).add(0x7FFFFFFF))
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
    ["Limiter.release: the current task holds no permit"] * 2 + ["Limiter: a limit is 0 or more", "TimeoutError", "a: cancelled", True, 1, 1],
)
async def _(say):
    limiter = cosy.Limiter(1)
    await refused(say, RuntimeError, limiter.release)
    await limiter.acquire()

    async def thief():
        await refused(say, RuntimeError, limiter.release)

    await asyncio.create_task(thief())
    await refused(say, ValueError, lambda: cosy.Limiter(-1))
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


main("family")

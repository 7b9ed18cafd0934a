# cosy.select. All in simulated time.
import asyncio
import cosy
from check import case, main, settle
from outcome import ended_by, refused

cosy.virtual()
S = 1000000000


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


@case("select: queues; a loser takes and puts nothing", [(0, "item"), 0, (1, None), (0, None), ["put"], (1, None), 0])
async def _(say):
    queue, full = asyncio.Queue(), asyncio.Queue(1)
    queue.put_nowait("item")
    full.put_nowait("first")
    say(await cosy.select(queue.get(), asyncio.sleep(1)))
    say(queue.qsize())
    say(await cosy.select(full.put("lost"), asyncio.sleep(1)))
    assert full.get_nowait() == "first" and full.empty()
    say(await cosy.select(full.put("put"), asyncio.sleep(1)))
    say([full.get_nowait()])
    say(await cosy.select(queue.get(), asyncio.sleep(0), full.get()))
    queue.put_nowait("x")
    queue.get_nowait()
    say(queue.qsize())


@case("select: a queue without a limit grows for an arm", [10])
async def _(say):
    queue = asyncio.Queue()
    for n in range(10):
        assert await cosy.select(queue.put(n), asyncio.sleep(0)) == (0, None)
    say(queue.qsize())


@case("select: an item goes to the select that came first; what it was handed goes back if it is cancelled", ["a: cancelled", "b: (0, 1)", [0, 2]])
async def _(say):
    queue, never = asyncio.Queue(), asyncio.Event()
    a = asyncio.create_task(ended_by(say, "a")(cosy.select(queue.get(), never.wait())))
    b = asyncio.create_task(ended_by(say, "b")(cosy.select(queue.get(), never.wait())))
    await settle()
    queue.put_nowait(1)
    a.cancel()
    await b
    # As many as make the queue full that has not grown: the item that comes back must find room.
    a = asyncio.create_task(ended_by(lambda _: None, "")(cosy.select(queue.get(), never.wait())))
    await settle()
    for n in range(5):
        queue.put_nowait(n)
    a.cancel()
    await settle()
    say([queue.get_nowait(), queue.qsize() - 2])


@case("select: a get and a put of one queue; join", [(1, None), (0, 5), (1, None), (0, None)])
async def _(say):
    queue = asyncio.Queue(1)
    say(await cosy.select(queue.get(), queue.put(5)))
    say(await cosy.select(queue.get(), queue.put(6)))
    say(await cosy.select(queue.join(), asyncio.sleep(1)))
    queue.task_done()
    say(await cosy.select(queue.join(), asyncio.sleep(1)))


@case("select: priority queues stay in order, whoever wins", [(0, 1), (0, 2), (1, None), [3, 4, 5, 6]])
async def _(say):
    queue, flag = asyncio.PriorityQueue(), asyncio.Event()
    for n in (5, 1, 4, 2):
        await cosy.select(queue.put(n))
    say(await cosy.select(queue.get()))
    say(await cosy.select(queue.get(), asyncio.sleep(1)))
    flag.set()
    await cosy.select(flag.wait(), queue.get())
    say(await cosy.select(asyncio.Event().wait(), queue.put(3)))
    queue.put_nowait(6)
    say([queue.get_nowait() for _ in range(4)])


@case("select: a closed queue's failure is raised", ["QueueShutDown", "QueueShutDown"])
async def _(say):
    queue = asyncio.Queue()
    queue.shutdown()
    for arm in (queue.get(), queue.put(1)):
        try:
            await cosy.select(asyncio.Event().wait(), arm)
        except asyncio.QueueShutDown as error:
            say(type(error).__name__)


@case("select: a permit that lost is still there", [(0, "x"), False, (0, True), True])
async def _(say):
    semaphore = asyncio.Semaphore(1)
    say(await cosy.select(asyncio.sleep(0, "x"), semaphore.acquire()))
    say(semaphore.locked())
    say(await cosy.select(semaphore.acquire(), asyncio.sleep(1)))
    say(semaphore.locked())


@case("select: an arrival at a barrier that lost is withdrawn", [(1, None), 0, (0, 1), 0])
async def _(say):
    barrier = asyncio.Barrier(2)
    say(await cosy.select(barrier.wait(), asyncio.sleep(1)))
    say(barrier.n_waiting)
    other = asyncio.create_task(barrier.wait())
    await settle()
    say(await cosy.select(barrier.wait(), asyncio.sleep(1)))
    say(await other)


@case("select: inside wait_for and timeout", ["TimeoutError", (0, None), "TimeoutError", False])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    await refused(say, asyncio.TimeoutError, lambda: asyncio.wait_for(cosy.select(lock.acquire(), asyncio.sleep(9)), 1))
    say(await asyncio.wait_for(cosy.select(asyncio.sleep(1), lock.acquire()), 9))
    try:
        async with asyncio.timeout(1):
            await cosy.select(lock.acquire(), asyncio.sleep(9))
    except asyncio.TimeoutError:
        say("TimeoutError")
    lock.release()
    say(lock.locked())


@case("limits inside wait_for, gather and tasks", ["TimeoutError", ["x", True], "TimeoutError"])
async def _(say):
    group = cosy.WaitGroup(1)
    await refused(say, asyncio.TimeoutError, lambda: asyncio.wait_for(group.wait(timeout=9), 1))
    limiter = cosy.Limiter(1)
    say(await asyncio.gather(asyncio.sleep(0, "x"), limiter.acquire(timeout=1)))
    await refused(say, asyncio.TimeoutError, lambda: asyncio.create_task(group.wait(timeout=1)))


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


@case("select: its arms are not lent to other waits while it waits", ["select: (1, True)", "select: (0, 'item')"])
async def _(say):
    lock = asyncio.Lock()
    for n in range(2):
        queue, event = asyncio.Queue(), asyncio.Event()
        nap = asyncio.sleep(0)  # made before the arms, so that the last arm is what this task would lend out next
        arms = (queue.get(), event.wait()) if n == 0 else (queue.get(), cosy.Signal().wait())
        task = asyncio.create_task(ended_by(say, "select")(cosy.select(*arms)))
        del arms
        await nap
        for _ in range(3):
            async with lock:
                await asyncio.sleep(0)
        event.set()
        if n:
            queue.put_nowait("item")
        await task


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


main("select")

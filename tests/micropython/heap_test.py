# not: stress board (it collects by itself)
# Nothing is lost and nothing stays: after many operations of each kind the heap holds what it held before; and the
# commonest waits allocate nothing at all.
import asyncio
import gc
import micropython
import sys

from check import case, main

ROUNDS = 100000


async def nap(n):
    for _ in range(n):
        await asyncio.sleep_ms(0)


async def locks(n):
    lock = asyncio.Lock()
    other = asyncio.create_task(contend(lock, n // 2))
    await contend(lock, n // 2)
    await other


async def contend(lock, n):
    for _ in range(n):
        async with lock:
            await asyncio.sleep_ms(0)


async def answer(ping, pong, n):
    for _ in range(n):
        await ping.wait()
        ping.clear()
        pong.set()


async def events(n):
    a, b = asyncio.Event(), asyncio.Event()
    other = asyncio.create_task(answer(a, b, n))
    for _ in range(n):
        a.set()
        await b.wait()
        b.clear()
    await other


async def queues(n):
    q = asyncio.Queue(3)
    other = asyncio.create_task(fill(q, n))
    for i in range(n):
        if await q.get() != i:
            raise ValueError("out of order")
    await other


async def fill(q, n):
    for i in range(n):
        await q.put(i)


async def unbounded(n):
    q = asyncio.Queue()
    for i in range(n):
        q.put_nowait(i)
        if i % 10 == 9:
            for _ in range(10):
                await q.get()


async def tasks(n):
    for _ in range(n):
        await asyncio.create_task(nap(1))


async def cancels(n):
    event = asyncio.Event()
    for _ in range(n):
        t = asyncio.create_task(event.wait())
        await asyncio.sleep_ms(0)
        t.cancel()
        try:
            await t
        except asyncio.CancelledError:
            pass


async def time_outs(n):
    event = asyncio.Event()
    for _ in range(n):
        try:
            await asyncio.wait_for(event.wait(), 0)
        except asyncio.TimeoutError:
            pass


async def gathers(n):
    for _ in range(n):
        await asyncio.gather(nap(1), nap(0))


async def groups(n):
    for _ in range(n):
        async with asyncio.TaskGroup() as g:
            g.create_task(nap(1))


async def blocks(n):
    for _ in range(n):
        async with asyncio.timeout(10):
            await asyncio.sleep_ms(0)


async def callbacks(n):
    loop = asyncio.get_event_loop()
    for _ in range(n):
        loop.call_soon(int)
        loop.call_later(10, int).cancel()
        await asyncio.sleep_ms(0)


def used():
    gc.collect()
    gc.collect()
    return gc.mem_alloc()


async def grows(body, n):
    """By how much more the heap is used after n operations than after a few."""
    await body(100)
    before = used()
    await body(n)
    return used() - before


def flat(body, n):
    @case("%d times %s" % (n, body.__name__), [True])
    async def _(say):
        grown = await grows(body, n)
        say(True if grown < 1000 else grown)


for body in (nap, locks, events, queues, unbounded):
    flat(body, ROUNDS)
for body in (tasks, cancels, time_outs, gathers, groups, blocks, callbacks):
    flat(body, ROUNDS // 10)


def no_heap(body):
    @case("%s with the heap locked" % body.__name__, ["done"])
    async def _(say):
        ready = asyncio.Event()
        steps = body()  # a call of a coroutine function makes an object

        async def work():
            await asyncio.sleep_ms(0)  # its own awaitable is there from now on
            ready.set()
            await asyncio.sleep_ms(1)
            await steps

        t = asyncio.create_task(work())
        await ready.wait()
        micropython.heap_lock()
        try:
            while not t.done():
                await asyncio.sleep_ms(1)
        finally:
            micropython.heap_unlock()
        await t
        say("done")


lock, event, queue, semaphore = asyncio.Lock(), asyncio.Event(), asyncio.Queue(2), asyncio.Semaphore(2)


async def sleeping():
    for i in range(3):
        await asyncio.sleep_ms(i)


async def locking():
    for _ in range(3):
        await lock.acquire()
        lock.release()


async def signalling():
    for _ in range(3):
        event.set()
        await event.wait()
        event.clear()


async def queueing():
    for i in range(3):
        await queue.put(i)
        await queue.get()


async def counting():
    for _ in range(3):
        await semaphore.acquire()
        semaphore.release()


for body in (sleeping, locking, signalling, queueing, counting):
    no_heap(body)

if sys.implementation.name == "micropython":
    import check

    check.LIMIT = 300
main("heap")

"""aio.py OP: asyncio, the same operations as ops.h with counts for its speed."""
import asyncio
import gc
import sys
import time

op = sys.argv[1]
cpu = time.process_time_ns


def report(name, value):
    print(f"asyncio,{name},{value:.3f}", flush=True)


def memory(field):
    with open("/proc/self/status") as status:
        return sum(int(line.split()[1]) for line in status if line.startswith(field)) * 1024


async def crowd(workers, work):
    """CPU time from releasing all workers, which wait for one event, to the last one's end."""
    start = asyncio.Event()
    ready = 0

    async def worker(index):
        nonlocal ready
        ready += 1
        await start.wait()
        await work(index)

    tasks = [asyncio.ensure_future(worker(i)) for i in range(workers)]
    while ready < workers:
        await asyncio.sleep(0)
    began = cpu()
    start.set()
    await asyncio.gather(*tasks)
    return cpu() - began


async def turns(workers, total, turn):
    rounds = total // workers

    async def work(_):
        for _ in range(rounds):
            await turn()

    report(op, await crowd(workers, work) / (rounds * workers))


async def yields(workers, total):
    await turns(workers, total, lambda: asyncio.sleep(0))


async def holds(workers, total, guard):
    async def turn():
        async with guard:
            await asyncio.sleep(0)

    await turns(workers, total, turn)


async def lock_free(total):
    lock = asyncio.Lock()
    began = cpu()
    for _ in range(total):
        await lock.acquire()
        lock.release()
    report(op, (cpu() - began) / total)


async def barrier(workers, total):
    meet = asyncio.Barrier(workers)
    await turns(workers, total, meet.wait)


async def queue(producers, capacity, total, timeout=False):
    items = asyncio.Queue(capacity)
    rounds = total // producers

    async def work(index):
        if index < producers:
            for i in range(rounds):
                await items.put(i)
        elif timeout:
            for _ in range(rounds):
                async with asyncio.timeout(1000):
                    await items.get()
        else:
            for _ in range(rounds):
                await items.get()

    report(op, await crowd(2 * producers, work) / (rounds * producers))


async def event(waiters, rounds):
    events = [asyncio.Event(), asyncio.Event()]
    woken = 0

    async def waiter():
        nonlocal woken
        for i in range(rounds):
            await events[i & 1].wait()
            woken += 1

    tasks = [asyncio.ensure_future(waiter()) for _ in range(waiters)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    began = cpu()
    for i in range(rounds):
        events[i & 1].set()
        while woken < (i + 1) * waiters:
            await asyncio.sleep(0)
        events[i & 1].clear()
    report(op, (cpu() - began) / (waiters * rounds))
    await asyncio.gather(*tasks)


async def spawn(total, rounds):
    async def empty():
        pass

    began = cpu()
    for _ in range(total):
        await asyncio.ensure_future(empty())
    report("spawn_join", (cpu() - began) / total)
    began = cpu()
    for _ in range(rounds):
        for task in [asyncio.ensure_future(empty()) for _ in range(1000)]:
            await task
    report("spawn1000_join", (cpu() - began) / (1000 * rounds))


async def cancel(rounds):
    never = asyncio.Event()
    used = 0
    for i in range(rounds + 1):
        tasks = [asyncio.ensure_future(never.wait()) for _ in range(1000)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        began = cpu()
        for task in tasks:
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass
        used += cpu() - began if i else 0
    report("cancel_join", used / (1000 * rounds))


async def sleep(count):
    clock = asyncio.get_running_loop().time
    left, ended = count, 0
    gc.collect()
    gc.freeze()
    gc.disable()
    before, began = memory("VmRSS"), cpu()
    base = clock() + count * 45e-6

    async def sleeper(index):
        nonlocal left, ended
        await asyncio.sleep(base + (index * 2654435761 % count) * 1e-6 - clock())
        left -= 1
        ended = cpu()

    tasks = [asyncio.ensure_future(sleeper(i)) for i in range(count)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    report("sleep_create", (cpu() - began) / count)
    report("sleep_rss", (memory("VmRSS") - before) / count)
    if left != count:
        print("sleep:", count - left, "woke before all slept", file=sys.stderr)
    while clock() < base + count * 1e-6 + 0.002:
        pass
    began = cpu()
    for task in tasks:
        await task
    report("sleep_wake", (ended - began) / count)


OPS = {
    "yield2": lambda: yields(2, 100000),
    "yield1000": lambda: yields(1000, 100000),
    "yield100000": lambda: yields(100000, 300000),
    "lock_unc": lambda: lock_free(200000),
    "lock3": lambda: holds(3, 45000, asyncio.Lock()),
    "lock1000": lambda: holds(1000, 40000, asyncio.Lock()),
    "sem2x3": lambda: holds(3, 45000, asyncio.Semaphore(2)),
    "bar3": lambda: barrier(3, 30000),
    "bar1000": lambda: barrier(1000, 30000),
    "q1": lambda: queue(1, 1, 30000),
    "q1024": lambda: queue(1, 1024, 100000),
    "qunb": lambda: queue(1, 0, 100000),
    "q1_4x4": lambda: queue(4, 1, 30000),
    "q1024_4x4": lambda: queue(4, 1024, 100000),
    "qunb_4x4": lambda: queue(4, 0, 100000),
    "q1_timeout": lambda: queue(1, 1, 20000, True),
    "event1000": lambda: event(1000, 40),
    "spawn": lambda: spawn(30000, 30),
    "cancel": lambda: cancel(15),
    "sleep": lambda: sleep(200000),
}


async def main():
    if op not in OPS:
        return 2
    await OPS[op]()
    return 0


sys.exit(asyncio.run(main()))

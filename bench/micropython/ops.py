# What one operation costs, on whichever asyncio this interpreter has. Prints `name nanoseconds` lines.
# Runs on MicroPython with cosy and without it, on Unix and on boards. There is no queue in MicroPython's own asyncio:
# there one is used that is made of an Event and a list, as its users make it.
import asyncio
import gc
from time import ticks_diff, ticks_us

N = globals().get("N", 200)  # whoever runs this by exec() may ask for more


class PlainQueue:
    def __init__(self, size):
        self.size = size
        self.items = []
        self.changed = asyncio.Event()

    async def put(self, item):
        while len(self.items) >= self.size:
            self.changed.clear()
            await self.changed.wait()
        self.items.append(item)
        self.changed.set()

    async def get(self):
        while not self.items:
            self.changed.clear()
            await self.changed.wait()
        item = self.items.pop(0)
        self.changed.set()
        return item


Queue = getattr(asyncio, "Queue", PlainQueue)


async def yields(n):
    sleep_ms = asyncio.sleep_ms
    for _ in range(n):
        await sleep_ms(0)


async def switch(n):
    """Two tasks give way to each other; counted per switch."""
    other = asyncio.create_task(yields(n // 2))
    await yields(n // 2)
    await other


async def lock_pair(n):
    lock = asyncio.Lock()
    for _ in range(n):
        await lock.acquire()
        lock.release()


async def pong(ping, pong, n):
    for _ in range(n):
        await ping.wait()
        ping.clear()
        pong.set()


async def event_ping_pong(n):
    """Two tasks wake each other through two events; counted per wake-up."""
    a, b = asyncio.Event(), asyncio.Event()
    other = asyncio.create_task(pong(a, b, n // 2))
    for _ in range(n // 2):
        a.set()
        await b.wait()
        b.clear()
    await other


async def produce(queue, n):
    for i in range(n):
        await queue.put(i)


async def queue_item(n):
    """One task puts, another gets, room for one."""
    queue = Queue(1)
    other = asyncio.create_task(produce(queue, n))
    for _ in range(n):
        await queue.get()
    await other


async def create_and_await(n):
    for _ in range(n):
        await asyncio.create_task(yields(0))


async def main():
    for body in (switch, lock_pair, event_ping_pong, queue_item, create_and_await):
        await body(4)
        gc.collect()
        before = ticks_us()
        await body(N)
        spent = ticks_diff(ticks_us(), before)
        print(body.__name__, spent * 1000 // N)


asyncio.run(main())

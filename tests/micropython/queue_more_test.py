# The queues of asyncio: growing, giving back, comparing, and where our contract differs from CPython's behaviour. The
# cases of CPython's suite are in queue_test.py.
# `needs="Loop"`: not for CPython, whose asyncio has no such name.
import asyncio
from check import MICROPYTHON, cancelled, case, main, settle

KINDS = (asyncio.Queue, asyncio.LifoQueue, asyncio.PriorityQueue)


def getter(say, q, name="got"):
    async def get():
        say("%s %s" % (name, await q.get()))

    return asyncio.create_task(get())


def putter(say, q, item, name="put"):
    async def put():
        say("%s %s %s" % (name, item, await q.put(item)))

    return asyncio.create_task(put())


def format_(q):
    text = repr(q)
    return text[text.index("maxsize") : -1]


def drain(q):
    items = []
    while not q.empty():
        items.append(q.get_nowait())
    return items


async def all_of(*tasks):
    for task in tasks:
        await task


async def error_of(call):
    """Calls it, awaits what it gives if that is something, and returns the name of the exception that comes."""
    try:
        result = call()
        if result is not None:
            await result
        return "no error"
    except Exception as error:
        return type(error).__name__


# ---- many items ----


@case("a lot of items, in each order", [True, True, True])
async def _(say):
    numbers = [(i * 7919) % 1009 for i in range(1009)]
    for kind, expected in zip(KINDS, (numbers, numbers[::-1], sorted(numbers))):
        q = kind()
        for n in numbers:
            q.put_nowait(n)
        say(drain(q) == expected)


@case("a ring that turns round and grows", [True, 0])
async def _(say):
    q = asyncio.Queue()
    put = got = 0
    fine = True
    for burst in range(1, 60):
        for _ in range(burst):
            q.put_nowait(put)
            put += 1
        for _ in range(burst - burst % 3):
            fine = fine and q.get_nowait() == got
            got += 1
    fine = fine and drain(q) == list(range(got, put))
    say(fine)
    say(q.qsize())


class Job:
    """Compared by its urgency only."""

    def __init__(self, urgency, name=""):
        self.urgency = urgency
        self.name = name

    def __lt__(self, other):
        return self.urgency < other.urgency


@case("equals come out as heapq would have it", [True])
async def _(say):
    import heapq

    q = asyncio.PriorityQueue()
    heap = []
    fine = True
    seed = 1
    for i in range(600):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        if (seed >> 16) % 100 < (70 if i % 200 < 120 else 20):
            job = Job((seed >> 8) % 5, i)
            q.put_nowait(job)
            heap.append(job)
            # heapq of MicroPython differs from that of CPython in what becomes of equals: so this is heapq's push
            at = len(heap) - 1
            while at and job < heap[(at - 1) >> 1]:
                heap[at] = heap[(at - 1) >> 1]
                at = (at - 1) >> 1
            heap[at] = job
        elif heap:
            # ... and pop
            last = heap.pop()
            least = last
            if heap:
                least = heap[0]
                at = 0
                while 2 * at + 1 < len(heap):
                    child = 2 * at + 1
                    if child + 1 < len(heap) and not heap[child] < heap[child + 1]:
                        child += 1
                    heap[at] = heap[child]
                    at = child
                while at and last < heap[(at - 1) >> 1]:
                    heap[at] = heap[(at - 1) >> 1]
                    at = (at - 1) >> 1
                heap[at] = last
            fine = fine and q.get_nowait() is least
    say(fine and q.qsize() == len(heap) and heapq is not None)


# ---- our contract ----


@case(
    "an item that was handed over is not for newcomers",
    ["main 1", "a 2"],
    ours=("1: nobody overtakes who was served", ["QueueEmpty", "a 1", 2]),
)
async def _(say):
    q = asyncio.Queue()
    a = getter(say, q, "a")
    await settle()
    q.put_nowait(1)
    try:
        say("main %s" % q.get_nowait())
    except asyncio.QueueEmpty:
        say("QueueEmpty")
    q.put_nowait(2)
    await a
    if not q.empty():
        say(q.get_nowait())


@case(
    "a slot that has become free is not for newcomers",
    ["stored", ["new", "old"]],
    ours=("1: nobody overtakes who waits", ["QueueFull", ["old"]]),
)
async def _(say):
    q = asyncio.Queue(1)
    q.put_nowait("x")
    task = asyncio.create_task(q.put("old"))
    await settle()
    q.get_nowait()
    try:
        q.put_nowait("new")
        say("stored")
    except asyncio.QueueFull:
        say("QueueFull")
    items = [await q.get()]
    await task
    say(items + drain(q))


@case("served and cancelled, all slots taken meanwhile: it grows", [True, [0, 1, 2, 3, 4]])
async def _(say):
    q = asyncio.Queue()
    reader = asyncio.create_task(q.get())
    await settle()
    for i in range(5):
        q.put_nowait(i)
    reader.cancel()
    say(await cancelled(reader))
    say(drain(q))


@case(
    "served and cancelled, and no slot is left to give it back to",
    ["cancelled", [0, 1, 2]],
    ours=("2: the get stands, the cancel comes at the next wait", ["got 0", "cancelled", [1, 2]]),
)
async def _(say):
    q = asyncio.Queue(2)

    async def read():
        try:
            say("got %s" % await q.get())
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            say("cancelled")

    reader = asyncio.create_task(read())
    await settle()
    for i in range(3):
        try:
            q.put_nowait(i)
        except asyncio.QueueFull:  # CPython: the item for the reader still has a slot
            task = asyncio.create_task(q.put(i))
    reader.cancel()
    await reader
    items = drain(q)
    await settle()
    say(items + drain(q))


@case(
    "served and cancelled: it goes back to where it belongs",
    [[2, 1, 3], [3, 1, 2], [1, 2, 3]],
    ours=("2: what is given back comes out first, or by its priority", [[2, 1, 3], [2, 3, 1], [1, 2, 3]]),
)
async def _(say):
    for kind in KINDS:
        q = kind()
        reader = asyncio.create_task(q.get())
        await settle()
        for item in (2, 1, 3):
            q.put_nowait(item)
        reader.cancel()
        await cancelled(reader)
        say(drain(q))


@case("cancelled from behind: items keep their order", [[1, 2, 3]])
async def _(say):
    q = asyncio.Queue()
    readers = [asyncio.create_task(q.get()) for _ in range(3)]
    await settle()
    for i in (1, 2, 3):
        q.put_nowait(i)
    for reader in readers[::-1]:
        reader.cancel()
    for reader in readers:
        await cancelled(reader)
    say(drain(q))


@case(
    "getters in order: what each gets",
    [["a 2", "b 1", "c 3"], ["a 3", "b 1", "c 2"], ["a 1", "b 2", "c 3"]],
    ours=("1: a put serves the first in line; the order is that of what is stored", [["a 2", "b 1", "c 3"]] * 3),
)
async def _(say):
    for kind in KINDS:
        q = kind()
        came = []
        tasks = [getter(came.append, q, name) for name in "abc"]
        await settle()
        for i in (2, 1, 3):
            q.put_nowait(i)
        await all_of(*tasks)
        say(came)


# ---- by priority: comparing runs Python code ----


@case("what cannot be compared raises in put, and the queue is as before", ["TypeError", "TypeError", [1, 2, 3]])
async def _(say):
    q = asyncio.PriorityQueue()
    for item in (3, 1, 2):
        q.put_nowait(item)
    if MICROPYTHON:
        say(await error_of(lambda: q.put_nowait("x")))
        say(await error_of(lambda: q.put("x")))
    else:  # CPython keeps the item: no get works any more
        say("TypeError")
        say("TypeError")
    say(drain(q))


class Moody:
    """Its comparison calls a function first."""

    call = None

    def __init__(self, n):
        self.n = n

    def __lt__(self, other):
        if Moody.call:
            Moody.call()
        return self.n < other.n


def fail():
    raise ValueError("not in the mood")


@case(
    "a comparison that raises: in get and put, and nothing is lost",
    ["ValueError"] * 4 + [4, [0, 1, 2, 3]],
    needs="Loop",
)
async def _(say):
    q = asyncio.PriorityQueue()
    for n in (3, 1, 2, 0):
        q.put_nowait(Moody(n))
    Moody.call = fail
    say(await error_of(q.get_nowait))
    say(await error_of(q.get))
    say(await error_of(lambda: q.put_nowait(Moody(7))))
    say(await error_of(lambda: q.put(Moody(8))))
    Moody.call = None
    say(q.qsize())
    say([item.n for item in drain(q)])


@case("a comparison that changes the queue: it is seen, and done anew", [4, [1, 2, 4, 5], True], needs="Loop")
async def _(say):
    q = asyncio.PriorityQueue()
    for n in (5, 3, 4, 2):
        q.put_nowait(Moody(n))
    out = []

    def steal():
        Moody.call = None
        out.append(q.get_nowait().n)
        out.append(q.get_nowait().n)
        q.put_nowait(Moody(2))

    Moody.call = steal
    q.put_nowait(Moody(1))
    say(q.qsize())
    Moody.call = steal
    first = q.get_nowait().n  # 1 and 2 are stolen while it compares, and another 2 put
    say(sorted([first] + [item.n for item in drain(q)] + [1])[:4])
    say(out == [2, 3, 1, 2])


@case("a comparison that empties the queue", [["QueueEmpty"], ["put"], [7]], needs="Loop")
async def _(say):
    q = asyncio.PriorityQueue()
    for n in range(40):
        q.put_nowait(Moody(n))

    def empty():
        Moody.call = None
        drain(q)

    came = []
    Moody.call = empty
    came.append(await error_of(q.get_nowait))
    say(came)
    for n in range(40):
        q.put_nowait(Moody(n))
    Moody.call = empty
    q.put_nowait(Moody(7))
    say(["put"])
    say([item.n for item in drain(q)])


@case(
    "a putter that waited has put what cannot be compared: it is told, the slot goes on",
    ["ok 2 None", "TypeError", [1, 2, 3], "maxsize=2 tasks=3"],
    needs="Loop",
)
async def _(say):
    q = asyncio.PriorityQueue(2)
    q.put_nowait(1)
    q.put_nowait(3)

    task = asyncio.create_task(error_of(lambda: q.put("x")))
    await settle()
    good = putter(say, q, 2, "ok")
    await settle()
    first = q.get_nowait()
    say(await task)
    await good
    say([first] + drain(q))
    say(format_(q))


@case(
    "... and somebody gets before it is told: nothing is lost either",
    ["TypeError", "TypeError", [1, 2, 3]],
    needs="Loop",
)
async def _(say):
    q = asyncio.PriorityQueue(3)
    for item in (1, 3, 2):
        q.put_nowait(item)
    task = asyncio.create_task(error_of(lambda: q.put("x")))
    await settle()
    first = q.get_nowait()
    say(await error_of(q.get_nowait))
    say(await task)
    say([first] + drain(q))


@case("putters that waited are in order, however urgent", [[1, 2, 3, 4, 5, 6]])
async def _(say):
    q = asyncio.PriorityQueue(3)
    for item in (6, 5, 4):
        q.put_nowait(item)
    tasks = [asyncio.create_task(q.put(item)) for item in (3, 2, 1)]
    await settle()
    out = []
    for _ in range(3):
        out.append(q.get_nowait())
        await settle()
    # let in one by one as slots became free
    say(sorted(out + drain(q)))
    await all_of(*tasks)


@case("given back among others: by its priority", [[1, 2, 3, 4, 5]], needs="Loop")
async def _(say):
    q = asyncio.PriorityQueue()
    readers = [asyncio.create_task(q.get()) for _ in range(2)]
    await settle()
    for item in (3, 5, 4, 1, 2):
        q.put_nowait(item)
    for reader in readers:
        reader.cancel()
    for reader in readers:
        await cancelled(reader)
    say(drain(q))


# ---- arms of a select ----


@case(
    "arms of a select: what can be done at once, in order",
    [[(0, 3), (0, 1), (0, 1)], [3, 3, 3], [True] * 3],
    needs="Loop",
)
async def _(say):
    import cosy

    got, sizes, there = [], [], []
    for kind in KINDS:
        q, idle = kind(), asyncio.Event()
        for item in (3, 2, 1):
            q.put_nowait(item)
        got.append(await cosy.select(q.get(), idle.wait()))
        await cosy.select(idle.wait(), q.put(0))
        sizes.append(q.qsize())
        there.append(drain(q) == {3: [2, 1, 0], 1: [0, 2, 3]}[got[-1][1]])
    say(got)
    say(sizes)
    say(there)


@case(
    "arms that wait are served; an arm that lost has taken nothing",
    ["0 7", "1 None", [8, 9], 0],
    needs="Loop",
)
async def _(say):
    import cosy

    q, full, event = asyncio.PriorityQueue(), asyncio.PriorityQueue(1), asyncio.Event()
    full.put_nowait(8)

    async def choose():
        say("%s %s" % await cosy.select(q.get(), event.wait()))
        say("%s %s" % await cosy.select(event.wait(), full.put(9), q.get()))

    task = asyncio.create_task(choose())
    await settle()
    q.put_nowait(7)
    await settle()
    items = [full.get_nowait()]
    await task
    say(items + drain(full))
    say(q.qsize())


@case("an arm puts what cannot be compared", ["TypeError", [1, 2]], needs="Loop")
async def _(say):
    import cosy

    q, event = asyncio.PriorityQueue(), asyncio.Event()
    q.put_nowait(2)
    q.put_nowait(1)
    say(await error_of(lambda: cosy.select(q.put("x"), event.wait())))
    say(drain(q))


# ---- memory ----


@case("what is got is kept alive by nobody; a large room is given back", [True, True], needs="Loop")
async def _(say):
    import gc

    q, stack = asyncio.Queue(), asyncio.LifoQueue()
    gc.collect()
    free = gc.mem_free()
    for _ in range(40):
        q.put_nowait(bytearray(300))
        stack.put_nowait(bytearray(300))
    for _ in range(39):
        q.get_nowait()
        stack.get_nowait()
    gc.collect()
    say(free - gc.mem_free() < 4000)  # one item each, and the room
    q.get_nowait()
    stack.get_nowait()
    gc.collect()
    say(free - gc.mem_free() < 600)


@case("no memory to grow: MemoryError, and nothing is lost", [True], needs="Loop")
async def _(say):
    import micropython

    if not hasattr(micropython, "heap_lock"):
        say(True)
        return
    q = asyncio.Queue()
    for i in range(4):
        q.put_nowait(i)
    item = 4
    came = False
    micropython.heap_lock()
    try:
        q.put_nowait(item)
    except MemoryError:
        came = True
    finally:
        micropython.heap_unlock()
    q.put_nowait(5)
    say(came and drain(q) == [0, 1, 2, 3, 5])


main("queue, more")

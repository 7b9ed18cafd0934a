# asyncio.Queue, LifoQueue, PriorityQueue: the cases Q1 to Q41 of CPython's suite; Q3 is about typing. More of them in
# queue_more_test.py.
import asyncio
from check import cancelled, case, main, settle

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


async def get_all(q, n):
    items = []
    for _ in range(n):
        items.append(await q.get())
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


# ---- looking ----


@case(
    "Q1 Q2 repr and str",
    [
        "maxsize=0",
        "maxsize=2 _queue=[1, 'b'] tasks=2",
        "maxsize=0 _getters[2]",
        "maxsize=1 _queue=[1] _putters[1] tasks=1",
        "Queue",
        True,
    ],
)
async def _(say):
    say(format_(asyncio.Queue()))
    q = asyncio.Queue(2)
    q.put_nowait(1)
    q.put_nowait("b")
    say(format_(q))
    q = asyncio.Queue()
    tasks = [getter(lambda text: None, q), getter(lambda text: None, q)]
    await settle()
    say(format_(q))
    full = asyncio.Queue(1)
    full.put_nowait(1)
    tasks.append(putter(lambda text: None, full, 2))
    await settle()
    say(format_(full))
    say(repr(full)[1:6])
    say("maxsize=1 _queue=[1]" in str(full))
    for task in tasks:
        task.cancel()
        await cancelled(task)


@case("Q36 Q37 format", ["maxsize=0 tasks=2", "maxsize=0 shutdown"] * 3, needs="QueueShutDown")
async def _(say):
    for kind in KINDS:
        q = kind()
        for i in range(2):
            q.put_nowait(i)
            q.get_nowait()
        say(format_(q))
        q = kind()
        q.shutdown()
        say(format_(q))


@case("Q4 empty", [True, False, True, 0, 1])
async def _(say):
    q = asyncio.Queue()
    say(q.empty())
    say_size = q.qsize()
    await q.put(1)
    say(q.empty())
    size = q.qsize()
    await q.get()
    say(q.empty())
    say(say_size)
    say(size)


@case("Q5 full", [False, False, False, True, 1, 0, -1, True])
async def _(say):
    q = asyncio.Queue()
    say(q.full())
    q = asyncio.Queue(maxsize=1)
    say(q.full())
    unbounded = asyncio.Queue(-1)
    for i in range(100):
        unbounded.put_nowait(i)
    say(unbounded.full())
    await q.put(1)
    say(q.full())
    say(q.maxsize)
    say(asyncio.Queue().maxsize)
    say(unbounded.maxsize)
    say(drain(unbounded) == list(range(100)))


@case("Q24 a maxsize of 1.3 is full with 2", [False, True, 1.3, True])
async def _(say):
    q = asyncio.Queue(maxsize=1.3)
    q.put_nowait(1)
    say(q.full())
    q.put_nowait(2)
    say(q.full())
    say(q.maxsize)
    q = asyncio.Queue(maxsize=0.5)
    q.put_nowait(1)
    say(q.full())


# ---- orders ----


@case("Q6 Q31 Q32 orders", [[1, 3, 2], [2, 3, 1], [1, 2, 3]])
async def _(say):
    for kind in KINDS:
        q = kind()
        for item in (1, 3, 2):
            await q.put(item)
        say(await get_all(q, 3))


# ---- waiting ----


@case("Q7 maxsize", ["put 1 None", "put 2 None", 2, "got 1", "put 3 None", [2, 3]])
async def _(say):
    q = asyncio.Queue(2)

    async def put():
        for i in (1, 2, 3):
            await q.put(i)
            say("put %d None" % i)

    task = asyncio.create_task(put())
    await settle()
    say(q.qsize())
    say("got %s" % await q.get())
    await task
    say(drain(q))


@case("Q8 Q11 Q17 Q19 what can be done at once", [1, 2, None, None, True])
async def _(say):
    q = asyncio.Queue()
    q.put_nowait(1)
    q.put_nowait(2)
    say(await q.get())
    say(q.get_nowait())
    say(await q.put(3))
    say(q.put_nowait(4))
    say(drain(q) == [3, 4])


@case("Q9 a get from a full queue lets a putter in", [1, "put 2 None", True])
async def _(say):
    q = asyncio.Queue(1)
    q.put_nowait(1)
    task = putter(say, q, 2)
    await settle()
    say(q.get_nowait())
    await task
    say(q.full())


@case("Q10 Q18 until a callback puts, or gets", ["got 1", "put 2 None", 3])
async def _(say):
    q = asyncio.Queue(1)
    loop = asyncio.get_event_loop()
    loop.call_later(0.01, q.put_nowait, 1)
    say("got %s" % await q.get())
    q.put_nowait(3)
    out = []
    loop.call_later(0.01, lambda: out.append(q.get_nowait()))
    say("put 2 %s" % await q.put(2))
    say(out[0])


@case("Q12 Q23 what cannot be done at once", ["QueueEmpty", "QueueFull"] * 3)
async def _(say):
    for kind in KINDS:
        q = kind(1)
        say(await error_of(q.get_nowait))
        q.put_nowait(1)
        say(await error_of(lambda: q.put_nowait(2)))


@case("Q13 the first getter is cancelled: the second gets it", ["b 1", True])
async def _(say):
    q = asyncio.Queue()
    a, b = getter(say, q, "a"), getter(say, q, "b")
    await settle()
    a.cancel()
    q.put_nowait(1)
    await b
    say(await cancelled(a))


@case("Q14 putters in order", ["put a None", "put b None", ["x", "a", "b"]])
async def _(say):
    q = asyncio.Queue(1)
    q.put_nowait("x")
    a, b = putter(say, q, "a"), putter(say, q, "b")
    await settle()
    items = [await q.get(), await q.get(), await q.get()]
    await all_of(a, b)
    say(items)


@case("Q15 five items through one slot", [[0, 1, 2, 3, 4]])
async def _(say):
    q = asyncio.Queue(1)
    got = []

    async def produce():
        for i in range(5):
            await q.put(i)

    async def consume():
        for _ in range(5):
            got.append(await q.get())

    await all_of(asyncio.create_task(consume()), asyncio.create_task(produce()))
    say(got)


@case("Q16 getters that timed out leave nothing behind", ["TimeoutError", "maxsize=0"], needs="wait_for")
async def _(say):
    q = asyncio.Queue()
    try:
        await asyncio.wait_for(q.get(), 0.01)
    except asyncio.TimeoutError:
        say("TimeoutError")
    say(format_(q))


@case("Q20 served, and cancelled: nothing is lost, and the order kept", [True, 1, 2])
async def _(say):
    q = asyncio.Queue()
    reader = asyncio.create_task(q.get())
    await settle()
    q.put_nowait(1)
    q.put_nowait(2)
    reader.cancel()
    say(await cancelled(reader))
    say(await q.get())
    say(await q.get())


@case("Q21 one of three readers is cancelled: the others get both", [[1, 2], True])
async def _(say):
    q = asyncio.Queue()
    readers = [asyncio.create_task(q.get()) for _ in range(3)]
    await settle()
    q.put_nowait(1)
    q.put_nowait(2)
    readers[0].cancel()
    say([await readers[1], await readers[2]])
    say(await cancelled(readers[0]))


@case("Q22 a putter's slot is free, and it is cancelled: the next item comes once", [1, 2, 0])
async def _(say):
    q = asyncio.Queue(1)
    q.put_nowait(1)
    writer = asyncio.create_task(q.put(2))
    await settle()
    say(q.get_nowait())
    writer.cancel()
    if not await cancelled(writer) or not q.qsize():
        await q.put(2)
    say(await q.get())
    say(q.qsize())


@case("Q25 Q27 a put hands over; it ends before the getter goes on", ["put a None", "got a"])
async def _(say):
    q = asyncio.Queue()
    task = getter(say, q)
    await settle()
    say("put a %s" % await q.put("a"))
    await task


@case("Q26 a putter is cancelled: the others' items come in order", ["a", "put b None", "b", True, True])
async def _(say):
    q = asyncio.Queue(1)
    q.put_nowait("a")
    b, x = putter(say, q, "b"), putter(say, q, "x")
    await settle()
    x.cancel()
    say(await q.get())
    await b
    say(await q.get())
    say(await cancelled(x))
    say(q.empty())


@case("Q28 four putters and one drain of two", ["put 2 None", "put 3 None", "put 4 None", "put 5 None", [4, 5]])
async def _(say):
    q = asyncio.Queue(2)
    q.put_nowait(0)
    q.put_nowait(1)
    tasks = [putter(say, q, i) for i in (2, 3, 4, 5)]
    await settle()
    q.get_nowait()
    q.get_nowait()
    await settle()
    q.get_nowait()
    q.get_nowait()
    await all_of(*tasks)
    say(drain(q))


@case("Q29 a cancelled put leaves nothing behind", [True, "maxsize=1 _queue=[1] tasks=1"])
async def _(say):
    q = asyncio.Queue(1)
    q.put_nowait(1)
    task = asyncio.create_task(q.put(2))
    await settle()
    task.cancel()
    say(await cancelled(task))
    say(format_(q))


@case(
    "Q30 a putter's slot is free, then it is cancelled: it ends cancelled",
    [True, []],
    ours=("2: a put whose item is stored stands", [True, [2]]),
)
async def _(say):
    q = asyncio.Queue(1)
    q.put_nowait(1)
    task = asyncio.create_task(q.put(2))
    await settle()
    q.get_nowait()
    task.cancel()
    say(await cancelled(task))
    say(drain(q))


# ---- work ----


@case("Q33 task_done too often", ["ValueError"] * 6)
async def _(say):
    for kind in KINDS:
        q = kind()
        say(await error_of(q.task_done))
        q.put_nowait(1)
        q.get_nowait()
        q.task_done()
        say(await error_of(q.task_done))


@case("Q34 join returns when all is done", ["sum 4950"] * 3)
async def _(say):
    for kind in KINDS:
        q = kind()
        total = [0]

        async def work():
            while True:
                item = await q.get()
                await asyncio.sleep(0)
                total[0] += item
                q.task_done()

        for i in range(100):
            q.put_nowait(i)
        workers = [asyncio.create_task(work()) for _ in range(2)]
        await q.join()
        say("sum %d" % total[0])
        for worker in workers:
            worker.cancel()
            await cancelled(worker)


@case("Q35 join of an empty queue", [None, None] * 3)
async def _(say):
    for kind in KINDS:
        q = kind()
        say(await q.join())
        say(await q.join())


@case("a joiner is cancelled, another one is not", [True, "b joined", False])
async def _(say):
    q = asyncio.Queue()
    q.put_nowait(1)

    async def join(name):
        await q.join()
        say(name + " joined")

    a, b = asyncio.create_task(join("a")), asyncio.create_task(join("b"))
    await settle()
    a.cancel()
    say(await cancelled(a))
    q.get_nowait()
    q.task_done()
    await b
    say(q.full())


@case(
    "task_done for what nobody has got",
    ["no error"],
    ours=("7: what is still in it cannot be done", ["ValueError"]),
)
async def _(say):
    q = asyncio.Queue()
    q.put_nowait(1)
    say(await error_of(q.task_done))


# ---- shutdown ----


async def all_shut(say, q):
    for call in (q.get, q.get_nowait, lambda: q.put(1), lambda: q.put_nowait(1)):
        say(await error_of(call))


@case("Q38 shutdown of an empty queue", ["QueueShutDown", None] + ["QueueShutDown"] * 4, needs="QueueShutDown")
async def _(say):
    for kind in KINDS[:1]:
        q = kind()
        task = asyncio.create_task(error_of(q.get))
        await settle()
        q.shutdown()
        say(await task)
        say(await q.join())
        await all_shut(say, q)


@case(
    "Q39 shutdown of one that is not empty: it can be drained",
    (["QueueShutDown", 1] + ["QueueShutDown"] * 4 + ["joining", "joined", "ValueError"]) * 3,
    needs="QueueShutDown",
)
async def _(say):
    for kind in KINDS:
        q = kind(1)
        q.put_nowait(1)
        task = asyncio.create_task(error_of(lambda: q.put(2)))
        await settle()
        q.shutdown()
        say(await task)
        say(await q.get())
        await all_shut(say, q)

        async def join():
            await q.join()
            say("joined")

        joiner = asyncio.create_task(join())
        await settle()
        say("joining")
        q.task_done()
        await joiner
        say(await error_of(q.task_done))


@case(
    "Q40 shutdown at once: items are dropped, joiners go on",
    ([None] + ["QueueShutDown"] * 5 + ["ValueError", 0, True]) * 3,
    needs="QueueShutDown",
)
async def _(say):
    for kind in KINDS:
        q = kind(2)
        q.put_nowait(1)
        q.put_nowait(2)
        task = asyncio.create_task(error_of(lambda: q.put(3)))
        joiner = asyncio.create_task(q.join())
        await settle()
        q.shutdown(immediate=True)
        say(await joiner)
        say(await task)
        await all_shut(say, q)
        say(await error_of(q.task_done))
        say(q.qsize())
        say(q.empty())


@case(
    "Q41 shutdown at once, and one item is being worked on",
    [1, "joining", "joined", "ValueError"] * 3,
    needs="QueueShutDown",
)
async def _(say):
    for kind in KINDS:
        q = kind()
        q.put_nowait(1)
        q.put_nowait(2)
        say(await q.get() if kind is not asyncio.LifoQueue else 1 if await q.get() == 2 else 0)
        q.shutdown(True)

        async def join():
            await q.join()
            say("joined")

        joiner = asyncio.create_task(join())
        await settle()
        say("joining")
        q.task_done()
        await joiner
        say(await error_of(q.task_done))


@case(
    "first drained, then at once; and twice",
    ["maxsize=0 _queue=[1] tasks=1 shutdown", "maxsize=0 shutdown"],
    needs="QueueShutDown",
)
async def _(say):
    q = asyncio.Queue()
    q.put_nowait(1)
    q.shutdown()
    q.shutdown()
    say(format_(q))
    q.shutdown(immediate=True)
    q.shutdown()
    say(format_(q))


# ---- misuse ----


@case("misuse", ["TypeError"] * 5)
async def _(say):
    q = asyncio.Queue()
    for wrong in (
        lambda: asyncio.Queue(loop=None),
        lambda: asyncio.Queue(1, 2),
        lambda: q.put(),
        lambda: q.put_nowait(),
        lambda: q.put_nowait(1, 2),
    ):
        say(await error_of(wrong))


@case("other kinds are Queues, too; properties cannot be set", [True, True, "AttributeError"])
async def _(say):
    say(isinstance(asyncio.LifoQueue(), asyncio.Queue))
    say(isinstance(asyncio.PriorityQueue(), asyncio.Queue))

    def set_it():
        asyncio.Queue().maxsize = 3

    say(await error_of(set_it))


@case("a class of one's own", [[1, 2], True, 2, [1, 2]])
async def _(say):
    class Mine(asyncio.Queue):
        def both(self):
            return [self.get_nowait(), self.get_nowait()]

    q = Mine(2)
    await q.put(1)
    await q.put(2)
    say(q.both())
    say(q.empty())
    say(q.maxsize)

    class Urgent(asyncio.PriorityQueue):
        pass

    q = Urgent()
    q.put_nowait(2)
    q.put_nowait(1)
    say(drain(q))


main("queue")

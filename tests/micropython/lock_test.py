# asyncio.Lock: the cases L1 to L12 of CPython's suite, and what our contract adds.
import asyncio
from check import MICROPYTHON, cancelled, case, main, settle


def user(say, lock, name, turns=0):
    """Takes the lock, keeps it for some turns, or for good if turns is None."""

    async def use():
        say("%s %s" % (name, await lock.acquire()))
        if turns is not None:
            for _ in range(turns):
                await asyncio.sleep(0)
            lock.release()

    return asyncio.create_task(use())


@case("L1 repr", ["unlocked", "locked", "one waits", "Lock"])
async def _(say):
    lock = asyncio.Lock()
    if "[unlocked]" in repr(lock):
        say("unlocked")
    await lock.acquire()
    if "[locked]" in repr(lock):
        say("locked")
    task = user(say, lock, "never")
    await settle()
    if "[locked, waiters:1]" in repr(lock):
        say("one waits")
    task.cancel()
    await cancelled(task)
    if "Lock" in repr(lock):
        say("Lock")


@case("L2 a lock cannot be awaited, and stays free", ["TypeError", False])
async def _(say):
    lock = asyncio.Lock()
    try:
        await lock
    except TypeError:
        say("TypeError")
    say(lock.locked())


@case("L3 there is no parameter `loop`, and no other", ["TypeError", "TypeError"])
async def _(say):
    for arguments in ({"loop": None}, {"n": 1}):
        try:
            asyncio.Lock(**arguments)
        except TypeError:
            say("TypeError")


@case("L4 `with await lock` is a mistake, and the lock stays free", ["TypeError", False])
async def _(say):
    lock = asyncio.Lock()
    try:
        with await lock:
            pass
    except TypeError:
        say("TypeError")
    say(lock.locked())


@case(
    "L5 first come, first served; each release lets one in",
    ["1 True", "nobody else", "2 True", "3 True"],
)
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    one, two = user(say, lock, "1", None), user(say, lock, "2", None)
    await settle()
    lock.release()
    await asyncio.sleep(0)
    await settle()
    say("nobody else")
    three = user(say, lock, "3", None)
    lock.release()
    await settle()
    lock.release()
    await settle()
    for task in (one, two, three):
        await task


@case("L6 a cancelled waiter leaves the line", [True, False])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    task = user(say, lock, "never")
    await settle()
    task.cancel()
    say(await cancelled(task))
    lock.release()
    say(lock.locked())


@case("L7 handed over and cancelled in one step: it goes to the next", ["free for asyncio", "c True", True, False])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    b, c = user(say, lock, "b"), user(say, lock, "c")
    await settle()
    lock.release()
    if not lock.locked():
        say("free for asyncio")
    b.cancel()
    say(await cancelled(b))
    await c
    say(lock.locked())


@case("L8 cancelled first, then released: one owner only", ["b True", True, "c waits", "c True"])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    a, b, c = user(say, lock, "a", None), user(say, lock, "b", None), user(say, lock, "c", None)
    await settle()
    loop = asyncio.get_running_loop() if hasattr(asyncio, "get_running_loop") else asyncio.get_event_loop()
    loop.call_soon(a.cancel)
    loop.call_soon(lock.release)  # by nobody's task: the lock asks for no owner
    await settle()
    say(await cancelled(a))
    await b
    await settle()
    say("c done" if c.done() else "c waits")
    lock.release()
    await c


@case("L9 the first waiter is cancelled, then released: the second has it", ["b True", True])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    a, b = user(say, lock, "a"), user(say, lock, "b")
    await settle()
    a.cancel()
    lock.release()
    say(await cancelled(a))
    await b


@case("L10 L11 release without acquire, and without waiters", ["RuntimeError", False, "RuntimeError"])
async def _(say):
    lock = asyncio.Lock()
    try:
        lock.release()
    except RuntimeError:
        say("RuntimeError")
    await lock.acquire()
    lock.release()
    say(lock.locked())
    try:
        lock.release()
    except RuntimeError:
        say("RuntimeError")


@case("L12 a block holds it, and gives None", [None, True, False, "ZeroDivisionError", False])
async def _(say):
    lock = asyncio.Lock()
    async with lock as given:
        say(given)
        say(lock.locked())
    say(lock.locked())
    try:
        async with lock:
            1 / 0
    except ZeroDivisionError:
        say("ZeroDivisionError")
    say(lock.locked())


@case("nobody overtakes who was handed it and has not run", ["a True", "main"])
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    a = user(say, lock, "a")
    await settle()
    lock.release()
    await lock.acquire()
    say("main")
    lock.release()
    await a


@case("a cancel after it has run does not give it back", ["a True", True, True])
async def _(say):
    lock = asyncio.Lock()

    async def keep():
        await lock.acquire()
        say("a True")
        await asyncio.sleep(60)

    task = asyncio.create_task(keep())
    await settle()
    task.cancel()
    say(await cancelled(task))
    say(lock.locked())


@case("a timeout in the middle of the line", ["TimeoutError", "a True", "c True"], needs="wait_for")
async def _(say):
    lock = asyncio.Lock()
    await lock.acquire()
    a = user(say, lock, "a")
    await settle()

    async def late():
        try:
            await asyncio.wait_for(lock.acquire(), 0.01)
        except asyncio.TimeoutError:
            say("TimeoutError")

    b = asyncio.create_task(late())
    await settle()
    c = user(say, lock, "c")
    await b
    lock.release()
    await a
    await c


@case("its holder has ended: it stays held, and can be released", [20, False])
async def _(say):
    locks = [asyncio.Lock() for _ in range(20)]
    for lock in locks:
        await asyncio.create_task(lock.acquire())
    if MICROPYTHON:
        import gc

        gc.collect()
        junk = []
        try:
            while True:
                junk.append(b"\x02" * 300)  # over what is left of the tasks
        except MemoryError:
            junk = None
    say([lock.locked() for lock in locks].count(True))
    locks[0].release()
    say(locks[0].locked())


@case("many tasks take turns", ["0123456789" * 3])
async def _(say):
    lock = asyncio.Lock()
    said = []

    async def go(name):
        for _ in range(3):
            async with lock:
                said.append(name)

    await lock.acquire()
    tasks = [asyncio.create_task(go(str(i))) for i in range(10)]
    await settle()
    lock.release()
    for task in tasks:
        await task
    say("".join(said))


main("lock")

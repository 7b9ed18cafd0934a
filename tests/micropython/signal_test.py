# cosy.Signal and asyncio.ThreadSafeFlag: set by tasks, by scheduled functions and by other threads, in real time.
import asyncio
import cosy
import gc
import micropython
import time
from check import case, main, settle

try:
    import _thread
except ImportError:
    _thread = None
try:
    import socket
except ImportError:
    socket = None


def waiter(say, name, signal, times=1):
    async def wait():
        for _ in range(times):
            await signal.wait()
            say(name)

    return asyncio.create_task(wait())


def from_thread(fn):
    """Calls a function from another thread, a little later; without threads, from a function that is scheduled."""
    if _thread:

        def run():
            time.sleep_ms(5)
            fn()

        _thread.start_new_thread(run, ())
    else:
        micropython.schedule(lambda _: fn(), None)


# ---- Signal ----


@case("Signal: each set lets one waiter go, in order; none is lost", ["a", "b", "later", "later"])
async def _(say):
    signal = cosy.Signal()
    tasks = [waiter(say, "a", signal), waiter(say, "b", signal)]
    await settle()
    for _ in range(4):
        signal.set()
    for task in tasks:
        await task
    await waiter(say, "later", signal, 2)


@case("Signal: raise_ is set by another name", ["a"])
async def _(say):
    signal = cosy.Signal()
    signal.raise_()
    await waiter(say, "a", signal)


@case("Signal: a latch remembers one set, and a set lets all go", ["a", "TimeoutError", "b", "c"])
async def _(say):
    signal = cosy.Signal(latch=True)
    for _ in range(3):
        signal.set()
    await waiter(say, "a", signal)
    try:
        await signal.wait(timeout=0.01)
    except asyncio.TimeoutError:
        say("TimeoutError")
    tasks = [waiter(say, "b", signal), waiter(say, "c", signal)]
    await settle()
    signal.set()
    for task in tasks:
        await task


@case("Signal: a cancelled waiter's set goes to the next", ["b"])
async def _(say):
    signal = cosy.Signal()
    a, b = waiter(say, "a", signal), waiter(say, "b", signal)
    await settle()
    signal.set()
    a.cancel()
    await b


@case("Signal: set by another thread while the loop is idle", ["woken"])
async def _(say):
    signal = cosy.Signal()
    from_thread(signal.set)
    await signal.wait(timeout=5)
    say("woken")


@case("Signal: a thousand sets by another thread", [1000])
async def _(say):
    signal = cosy.Signal()

    def many():
        for _ in range(1000):
            signal.set()

    from_thread(many)
    n = 0
    while n < 1000:
        await signal.wait(timeout=5)
        n += 1
    say(n)


@case("Signal: set by a scheduled function", ["woken"])
async def _(say):
    signal = cosy.Signal()
    micropython.schedule(lambda s: s.set(), signal)
    await signal.wait(timeout=5)
    say("woken")


@case("Signal: in a select, and what lost takes no set", [(1, None), (0, "slept"), "kept"])
async def _(say):
    one, two = cosy.Signal(), cosy.Signal()
    two.set()
    say(await cosy.select(one.wait(), two.wait(), timeout=5))
    one.set()
    say(await cosy.select(asyncio.sleep(0, "slept"), one.wait()))
    await one.wait(timeout=5)
    say("kept")


@case("Signal: who waits after a set does not wait, nor does a select", ["at once", (0, None), (1, None), "other"])
async def _(say):
    signal, flag = cosy.Signal(), asyncio.ThreadSafeFlag()

    async def other():
        say("other")

    task = asyncio.create_task(other())
    signal.set()
    await signal.wait()
    say("at once")
    signal.set()
    say(await cosy.select(signal.wait(), asyncio.sleep(0)))
    flag.set()
    say(await cosy.select(asyncio.Event().wait(), flag.wait()))
    await task


@case("Signal: dropped right after its set, and set without anybody waiting", ["alive"])
async def _(say):
    # What the inbox points to must not be collected: it would be overwritten by what is allocated next.
    for _ in range(200):
        cosy.Signal().set()
        asyncio.ThreadSafeFlag().set()
    gc.collect()
    rubbish = [bytearray(b"\xff" * 40) for _ in range(gc.mem_free() * 3 // 4 // 160)]
    await asyncio.sleep(0.001)
    signal = cosy.Signal()
    signal.set()
    await signal.wait()
    del rubbish
    gc.collect()
    signal.set()
    await signal.wait(timeout=5)
    say("alive")


@case("Signal: sets allocate nothing", ["a", "b"])
async def _(say):
    signal, flag = cosy.Signal(), asyncio.ThreadSafeFlag()
    micropython.heap_lock()
    signal.set()
    flag.set()
    flag.set()
    micropython.heap_unlock()
    await waiter(say, "a", signal)
    await waiter(say, "b", flag)


@case("Signal: misuse", ["TypeError", "TypeError", "TypeError"])
async def _(say):
    for call in (lambda: cosy.Signal(1, 2), lambda: cosy.Signal().wait(5), lambda: asyncio.ThreadSafeFlag(1)):
        try:
            call()
        except TypeError as error:
            say(type(error).__name__)


# ---- ThreadSafeFlag ----


@case("ThreadSafeFlag: a wait clears it; set twice is set once", ["a", "TimeoutError"])
async def _(say):
    flag = asyncio.ThreadSafeFlag()
    flag.set()
    flag.set()
    await waiter(say, "a", flag)
    i, _value = await cosy.select(flag.wait(), asyncio.sleep(0.01))
    say("set" if i == 0 else "TimeoutError")


@case("ThreadSafeFlag: a set that comes when it is waited for leaves it clear", ["a", "clear"])
async def _(say):
    flag = asyncio.ThreadSafeFlag()
    task = waiter(say, "a", flag)
    await settle()
    flag.set()
    await task
    i, _value = await cosy.select(flag.wait(), asyncio.sleep(0.01))
    say("set" if i == 0 else "clear")


@case("ThreadSafeFlag: clear takes a set back, seen by the loop or not", ["clear", "clear", "waits"])
async def _(say):
    flag = asyncio.ThreadSafeFlag()
    for turns in (0, 3):
        flag.set()
        for _ in range(turns):
            await asyncio.sleep(0.002)
        flag.clear()
        i, _value = await cosy.select(flag.wait(), asyncio.sleep(0))
        say("set" if i == 0 else "clear")
    task = waiter(say, "woken", flag)
    await settle()
    flag.set()
    flag.clear()
    await asyncio.sleep(0.01)
    say("waits")
    task.cancel()


@case("ThreadSafeFlag: several waiters all go", ["a", "b"])
async def _(say):
    flag = asyncio.ThreadSafeFlag()
    tasks = [waiter(say, "a", flag), waiter(say, "b", flag)]
    await settle()
    flag.set()
    for task in tasks:
        await task


if socket:

    @case("ThreadSafeFlag: set by another thread while the loop waits for a stream, too", ["woken"])
    async def _(say):
        # The poller would wait for the stream for a second; the set must end that.
        listener = socket.socket()
        listener.bind(socket.getaddrinfo("127.0.0.1", 0)[0][-1])
        listener.listen(1)
        listener.setblocking(False)

        async def accept():
            await asyncio.StreamReader(listener).read(1)

        accepting = asyncio.create_task(accept())
        await settle()
        flag = asyncio.ThreadSafeFlag()
        for _ in range(30):  # if each took as long as that, the limit of a case would be over
            from_thread(flag.set)
            await flag.wait()
        say("woken")
        accepting.cancel()
        await settle()
        listener.close()


main("signal")

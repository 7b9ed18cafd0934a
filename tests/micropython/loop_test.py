# The loop: running it, callbacks, and that it is usable after whatever ended a run.
import asyncio
import gc
import time
from check import MICROPYTHON, case, main, settle

try:
    import _thread
except ImportError:
    _thread = None
try:
    import micropython
except ImportError:
    micropython = None
try:
    import socket
except ImportError:
    socket = None

OURS = "Loop"


def kind(error):
    return type(error).__name__


async def gives(value, turns=1):
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


def usable(say):
    say("usable %d" % asyncio.run(gives(1)))


def ends_with(say, body):
    try:
        asyncio.run(body())  # nobody else keeps the coroutine, which may hold much
        say("nothing")
    except BaseException as error:
        say(kind(error))
    usable(say)


# ---- run ----


@case("run gives the result", [5])
def _(say):
    say(asyncio.run(gives(5)))


@case("run raises the exception", ["ValueError", "usable 1"])
def _(say):
    async def body():
        raise ValueError

    ends_with(say, body)


@case("a main task that is cancelled", ["CancelledError", "usable 1"])
def _(say):
    async def body():
        asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
        await asyncio.sleep(30)

    ends_with(say, body)


@case("not within a run", ["RuntimeError", 2])
async def _(say):
    coro = gives(1)
    try:
        asyncio.run(coro)
    except RuntimeError as error:
        say(kind(error))
    coro.close()
    say(await gives(2))


@case("what is no coroutine", ["refused", "refused", "usable 1"])
def _(say):
    for thing in (5, None):
        try:
            asyncio.run(thing)
        except (TypeError, ValueError):
            say("refused")
    usable(say)


@case("tasks that are left stay for the next run", ["cancelled", "new run"], ours=("X9", ["new run", "goes on"]))
def _(say):
    async def rests():
        try:
            await asyncio.sleep(0.01)
            say("goes on")
        except asyncio.CancelledError:
            say("cancelled")
            raise

    async def first():
        asyncio.create_task(rests())
        await asyncio.sleep(0)

    async def second():
        say("new run")
        await asyncio.sleep(0.03)

    asyncio.run(first())
    asyncio.run(second())


@case("KeyboardInterrupt in a task ends the run", ["KeyboardInterrupt", "usable 1", "KeyboardInterrupt", "usable 1"])
def _(say):
    async def bad():
        raise KeyboardInterrupt

    async def body():
        asyncio.create_task(bad())
        await asyncio.sleep(30)

    ends_with(say, bad)
    ends_with(say, body)


@case("who awaited the task gets it before the run ends; the next run is not ended", ["got it", "KeyboardInterrupt", "usable 1"])
def _(say):
    async def bad():
        raise KeyboardInterrupt

    async def body():
        try:
            await asyncio.create_task(bad())
        except BaseException:
            say("got it")
            raise

    async def longer():
        await gives(None, 5)

    try:
        asyncio.run(body())
    except KeyboardInterrupt as error:
        say(kind(error))
    asyncio.run(longer())
    usable(say)


@case("SystemExit, too", ["SystemExit", "usable 1"])
def _(say):
    async def bad():
        raise SystemExit(3)

    ends_with(say, bad)


@case("KeyboardInterrupt in a callback", ["KeyboardInterrupt", "usable 1"])
def _(say):
    def bad():
        raise KeyboardInterrupt

    async def body():
        asyncio.get_running_loop().call_soon(bad)
        await asyncio.sleep(30)

    ends_with(say, body)


@case("taskgroup 20: KeyboardInterrupt in a child passes bare", ["KeyboardInterrupt", "usable 1"])
def _(say):
    async def bad():
        raise KeyboardInterrupt

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(bad())
            await asyncio.sleep(30)

    ends_with(say, body)


@case("taskgroup 20a: in the body", ["child cancelled", "KeyboardInterrupt", "usable 1"])
def _(say):
    async def rests():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            say("child cancelled")
            raise

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(rests())
            await asyncio.sleep(0)
            raise KeyboardInterrupt

    ends_with(say, body)


@case("too deep a recursion is a RuntimeError of its task", ["RuntimeError", "usable 1"], needs=OURS)
def _(say):
    def deep():
        deep()

    async def body():
        deep()

    ends_with(say, body)


@case("too deep an await, too", ["RuntimeError", "usable 1"], needs=OURS)
def _(say):
    async def deep():
        await deep()

    ends_with(say, deep)


@case("a full heap is a MemoryError of its task", ["MemoryError", "usable 1"], needs=OURS)
def _(say):
    async def body():
        all_ = []
        while True:
            all_.append(bytearray(1000))

    ends_with(say, body)
    gc.collect()


@case("full of tasks", ["MemoryError", "usable 1"], needs=OURS)
def _(say):
    async def body():
        event = asyncio.Event()
        tasks = []
        try:
            while True:
                tasks.append(asyncio.create_task(event.wait()))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.sleep(0)

    ends_with(say, body)


@case("full of tasks that stay: a new loop gets rid of them", ["MemoryError", "usable 1"], needs=OURS)
def _(say):
    async def body():
        event = asyncio.Event()
        while True:
            asyncio.create_task(event.wait())

    try:
        asyncio.run(body())
    except MemoryError as error:
        asyncio.new_event_loop()
        say(kind(error))
    usable(say)


@case("full when a callback is due", ["MemoryError", "usable 1"], needs=OURS)
def _(say):
    async def body():
        future = asyncio.get_running_loop().create_future()
        for _ in range(3):
            future.add_done_callback(say)
        set_result = future.set_result
        micropython.heap_lock()
        set_result(1)
        micropython.heap_unlock()
        await asyncio.sleep(30)

    try:
        ends_with(say, body)
    finally:
        while micropython.heap_unlock():
            pass


# ---- callbacks from elsewhere ----


def from_thread(fn):
    """Calls a function from another thread, a little later; without threads, from a function that is scheduled."""
    if _thread:

        def run():
            time.sleep(0.005)
            fn()

        _thread.start_new_thread(run, ())
    else:
        micropython.schedule(lambda _: fn(), None)


def from_schedule(fn):
    if micropython:
        micropython.schedule(lambda _: fn(), None)
    else:
        from_thread(fn)


def from_here(fn):
    fn()


FROM = (("a task", from_here), ("a scheduled function", from_schedule), ("another thread", from_thread))


def add_from(where, start):
    """What is the same wherever the call comes from. The loop idles until the callback comes."""

    @case("call_soon_threadsafe from %s: in order" % where, [1, 2, 3, "done"])
    async def _(say):
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def calls():
            for i in range(1, 4):
                loop.call_soon_threadsafe(say, i)
            loop.call_soon_threadsafe(done.set)

        start(calls)
        await done.wait()
        say("done")

    @case("call_soon_threadsafe from %s: called off in time" % where, [[False, True], "b", True])
    async def _(say):
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        handles = []

        # From a thread it may come out of the inbox between these two: what stands before it calls it off, then.
        def calls():
            loop.call_soon_threadsafe(lambda: handles[0].cancel())
            loop.call_soon_threadsafe(say, "b")
            loop.call_soon_threadsafe(done.set)

        def first():
            handles.append(loop.call_soon_threadsafe(say, "a"))
            before = handles[0].cancelled()
            handles[0].cancel()
            say([before, handles[0].cancelled()])
            calls()

        # The loop stands meanwhile.
        ended = []
        start(lambda: (first(), ended.append(1)))
        while not ended:
            time.sleep(0.001)
        await done.wait()
        handles[0].cancel()
        say(handles[0].cancelled())

    @case("call_soon_threadsafe from %s: what it raises goes to the handler" % where, ["handler KeyError", "done"])
    async def _(say):
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def bad():
            raise KeyError

        def calls():
            loop.call_soon_threadsafe(bad)
            loop.call_soon_threadsafe(done.set)

        loop.set_exception_handler(lambda loop, context: say("handler " + kind(context["exception"])))
        start(calls)
        await done.wait()
        loop.set_exception_handler(None)
        say("done")


for where, start in FROM:
    add_from(where, start)


@case("call_soon_threadsafe: called off after it has come in, before its turn", ["first", "over"])
async def _(say):
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    handles = []

    def first():
        say("first")
        handles[1].cancel()

    handles.append(loop.call_soon_threadsafe(first))
    handles.append(loop.call_soon_threadsafe(say, "second"))
    loop.call_soon_threadsafe(done.set)
    await done.wait()
    say("over")


@case("call_soon_threadsafe: before the run", ["early", "usable 1"])
def _(say):
    loop = asyncio.new_event_loop()
    loop.call_soon_threadsafe(say, "early")
    loop.call_soon_threadsafe(loop.stop)
    loop.run_forever()
    loop.close()
    usable(say)


@case("call_soon_threadsafe: nothing of an old loop comes in a new one", ["usable 1"])
def _(say):
    loop = asyncio.new_event_loop()
    loop.call_soon_threadsafe(say, "of old")
    loop.close()
    asyncio.new_event_loop().close()
    asyncio.run(asyncio.sleep(0.002))  # long enough for it to come
    usable(say)


@case("call_soon_threadsafe: many, of which nobody keeps the handle", [100, True])
async def _(say):
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    came, ended = [], []

    def calls():
        for i in range(100):
            loop.call_soon_threadsafe(came.append, [i])
        loop.call_soon_threadsafe(done.set)
        ended.append(1)

    from_thread(calls)
    # The loop stands meanwhile, as MicroPython without a big lock may collect what one thread moves while another collects.
    while not ended:
        time.sleep(0.001)
    gc.collect()
    rubbish = [bytearray(b"\xff" * 40) for _ in range(200)]
    await done.wait()
    del rubbish
    say(len(came))
    say(came == [[i] for i in range(100)])


@case("call_soon_threadsafe: KeyboardInterrupt ends the run", ["KeyboardInterrupt", "usable 1"])
def _(say):
    def bad():
        raise KeyboardInterrupt

    async def body():
        loop = asyncio.get_running_loop()
        from_thread(lambda: loop.call_soon_threadsafe(bad))
        await asyncio.sleep(30)

    ends_with(say, body)


@case("call_soon_threadsafe: out of a wait for a stream", ["woken"], needs=OURS if socket else "no sockets")
async def _(say):
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    listener = socket.socket()
    listener.bind(socket.getaddrinfo("127.0.0.1", 0)[0][-1])
    listener.listen(1)

    def accept():
        yield asyncio.core._io_queue.queue_read(listener)

    task = asyncio.create_task(accept())
    await settle()
    from_thread(lambda: loop.call_soon_threadsafe(done.set))
    await done.wait()
    say("woken")
    task.cancel()
    await settle()
    listener.close()


@case("call_soon_threadsafe: what cannot be called", ["TypeError"], needs=OURS)
async def _(say):
    try:
        asyncio.get_running_loop().call_soon_threadsafe(5)
    except TypeError as error:
        say(kind(error))


# ---- a loop in hand ----


@case("run_until_complete", [1, 2, True])
def _(say):
    loop = asyncio.new_event_loop()
    say(loop.run_until_complete(gives(1)))
    future = loop.create_future()
    loop.call_soon(future.set_result, 2)
    say(loop.run_until_complete(future))
    say(future.get_loop() is loop)
    loop.close()


@case("stopped before its future is done", ["RuntimeError"])
def _(say):
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    loop.call_soon(loop.stop)
    try:
        loop.run_until_complete(future)
    except RuntimeError as error:
        say(kind(error))
    loop.close()


@case("running, or not", [False, True, "RuntimeError", "RuntimeError", "RuntimeError"])
def _(say):
    loop = asyncio.new_event_loop()

    async def body():
        return loop.is_running()

    say(loop.is_running())
    say(loop.run_until_complete(body()))
    for ask in asyncio.get_running_loop, asyncio.current_task, asyncio.all_tasks:
        try:
            ask()
        except RuntimeError as error:
            say(kind(error))
    loop.close()


@case("callbacks run in order, after what was ready", ["ready", "a", "b", "later"])
async def _(say):
    loop = asyncio.get_running_loop()

    async def ready():
        say("ready")

    task = asyncio.create_task(ready())
    loop.call_later(0.005, say, "later")
    loop.call_soon(say, "a")
    loop.call_soon(say, "b")
    await asyncio.sleep(0.02)
    await task


@case("call_later in the order of the times", ["a", "b", "c"])
async def _(say):
    loop = asyncio.get_running_loop()
    now = loop.time()
    loop.call_later(0.02, say, "c")
    loop.call_later(0.01, say, "b")
    loop.call_at(now + 0.005, say, "a")
    await asyncio.sleep(0.05)


@case("a callback can be called off", [False, True, True, "over"])
async def _(say):
    loop = asyncio.get_running_loop()
    handles = [loop.call_soon(say, "soon"), loop.call_later(0.01, say, "later")]
    say(handles[0].cancelled())
    for handle in handles:
        handle.cancel()
        say(handle.cancelled())
    await asyncio.sleep(0.02)
    say("over")


@case("when a callback is due", [True])
async def _(say):
    loop = asyncio.get_running_loop()
    handle = loop.call_at(loop.time() + 30, say, "never")
    say(29 < handle.when() - loop.time() <= 30)
    handle.cancel()


@case("an exception in a callback is told of, and ends nothing", ["handler KeyError", "next", "handler Odd"])
async def _(say):
    class Odd(BaseException):
        pass

    def bad(error):
        raise error

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say("handler " + kind(context["exception"])))
    loop.call_soon(bad, KeyError())
    loop.call_soon(say, "next")
    loop.call_soon(bad, Odd())
    await settle()
    loop.set_exception_handler(None)


@case("what cannot be called", ["TypeError"], needs=OURS)
async def _(say):
    try:
        asyncio.get_running_loop().call_soon(5)
    except TypeError as error:
        say(kind(error))


@case("the handler itself", [None, True, "TypeError", "told"])
async def _(say):
    loop = asyncio.get_running_loop()
    say(loop.get_exception_handler())
    handler = lambda loop, context: say(context["message"])
    loop.set_exception_handler(handler)
    say(loop.get_exception_handler() is handler)
    try:
        loop.set_exception_handler(5)
    except TypeError as error:
        say(kind(error))
    loop.call_exception_handler({"message": "told", "exception": None, "future": None})
    loop.set_exception_handler(None)


main("loop")

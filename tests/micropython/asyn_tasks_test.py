# The module asyn, what it does with tasks: Gather, Cancellable, NamedTask and the rest. As asyn_test.py.
import asyncio

import asyn
import cosy

from check import cancelled, case, main, settle

cosy.virtual(True)
loop = asyncio.get_event_loop()
create_task = asyncio.create_task
sleep_ms = asyncio.sleep_ms


def ms():
    return round(loop.time() * 1000)


def raises(say, fn, *args):
    try:
        fn(*args)
    except Exception as error:
        say(type(error).__name__)


class Reports:
    """What is reported while the block runs is said instead."""

    def __init__(self, say):
        self.say = say

    def __enter__(self):
        loop.set_exception_handler(lambda loop, context: self.say("reported " + repr(context["exception"])))

    def __exit__(self, *error):
        loop.set_exception_handler(None)


# ---- Gather ----


async def count(n, pause=10):
    """Counts until its time is out, and gives how far it came."""
    try:
        while True:
            await sleep_ms(pause)
            n += 1
    except asyncio.TimeoutError:
        return n


async def double(n, pause=10):
    await sleep_ms(pause)
    return n * 2


@case("Gather: results in order of the list, however long each takes", ["[2, 4, 13]", "35 ms"])
async def _(say):
    before = ms()
    say(str(await asyn.Gather([asyn.Gatherable(double, 1, pause=20), asyn.Gatherable(double, 2),
                               asyn.Gatherable(count, 10, timeout=0.035)])))
    say("%d ms" % (ms() - before))


@case("Gather: an exception ends it (there: it hung, the loop ended); the others go on", ["ValueError", "slow"])
async def _(say):
    async def bad():
        await sleep_ms(5)
        raise ValueError

    async def slow():
        await sleep_ms(20)
        say("slow")

    try:
        await asyn.Gather((asyn.Gatherable(slow), asyn.Gatherable(bad)))
    except ValueError:
        say("ValueError")
    await sleep_ms(50)


@case("Gather: what nobody awaits is reported, and is still there", ["reported ValueError('x',)", "ValueError"])
async def _(say):
    async def bad():
        raise ValueError("x")

    with Reports(say):
        gather = asyn.Gather([asyn.Gatherable(bad)])
        await settle()
    try:
        await gather
    except ValueError:
        say("ValueError")


@case("Gather: a timeout that is not caught comes out", ["TimeoutError after 30 ms"])
async def _(say):
    before = ms()
    try:
        await asyn.Gather([asyn.Gatherable(double, 1, pause=100, timeout=0.03)])
    except asyncio.TimeoutError:
        say("TimeoutError after %d ms" % (ms() - before))


@case("Gather: who ends in time is not disturbed afterwards", ["[2]", "end"])
async def _(say):
    async def task():
        say(str(await asyn.Gather([asyn.Gatherable(double, 1, timeout=0.03)])))
        await sleep_ms(100)
        say("end")

    await create_task(task())


@case("Gather: a cancel is passed on, and comes back when the tasks have ended", ["cleaned up", "True", "5 ms"])
async def _(say):
    async def child():
        try:
            await sleep_ms(1000)
        except asyn.StopTask:
            await sleep_ms(5)
            say("cleaned up")
            raise

    async def task():
        await asyn.Gather([asyn.Gatherable(child)])

    task = create_task(task())
    await settle()
    before = ms()
    task.cancel()
    say(str(await cancelled(task)))
    say("%d ms" % (ms() - before))


@case("Gather: children that swallow the cancel do not swallow it for who waits", ["True"])
async def _(say):
    async def child():
        try:
            await sleep_ms(1000)
        except asyn.StopTask:
            pass

    async def task():
        await asyn.Gather([asyn.Gatherable(child)])

    task = create_task(task())
    await settle()
    task.cancel()
    say(str(await cancelled(task)))


@case("Gather: of nothing, and awaited by two", ["[]", "[2]", "[2]"])
async def _(say):
    say(str(await asyn.Gather([])))
    gather = asyn.Gather([asyn.Gatherable(double, 1)])

    async def task():
        say(str(await gather))

    a, b = create_task(task()), create_task(task())
    await a
    await b


@case("Gather: misuse; if one coroutine cannot be made none runs", ["TypeError"] * 6)
async def _(say):
    async def no():
        say("ran")

    raises(say, asyn.Gather)
    raises(say, asyn.Gather, [5])
    raises(say, asyn.Gather, [asyn.Gatherable(no), asyn.Gatherable(double)])
    raises(say, asyn.Gatherable)
    raises(say, asyn.Gatherable, 5)
    raises(say, lambda: asyn.Gatherable(no, timeout="x"))
    await settle()


# ---- Cancellable ----


def stoppable(say):
    @asyn.cancellable
    async def work(name, clean_up=0):
        try:
            await asyncio.sleep(1)
            say(name + " done")
        except asyn.StopTask:
            if clean_up:
                await sleep_ms(clean_up)
            say(name + " stopped")
            raise

    return work


@case("Cancellable: cancel_all stops a group and waits for its end (there: 82 ms late)",
      ["A stopped", "B stopped", "after 20 ms", "C done"])
async def _(say):
    work = stoppable(say)
    loop.create_task(asyn.Cancellable(work, "A")())
    loop.create_task(asyn.Cancellable(work, "B", clean_up=20)())
    c = loop.create_task(asyn.Cancellable(work, "C", group=1)())
    await settle()
    before = ms()
    await asyn.Cancellable.cancel_all()
    say("after %d ms" % (ms() - before))
    await c


@case("Cancellable: nowait", ["asked", "A stopped"])
async def _(say):
    loop.create_task(asyn.Cancellable(stoppable(say), "A", group="g")())
    await settle()
    await asyn.Cancellable.cancel_all("g", nowait=True)
    say("asked")
    await settle()


@case("Cancellable: a group that is empty, or has ended", ["None", "None"])
async def _(say):
    async def nothing():
        pass

    say(str(await asyn.Cancellable.cancel_all("empty")))
    loop.create_task(asyn.Cancellable(asyn.cancellable(nothing), group="ended")())
    await settle()
    say(str(await asyn.Cancellable.cancel_all("ended")))


@case("Cancellable: awaited it gives the result", ["8", "6"])
async def _(say):
    work = asyn.cancellable(double)
    say(str(await asyn.Cancellable(work, 4)))
    say(str(await loop.create_task(asyn.Cancellable(work, 3)())))


@case("Cancellable: awaited and cancelled, it is cancelled, not the task around it",
      ["A stopped", "StopTask", "0", "goes on", "done"])
async def _(say):
    async def task():
        try:
            await asyn.Cancellable(stoppable(say), "A", group="g")
        except asyn.StopTask:
            say("StopTask")
        say(str(asyncio.current_task().cancelling()))
        await sleep_ms(10)
        say("goes on")

    task = create_task(task())
    await settle()
    await asyn.Cancellable.cancel_all("g")
    await task
    say("done")


@case("Cancellable: a cancel that comes too late for it does not hit the task around it", ["5", "ended", "goes on"])
async def _(say):
    queue = asyncio.Queue()

    @asyn.cancellable
    async def put():
        await queue.put(2)
        return 5

    async def task():
        say(str(await asyn.Cancellable(put, group="g")))
        await sleep_ms(10)
        say("goes on")

    queue = asyncio.Queue(1)
    await queue.put(1)
    task = create_task(task())
    await settle()
    await queue.get()
    await asyn.Cancellable.cancel_all("g")
    say("ended")
    await task


@case("Cancellable: what has not begun never will (there: cancel_all hung)", ["1 task", "2", "True", "StopTask"])
async def _(say):
    work = stoppable(say)
    task = loop.create_task(asyn.Cancellable(work, "A", group="g")())
    waits = asyn.Cancellable(work, "B", group="g")
    await asyn.Cancellable.cancel_all("g")
    say("1 task")
    say("2")
    say(str(await cancelled(task)))
    try:
        await waits
    except asyn.StopTask:
        say("StopTask")


@case("Cancellable: two may cancel a group at once (there: the first hung)", ["A stopped", "X", "Y"])
async def _(say):
    loop.create_task(asyn.Cancellable(stoppable(say), "A", 5, group="g")())
    await settle()

    async def stop(name):
        await asyn.Cancellable.cancel_all("g")
        say(name)

    x, y = create_task(stop("X")), create_task(stop("Y"))
    await x
    await y


@case("Cancellable: who cancels his own group cancels the others", ["A stopped", "me"])
async def _(say):
    @asyn.cancellable
    async def me():
        await asyn.Cancellable.cancel_all("g")
        say("me")

    loop.create_task(asyn.Cancellable(stoppable(say), "A", group="g")())
    await settle()
    await loop.create_task(asyn.Cancellable(me, group="g")())


@case("Cancellable: a task that will not stop is waited for; one's own wait may be cancelled", ["True", "end"])
async def _(say):
    @asyn.cancellable
    async def stubborn():
        try:
            await asyncio.sleep(100)
        except asyn.StopTask:
            await sleep_ms(50)
        say("end")

    async def stop():
        await asyn.Cancellable.cancel_all("g")

    task = loop.create_task(asyn.Cancellable(stubborn, group="g")())
    await settle()
    stopper = create_task(stop())
    await sleep_ms(10)
    stopper.cancel()
    say(str(await cancelled(stopper)))
    await task


@case("Cancellable: methods", ["bound 1", "bound 2", "stopped 1"])
async def _(say):
    class Machine:
        @asyn.cancellable
        async def run(self, n, *, then=0):
            say("bound %d" % n)
            try:
                await asyncio.sleep(then)
            except asyn.StopTask:
                say("stopped %d" % n)
                raise

    machine = Machine()
    loop.create_task(asyn.Cancellable(machine.run, 1, then=50)())
    await settle()
    await machine.run(2)
    await asyn.Cancellable.cancel_all()


@case("Cancellable: without the decorator a function gets a TaskId", ["True", "True"])
async def _(say):
    async def plain(task_id, n):
        say(str(isinstance(task_id, asyn.TaskId) and isinstance(task_id(), int)))
        return n

    say(str(await asyn.Cancellable(plain, 3) == 3))


@case("Cancellable: as the loop's own, an exception comes out", ["ValueError", "False"])
def _(say):
    @asyn.cancellable
    async def bad():
        raise ValueError

    try:
        loop.run_until_complete(asyn.NamedTask("bad", bad)())
    except ValueError:
        say("ValueError")
    say(str(asyn.NamedTask.is_running("bad")))


@case("Cancellable: misuse", ["TypeError", "TypeError", "TypeError", "TypeError", "RuntimeError"])
async def _(say):
    raises(say, asyn.Cancellable)
    raises(say, asyn.Cancellable, 5)
    raises(say, asyn.Cancellable, repr)
    raises(say, asyn.cancellable, 5)
    task = asyn.Cancellable(asyn.cancellable(double), 1)
    await task
    try:
        await task
    except RuntimeError:
        say("RuntimeError")


@case("Cancellable: outside a task it cannot run", ["RuntimeError", "False"])
def _(say):
    raises(say, next, asyn.NamedTask("nobody", asyn.cancellable(double), 1))
    asyncio.run(asyn.NamedTask.cancel("nobody"))
    say(str(asyn.NamedTask.is_running("nobody")))


# ---- NamedTask ----


@case("NamedTask: cancel by name", ["True", "A stopped", "False", "False"])
async def _(say):
    loop.create_task(asyn.NamedTask("one", stoppable(say), "A")())
    await settle()
    say(str(await asyn.NamedTask.cancel("one")))
    await settle()
    say(str(await asyn.NamedTask.cancel("one")))
    say(str(await asyn.NamedTask.cancel("nobody", nowait=False)))


@case("NamedTask: cancel and wait", ["A stopped", "True after 20 ms", "False"])
async def _(say):
    loop.create_task(asyn.NamedTask("one", stoppable(say), "A", 20)())
    await settle()
    before = ms()
    say("%s after %d ms" % (await asyn.NamedTask.cancel("one", nowait=False), ms() - before))
    say(str(asyn.NamedTask.is_running("one")))


@case("NamedTask: is_running, and names that are taken", ["False", "True", "ValueError", "True", "False", "ok"])
async def _(say):
    work = asyn.namedtask(double)
    say(str(asyn.NamedTask.is_running("two")))
    task = loop.create_task(asyn.NamedTask("two", work, 1)())
    say(str(asyn.NamedTask.is_running("two")))
    raises(say, asyn.NamedTask, "two", work, 1)
    await settle()
    say(str(asyn.NamedTask.is_running("two")))
    await task
    say(str(asyn.NamedTask.is_running("two")))
    await asyn.NamedTask("two", work, 1)
    say("ok")


@case("NamedTask: its barrier hears of the end, be it by itself or by a cancel", ["A stopped", "all"])
async def _(say):
    barrier = asyn.Barrier(3)
    loop.create_task(asyn.NamedTask("a", stoppable(say), "A", barrier=barrier)())
    loop.create_task(asyn.NamedTask("b", asyn.cancellable(double), 1, barrier=barrier)())
    await settle()
    await asyn.NamedTask.cancel("a")
    await barrier
    say("all")


@case("NamedTask: names and groups of the same value", ["A stopped", "True", "B stopped"])
async def _(say):
    work = stoppable(say)
    loop.create_task(asyn.NamedTask("x", work, "A")())
    loop.create_task(asyn.Cancellable(work, "B", group="x")())
    await settle()
    say(str(await asyn.NamedTask.cancel("x", nowait=False)))
    await asyn.Cancellable.cancel_all("x")


@case("NamedTask: a class of one's own; tasks of a loop that was given up are forgotten", ["True", "False", "ok"])
def _(say):
    class Mine(asyn.NamedTask):
        pass

    async def begin():
        loop.create_task(asyn.NamedTask("old", stoppable(say), "A")())
        await settle()
        say(str(asyn.NamedTask.is_running("old")))

    asyncio.run(begin())
    asyncio.new_event_loop()
    say(str(asyn.NamedTask.is_running("old")))
    asyncio.run(Mine("old", asyn.cancellable(double), 1)())
    say("ok")


@case("NamedTask: misuse", ["TypeError", "TypeError", "AttributeError", "TypeError"])
async def _(say):
    raises(say, asyn.NamedTask)
    raises(say, asyn.NamedTask, "x")
    raises(say, lambda: asyn.NamedTask("x", asyn.cancellable(double), 1, barrier=5))
    raises(say, asyn.NamedTask, "x", 5)


# ---- the rest ----


@case("sleep: a cancel ends it at once, whatever the granularity", ["True after 5 ms", "1500 ms", "ValueError"])
async def _(say):
    before = ms()
    task = create_task(asyn.sleep(10, 1000))
    await sleep_ms(5)
    task.cancel()
    say("%s after %d ms" % (await cancelled(task), ms() - before))
    before = ms()
    await asyn.sleep(1.5, granularity=20)
    say("%d ms" % (ms() - before))
    raises(say, asyn.sleep, 1, 0)


@case("launch: a function is called, a coroutine becomes a task", ["f 1 2", "3", "g 1", "10"])
async def _(say):
    def f(a, b):
        say("f %d %d" % (a, b))
        return a + b

    async def g(a):
        say("g %d" % a)
        return 10

    say(str(asyn.launch(f, (1, 2))))
    say(str(await asyn.launch(g, (1,))))


@case("what can be awaited can be an arm of cosy.select()",
      ["(1, None)", "(1, None)", "(3, None)", "(0, None)", "False"])
async def _(say):
    event, barrier, semaphore, free = asyn.Event(), asyn.Barrier(2), asyn.Semaphore(0), asyn.Event()
    free.set()
    say(str(await cosy.select(event.wait(), free.wait())))

    def arms():
        return event.wait(), semaphore.acquire(), iter(barrier), cosy.sleep_until(cosy.now() + 10**9)

    loop.call_later_ms(5, semaphore.release)
    say(str(await cosy.select(*arms())))
    say(str(await cosy.select(*arms())))
    loop.call_later_ms(5, event.set)
    say(str(await cosy.select(*arms())))
    say(str(barrier.busy()))


@case("StopTask, TaskId", ["True", "7"])
async def _(say):
    say(str(asyn.StopTask is asyncio.CancelledError))
    say(str(asyn.TaskId(7)()))


main("asyn tasks")

# TaskGroup: rows of CPython's test_taskgroups. MicroPython has no `except*`; groups are looked into by hand.
import asyncio
from check import MICROPYTHON, cancelled, case, main, settle

try:
    Group, BaseGroup = asyncio.ExceptionGroup, asyncio.BaseExceptionGroup
except AttributeError:
    Group, BaseGroup = ExceptionGroup, BaseExceptionGroup


def kind(error):
    return type(error).__name__


def inside(error):
    """The names in a group, those of groups in it as lists."""
    if isinstance(error, BaseGroup):
        return [inside(e) for e in error.exceptions]
    return kind(error)


async def gives(value, turns=1):
    for _ in range(turns):
        await asyncio.sleep(0)
    return value


async def fails(error, turns=1):
    await gives(None, turns)
    raise error


async def rests(say, name):
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        say(name + " cancelled")
        raise


class Odd(BaseException):
    pass


# ---- all goes well ----


@case("01 results after the block", [1, 2])
async def _(say):
    async with asyncio.TaskGroup() as group:
        one = group.create_task(gives(1))
        two = group.create_task(gives(2, 5))
    say(one.result())
    say(two.result())


@case("02 a child is added while the body waits", ["body", "late child", "over"])
async def _(say):
    async def late():
        await gives(None, 5)
        say("late child")

    async with asyncio.TaskGroup() as group:
        await asyncio.sleep(0)
        group.create_task(late())
        say("body")
    say("over")


@case("an empty group", ["body", "over"])
async def _(say):
    async with asyncio.TaskGroup():
        say("body")
    say("over")


@case("03 a child that is cancelled by hand disturbs nobody", [True, 2])
async def _(say):
    async with asyncio.TaskGroup() as group:
        one = group.create_task(asyncio.sleep(30))
        two = group.create_task(gives(2, 5))
        await asyncio.sleep(0)
        one.cancel()
    say(one.cancelled())
    say(two.result())


@case("23 finished children are forgotten", ["<TaskGroup tasks=0>"], needs="Loop")
async def _(say):
    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            await group.create_task(gives(1))
        say(repr(group))


@case("24 children create siblings", ["b", "a", "over"])
async def _(say):
    async def child(name, more):
        if more:
            group.create_task(child("b", False))
        await gives(None, 1 if name == "b" else 5)
        say(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(child("a", True))
    say("over")


@case("a name arrives", ["yolo", "yolo"])
async def _(say):
    async def child():
        say(asyncio.current_task().get_name())

    async with asyncio.TaskGroup() as group:
        task = group.create_task(child(), name="yolo")
    say(task.get_name())


# ---- failures ----


@case("04 the first failure cancels siblings and body", ["sibling cancelled", "body cancelled", ["ZeroDivisionError"]])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(ZeroDivisionError(), 3))
            group.create_task(rests(say, "sibling"))
            await rests(say, "body")
            say("not reached")
    except Group as error:
        say(inside(error))


@case("the error group", ["unhandled errors in a TaskGroup", True, True, ("ValueError", 1), True])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(ValueError(1)))
    except Exception as error:
        say(error.message)
        say(isinstance(error, Group) and isinstance(error, BaseGroup))
        say(isinstance(error.exceptions, tuple))
        say((kind(error.exceptions[0]), error.exceptions[0].args[0]))
        say("1 sub-exception" in str(error))


@case("a failure while the body is over already", ["sibling cancelled", ["ValueError"], 0],
      needs=() if MICROPYTHON else "Queue.shutdown")
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(rests(say, "sibling"))
            group.create_task(fails(ValueError(), 4))
    except Group as error:
        say(inside(error))
    say(asyncio.current_task().cancelling())


@case("a failure is not reported as unseen", [["ValueError"]])
async def _(say):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: say("handler"))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(ValueError()))
    except Group as error:
        say(inside(error))
    await settle()
    loop.set_exception_handler(None)


@case("05, 06 more failures in the clean-up of siblings are in the group", [["ValueError", "KeyError"]])
async def _(say):
    async def child():
        try:
            await asyncio.sleep(30)
        finally:
            raise KeyError

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(ValueError(), 2))
            group.create_task(child())
            await asyncio.sleep(30)
    except Group as error:
        say(inside(error))


@case("09 the body fails after a wait", ["child cancelled", ["ZeroDivisionError"]])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(rests(say, "child"))
            await asyncio.sleep(0)
            1 // 0
    except Group as error:
        say(inside(error))


@case("10 the body fails at once", [["ZeroDivisionError"], True])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            child = group.create_task(rests(say, "child"))
            1 // 0
    except Group as error:
        say(inside(error))
    say(child.cancelled())


@case("13 a child of the outer group fails: flat", ["inner cancelled", ["ValueError"]])
async def _(say):
    try:
        async with asyncio.TaskGroup() as outer:
            async with asyncio.TaskGroup() as group:
                group.create_task(rests(say, "inner"))
                outer.create_task(fails(ValueError(), 3))
    except Group as error:
        say(inside(error))


@case("14 a child of the inner group fails: wrapped twice", ["outer cancelled", [["ValueError"]]])
async def _(say):
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(rests(say, "outer"))
            async with asyncio.TaskGroup() as group:
                group.create_task(fails(ValueError(), 3))
    except Group as error:
        say(inside(error))


@case("18 the body turns the cancel into another error: both", [["ValueError", "KeyError"]])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(ValueError(), 3))
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                raise KeyError
    except Group as error:
        say(inside(error))


@case("19 child and body both fail", [["ValueError", "KeyError"]])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(ValueError(), 1))
            try:
                await asyncio.sleep(30)
            finally:
                raise KeyError
    except Group as error:
        say(inside(error))


@case("21a other base exceptions are grouped with the rest", [True, False, ["Odd"]])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(Odd()))
            await asyncio.sleep(30)
    except BaseGroup as error:
        say(isinstance(error, BaseGroup))
        say(isinstance(error, Exception))
        say(inside(error))


@case("25 a child is refused while a failure shuts the group down", ["RuntimeError", ["ValueError"]])
async def _(say):
    async def child():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            try:
                group.create_task(gives(1))
            except RuntimeError as error:
                say(kind(error))
            raise

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            group.create_task(fails(ValueError(), 3))
    except Group as error:
        say(inside(error))


# ---- cancels from outside ----


@case("07, 17 the outer cancel: children and body are cancelled", ["body cancelled", "child cancelled", True])
async def _(say):
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(rests(say, "child"))
            await rests(say, "body")

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    say(await cancelled(task))


@case("22 while it waits for the children", ["child cancelled", True])
async def _(say):
    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(rests(say, "child"))
            group.create_task(gives(1))
        say("not reached")

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    say(await cancelled(task))


@case("cancelled again and again: it waits for the children all the same", ["cleaned up", True])
async def _(say):
    async def child():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            await gives(None, 30)
            say("cleaned up")

    async def body():
        async with asyncio.TaskGroup() as group:
            group.create_task(child())

    task = asyncio.create_task(body())
    await settle()
    for _ in range(3):
        task.cancel()
        await settle(5)
    say(await cancelled(task))


@case("08, 11 failures during the cancel are raised instead of it", [["KeyError"], 1])
async def _(say):
    async def child():
        try:
            await asyncio.sleep(30)
        finally:
            raise KeyError

    async def body():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
                await asyncio.sleep(30)
        except Group as error:
            say(inside(error))
            say(asyncio.current_task().cancelling())

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await cancelled(task)


@case("12 nested: wrapped once per level", [[["KeyError"]]])
async def _(say):
    async def child():
        try:
            await asyncio.sleep(30)
        finally:
            raise KeyError

    async def body():
        try:
            async with asyncio.TaskGroup():
                async with asyncio.TaskGroup() as group:
                    group.create_task(child())
                    await asyncio.sleep(30)
        except Group as error:
            say(inside(error))

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    await cancelled(task)


@case("15, 16 a child fails in an inner group of a child", [[["KeyError"]]])
async def _(say):
    async def child():
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(KeyError(), 3))
            await asyncio.sleep(30)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            await asyncio.sleep(30)
    except Group as error:
        say(inside(error))


@case("cancelling_level_preserved: the group takes back its own cancel", [["RuntimeError"], 0])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(RuntimeError(), 0))
            await asyncio.sleep(30)
    except Group as error:
        say(inside(error))
    say(asyncio.current_task().cancelling())


@case("nested_groups_both_cancelled: the outer cancel survives the inner error", [["KeyError"], ["ValueError"]],
      needs=() if MICROPYTHON else "Queue.shutdown")
async def _(say):
    try:
        async with asyncio.TaskGroup() as outer:
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(fails(KeyError(), 2))
                    outer.create_task(fails(ValueError(), 2))
            except Group as error:
                say(inside(error))
            await asyncio.sleep(30)
            say("not reached")
    except Group as error:
        say(inside(error))


@case("error_and_cancel: the error is raised, the cancel comes at the next wait", [["ValueError"], 1, "cancelled"],
      needs=() if MICROPYTHON else "Queue.shutdown")
async def _(say):
    async def body():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails(ValueError(), 3))
                task.cancel() if not MICROPYTHON else asyncio.get_running_loop().call_soon(task.cancel)
                try:
                    await asyncio.sleep(30)
                except asyncio.CancelledError:
                    await gives(None, 5)  # meanwhile the child fails
        except Group as error:
            say(inside(error))
            say(asyncio.current_task().cancelling())
        try:
            await asyncio.sleep(0.001)
        except asyncio.CancelledError:
            say("cancelled")

    task = asyncio.create_task(body())
    await cancelled(task)


@case("a late cancel goes to the task that is awaited next", [["ValueError"], "awaited cancelled", True],
      needs=() if MICROPYTHON else "Queue.shutdown")
async def _(say):
    other = asyncio.create_task(rests(say, "awaited"))

    async def child():
        try:
            await asyncio.sleep(30)
        finally:
            raise ValueError

    async def body():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
        except Group as error:
            say(inside(error))
        await other

    task = asyncio.create_task(body())
    await settle()
    task.cancel()
    say(await cancelled(task))


@case("cancellation_does_not_leak_out_of_tg", [["ValueError"], "not cancelled"])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(ValueError(), 0))
    except Group as error:
        say(inside(error))
    await asyncio.sleep(0)
    say("not cancelled")


@case("child fails and body is cancelled in the same turn", [["ValueError"], True])
async def _(say):
    event = asyncio.Event()

    async def child():
        await event.wait()
        raise ValueError

    async def body():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(child())
                await asyncio.sleep(30)
        except Group as error:
            say(inside(error))
        await asyncio.sleep(0)

    task = asyncio.create_task(body())
    await settle()
    event.set()
    task.cancel()
    say(await cancelled(task) or True)


# ---- misuse ----


@case("no child after a failure, nor at the end, nor before", ["RuntimeError"] * 3)
async def _(say):
    coros = []

    def try_it(group):
        coro = gives(1)
        try:
            group.create_task(coro)
        except RuntimeError as error:
            say(kind(error))
        coros.append(coro)

    group = asyncio.TaskGroup()
    try_it(group)
    async with group:
        pass
    try_it(group)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(ValueError()))
            try:
                await asyncio.sleep(30)
            finally:
                try_it(group)
    except Group:
        pass
    for coro in coros:
        coro.close()


@case("a refused coroutine is closed", ["closed"], needs=() if MICROPYTHON else "eager_task_factory")
async def _(say):
    async def body():
        await asyncio.sleep(0)

    coro = body()
    group = asyncio.TaskGroup()
    try:
        group.create_task(coro)
    except RuntimeError:
        pass
    try:
        coro.send(None)
        say("ran")
    except (RuntimeError, StopIteration):
        say("closed")


@case("entered twice, by another, after the end", ["RuntimeError"] * 3)
async def _(say):
    async def enter(group):
        try:
            async with group:
                say("entered")
        except RuntimeError as error:
            say(kind(error))

    async with asyncio.TaskGroup() as group:
        await enter(group)
        await asyncio.create_task(enter(group))
    await enter(group)


@case("what is no coroutine", ["TypeError"])
async def _(say):
    try:
        async with asyncio.TaskGroup() as group:
            try:
                group.create_task(5)
            except TypeError as error:
                say(kind(error))
    except Group as error:
        say(inside(error))


@case("outside a task", ["RuntimeError"])
def _(say):
    async def body():
        async with asyncio.TaskGroup():
            say("entered")

    try:
        body().send(None)
    except RuntimeError as error:
        say(kind(error))


@case("many children fail at once", [20, 30])
async def _(say):
    started = []

    async def child(n):
        started.append(n)
        try:
            await asyncio.sleep(30)
        finally:
            if n < 19:
                raise KeyError(n)

    try:
        async with asyncio.TaskGroup() as group:
            for n in range(30):
                group.create_task(child(n))
            await asyncio.sleep(0)
            raise ValueError
    except Group as error:
        say(len(error.exceptions))
    say(len(started))


@case("a group in a group in a group ...", ["deep", 1])
async def _(say):
    async def level(n):
        if n == 0:
            say("deep")
            raise ValueError
        async with asyncio.TaskGroup() as group:
            group.create_task(level(n - 1))

    try:
        await level(30)
    except Group as error:
        while isinstance(error, Group):
            error = error.exceptions[0]
        say(1 if isinstance(error, ValueError) else error)


main("taskgroup")

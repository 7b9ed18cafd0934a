# Runner, outside any loop: several runs, and nothing left at the end.
import asyncio
from check import MICROPYTHON, case, main


def kind(error):
    return type(error).__name__


async def gives(value):
    await asyncio.sleep(0)
    return value


async def rests(say, name):
    try:
        await asyncio.sleep(30)
    finally:
        say(name + " over")


@case("results and exceptions", [1, 2, "ValueError"])
def _(say):
    async def bad():
        raise ValueError

    with asyncio.Runner() as runner:
        say(runner.run(gives(1)))
        say(runner.run(gives(2)))
        try:
            runner.run(bad())
        except ValueError as error:
            say(kind(error))


@case("tasks of one run go on in the next", ["begins", "goes on"])
def _(say):
    async def child():
        say("begins")
        await asyncio.sleep(0.01)
        say("goes on")

    tasks = []

    async def first():
        tasks.append(asyncio.create_task(child()))
        await asyncio.sleep(0)

    async def second():
        await tasks[0]

    with asyncio.Runner() as runner:
        runner.run(first())
        runner.run(second())


@case("at its end it cancels what is left and waits for it", ["block over", ["a over", "b over"], True])
def _(say):
    tasks, overs = [], []

    async def body():
        tasks.extend([asyncio.create_task(rests(overs.append, name)) for name in "ab"])
        await asyncio.sleep(0)

    with asyncio.Runner() as runner:
        runner.run(body())
        say("block over")
    say(sorted(overs))
    say(all(t.cancelled() for t in tasks))


@case("a slow end is waited for", ["over"])
def _(say):
    async def child():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            say("over")

    async def body():
        asyncio.create_task(child())
        await asyncio.sleep(0)

    with asyncio.Runner() as runner:
        runner.run(body())


@case("a failure at its end is reported", ["handler KeyError"])
def _(say):
    async def child():
        try:
            await asyncio.sleep(30)
        finally:
            raise KeyError

    async def body():
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: say("handler " + kind(context["exception"]))
        )
        asyncio.create_task(child())
        await asyncio.sleep(0)

    with asyncio.Runner() as runner:
        runner.run(body())
    if MICROPYTHON:
        asyncio.get_event_loop().set_exception_handler(None)


@case("callbacks that were to come are dropped", ["over"])
def _(say):
    async def body():
        asyncio.get_running_loop().call_later(0.01, say, "called")

    with asyncio.Runner() as runner:
        runner.run(body())
    asyncio.run(asyncio.wait_for(gives(1), 1))
    asyncio.run(gives(asyncio.sleep))

    async def longer():
        await asyncio.sleep(0.03)

    asyncio.run(longer())
    say("over")


@case("its loop", [True, True])
def _(say):
    async def body():
        return asyncio.get_running_loop()

    with asyncio.Runner() as runner:
        say(runner.get_loop() is runner.run(body()))
        say(runner.get_loop() is runner.get_loop())


@case("closed it does nothing more", ["RuntimeError", "RuntimeError", "RuntimeError", None])
def _(say):
    runner = asyncio.Runner()
    runner.run(gives(1))
    runner.close()
    coro = gives(1)

    def again():
        with runner:
            pass

    for call in (lambda: runner.run(coro), runner.get_loop, again):
        try:
            call()
        except RuntimeError as error:
            say(kind(error))
    coro.close()
    say(runner.close())


@case("not in a running loop", ["RuntimeError", 5])
async def _(say):
    runner = asyncio.Runner()
    coro = gives(1)
    try:
        runner.run(coro)
    except RuntimeError as error:
        say(kind(error))
    coro.close()
    say(await gives(5))


@case("Ctrl-C comes out of it, and it can still be closed", ["KeyboardInterrupt", "a over"])
def _(say):
    async def body():
        asyncio.create_task(rests(say, "a"))
        await asyncio.sleep(0)
        raise KeyboardInterrupt

    try:
        with asyncio.Runner() as runner:
            try:
                runner.run(body())
            except KeyboardInterrupt as error:
                say(kind(error))
                raise
    except KeyboardInterrupt:
        pass


@case("the rest is ended also where a group ends of Ctrl-C", [["a over", "b over"], "KeyboardInterrupt"])
def _(say):
    overs = []

    async def bad():
        raise KeyboardInterrupt

    async def body():
        asyncio.create_task(rests(overs.append, "a"))
        async with asyncio.TaskGroup() as group:
            group.create_task(rests(overs.append, "b"))
            await asyncio.sleep(0)
            group.create_task(bad())

    try:
        with asyncio.Runner() as runner:
            runner.run(body())
    except KeyboardInterrupt as error:
        say(sorted(overs))
        say(kind(error))


main("runner")

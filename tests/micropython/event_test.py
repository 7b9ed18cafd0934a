# asyncio.Event: the cases E1 to E6 of CPython's suite, and what our contract adds.
import asyncio
from check import cancelled, case, main, settle


def waiter(say, event, name):
    async def wait():
        say("%s %s" % (name, await event.wait()))

    return asyncio.create_task(wait())


@case("E1 repr", ["[unset]", "[unset, waiters:1]", "[set]"])
async def _(say):
    event = asyncio.Event()
    task = waiter(lambda text: None, event, "a")

    def show():
        text = repr(event)
        say(text[text.index("[") : text.index("]") + 1])

    show()
    await settle()
    show()
    event.set()
    await task
    show()


@case("E2 set runs nobody at once; on a set event nobody waits", ["3 True", "1 True", "2 True"])
async def _(say):
    event = asyncio.Event()
    one, two = waiter(say, event, "1"), waiter(say, event, "2")
    await settle()
    three = waiter(say, event, "3")
    event.set()
    for task in (one, two, three):
        await task


@case("E3 on a set event at once", [True])
async def _(say):
    event = asyncio.Event()
    event.set()
    say(await event.wait())


@case("E4 a cancelled waiter leaves", [True, "b True"])
async def _(say):
    event = asyncio.Event()
    a, b = waiter(say, event, "a"), waiter(say, event, "b")
    await settle()
    a.cancel()
    say(await cancelled(a))
    event.set()
    await b


@case("E5 clear", [False, True, False])
async def _(say):
    event = asyncio.Event()
    say(event.is_set())
    event.set()
    say(event.is_set())
    event.clear()
    say(event.is_set())


@case("E6 set, clear, set, set in one step: once, and True", ["a True", True])
async def _(say):
    event = asyncio.Event()
    a = waiter(say, event, "a")
    await settle()
    event.set()
    event.clear()
    event.set()
    event.set()
    await a
    say(event.is_set())


@case("set and clear in one step: who waited has got it, who comes later waits", ["a True", "b waits", "b True"])
async def _(say):
    event = asyncio.Event()
    a = waiter(say, event, "a")
    await settle()
    event.set()
    event.clear()
    b = waiter(say, event, "b")
    await settle()
    say("b done" if b.done() else "b waits")
    event.set()
    await a
    await b


@case("set, then cancelled before it ran: the cancel wins", ["b True", True])
async def _(say):
    event = asyncio.Event()
    a, b = waiter(say, event, "a"), waiter(say, event, "b")
    await settle()
    event.set()
    a.cancel()
    await b
    say(await cancelled(a))


@case("cancelled, then set", ["b True", True])
async def _(say):
    event = asyncio.Event()
    a, b = waiter(say, event, "a"), waiter(say, event, "b")
    await settle()
    a.cancel()
    event.set()
    say(await cancelled(a))
    await b


@case("a timeout leaves the others waiting", ["TimeoutError", "b True"], needs="wait_for")
async def _(say):
    event = asyncio.Event()
    b = waiter(say, event, "b")
    try:
        await asyncio.wait_for(event.wait(), 0.01)
    except asyncio.TimeoutError:
        say("TimeoutError")
    event.set()
    await b


@case("set by a callback, which is no task", ["a True"])
async def _(say):
    event = asyncio.Event()
    a = waiter(say, event, "a")
    await settle()
    asyncio.get_event_loop().call_soon(event.set)
    await a


@case("misuse", ["TypeError"] * 3)
async def _(say):
    for arguments in ({"loop": None}, {"value": True}):
        try:
            asyncio.Event(**arguments)
        except TypeError:
            say("TypeError")
    try:
        await asyncio.Event()
    except TypeError:
        say("TypeError")


main("event")

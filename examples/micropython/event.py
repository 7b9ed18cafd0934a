# Two tasks wait for an event that is set for four seconds out of every six.
#
# At 6 s and at 10 s two timers tie; the one that was armed first fires first, so the event is cleared before the tasks
# look at it, and the run ends before they wake.
import asyncio


async def set_and_clear(event):
    while True:
        event.clear()
        print("event cleared")
        await asyncio.sleep(2)
        event.set()
        print("event set for a little")
        await asyncio.sleep(4)


async def task(number, event):
    while True:
        await event.wait()
        print("now running in task " if event.is_set() else "waiting for event in task ", number)
        await asyncio.sleep(1)


async def main():
    event = asyncio.Event()
    asyncio.create_task(set_and_clear(event))
    for number in (1, 2):
        asyncio.create_task(task(number, event))
    await asyncio.sleep(10)


asyncio.run(main())

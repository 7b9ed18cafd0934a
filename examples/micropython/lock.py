# Three tasks share a lock. The lock goes round in the order in which they came for it.
#
# Acquiring uasyncio.synchro's Lock is a scheduling point, so all three ask before the first one goes on. The run ends
# after ten seconds.
import asyncio
from uasyncio.synchro import Lock


async def task(number, seconds, lock):
    while True:
        print("Waiting lock in task ", number)
        async with lock:
            print("Acquired lock in task ", number)
            await asyncio.sleep(seconds)
            print("Realeasing lock in task ", number)


async def main():
    lock = Lock()
    for number, seconds in enumerate((0.5, 1, 1.5), 1):
        asyncio.create_task(task(number, seconds, lock))
    await asyncio.sleep(10)


asyncio.run(main())

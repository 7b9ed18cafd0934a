# Three workers share two permits. Who waits gets the next one, in order.
#
# At 3 s two timers are due at once: they are delivered one at a time, so worker 3 acquires what worker 1 releases
# before worker 2 releases.
import asyncio


async def work(number, pause, semaphore):
    while True:
        async with semaphore:
            print("Successfully acquired the semaphore", number)
            await asyncio.sleep(3)
            print("Releasing Semaphore", number)
        await asyncio.sleep(pause)


async def main():
    semaphore = asyncio.Semaphore(2)
    for number, pause in ((1, 2), (2, 3), (3, 1)):
        asyncio.create_task(work(number, pause, semaphore))
    await asyncio.sleep(15)


asyncio.run(main())

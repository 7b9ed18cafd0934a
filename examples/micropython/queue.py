# A producer puts a random number every two seconds, a consumer prints what it gets.
#
# The run ends at 10 s: the fifth number comes at the same moment, but its timer is younger.
import asyncio
import random


async def producer(queue):
    while True:
        await asyncio.sleep(2)
        await queue.put(random.randint(1, 20))


async def consumer(queue):
    while True:
        print("Result was", await queue.get())


async def main():
    queue = asyncio.Queue()
    asyncio.create_task(producer(queue))
    asyncio.create_task(consumer(queue))
    await asyncio.sleep(10)


asyncio.run(main())

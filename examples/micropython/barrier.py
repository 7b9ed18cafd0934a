# Three tasks count to five at different speeds and meet at a barrier after each number. The last to arrive prints the
# line's end before anyone goes on.
import asyncio
from asyn import Barrier


async def report(pause, barrier):
    for i in range(5):
        await asyncio.sleep(pause)
        print(i, end=" ")
        await barrier


async def main():
    barrier = Barrier(3, print, ("Synch",))
    for pause in (0.5, 1, 1.5):
        asyncio.create_task(report(pause, barrier))
    await asyncio.sleep(18)


asyncio.run(main())

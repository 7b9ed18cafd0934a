# Bytes of heap per object, on whichever asyncio this interpreter has. Prints `name bytes` lines.
import asyncio
import gc

N = 50


async def wait(event):
    await event.wait()


def lists(make):
    kept = [None] * N
    make()
    gc.collect()
    before = gc.mem_alloc()
    for i in range(N):
        kept[i] = make()
    return (gc.mem_alloc() - before) // N


async def main():
    event = asyncio.Event()
    coroutine = lists(lambda: wait(event))
    for name in ("Lock", "Event", "Semaphore", "Queue"):
        make = getattr(asyncio, name, None)
        if make:
            print(name.lower(), lists(make))
    print("coroutine", coroutine)
    kept = [None] * N
    gc.collect()
    before = gc.mem_alloc()
    for i in range(N):
        kept[i] = asyncio.create_task(wait(event))
    await asyncio.sleep_ms(1)
    gc.collect()
    print("waiting task", (gc.mem_alloc() - before) // N - coroutine)
    event.set()
    await asyncio.sleep_ms(1)


asyncio.run(main())

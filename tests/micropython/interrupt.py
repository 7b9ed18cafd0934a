#!/usr/bin/env python3
"""Ctrl-C at each kind of await: run() raises KeyboardInterrupt, and the loop and what it holds can be used afterwards.

usage: interrupt.py INTERPRETER
"""
import signal
import subprocess
import sys

from results import results

PROGRAM = """
import asyncio
lock, event, queue, semaphore = asyncio.Lock(), asyncio.Event(), asyncio.Queue(), asyncio.Semaphore(0)
async def hold():
    await lock.acquire()
async def forever():
    while True:
        await asyncio.sleep(0)
async def wait_read():
    import socket
    s = socket.socket()
    s.bind(socket.getaddrinfo("127.0.0.1", 0)[0][-1])
    s.listen(1)
    yield asyncio.core._io_queue.queue_read(s)
async def main():
    await hold()
    other = asyncio.create_task(background())
    await asyncio.sleep(0)
    print("waiting")
    await {wait}
async def background():
    await asyncio.sleep(3600)
async def afterwards():
    lock.release()
    async with lock:
        event.set()
        queue.put_nowait(1)
        semaphore.release()
        async with asyncio.Lock():
            await asyncio.sleep(0.001)
    return len(asyncio.all_tasks())
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
left = asyncio.run(afterwards())
print("usable")
"""

WAITS = ["asyncio.sleep(3600)", "lock.acquire()", "event.wait()", "queue.get()", "semaphore.acquire()", "forever()",
         "asyncio.wait_for(event.wait(), 3600)", "asyncio.wait_for(hold(), 3600)", "asyncio.create_task(forever())",
         "asyncio.gather(event.wait(), forever())", "wait_read()"]


def attempt(interpreter, wait):
    program = subprocess.Popen([interpreter, "-c", PROGRAM.replace("{wait}", wait)], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
    first = program.stdout.readline()
    try:
        program.send_signal(signal.SIGINT)
        rest = program.communicate(timeout=60)[0]
    except subprocess.TimeoutExpired:
        program.kill()
        rest = program.communicate()[0] + "(it did not end)"
    return first + rest


def main():
    interpreter, failed = sys.argv[1], 0
    for wait in WAITS:
        expected, came = "waiting\ninterrupted\nusable\n", attempt(interpreter, wait)
        if came != expected:
            failed += 1
            print("Ctrl-C in await %s\n  expected: %r\n  came:     %r" % (wait, expected, came))
    print("interrupt: %d cases, %d failed" % (len(WAITS), failed))
    results("Ctrl-C", len(WAITS), failed)
    sys.exit(1 if failed else 0)


main()

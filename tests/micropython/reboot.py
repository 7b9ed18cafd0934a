#!/usr/bin/env python3
"""Soft reboots in the middle of everything: no crash, and nothing of before is left.

usage: reboot.py FIRMWARE [ROUNDS]     1,000 rounds if not told
"""
import random
import sys

from board import CTRL_C, Board, BoardError
from results import results

# Not `async with`: a Ctrl-C that comes just when MicroPython leaves such a block becomes an AttributeError there, with its
# own asyncio, too, and this is about what comes after.
COMMON = """
import asyncio, gc
lock, event, queue = asyncio.Lock(), asyncio.Event(), asyncio.Queue(2)
async def use(n):
    while True:
        await lock.acquire()
        try:
            await queue.put(n)
            await asyncio.sleep_ms(n)
            await queue.get()
        finally:
            lock.release()
async def many(last):
    for n in range(9):
        asyncio.create_task(use(n))
    asyncio.create_task(event.wait())
    asyncio.get_event_loop().call_later(5, print)
    await last
"""

# How the board is left: a program, and whether it has to be interrupted.
MIDDLES = {
    "tasks that have not begun": ("for n in range(9): asyncio.create_task(use(n))", False),
    "a loop that was stopped": ("async def stop():\n  asyncio.get_event_loop().stop()\n  await asyncio.sleep_ms(0)\n"
                                "try: asyncio.run(many(stop()))\nexcept RuntimeError: pass", False),
    "main has ended, others wait": ("asyncio.run(many(asyncio.sleep_ms(3)))", False),
    "an exception of main": ("async def fail():\n  await asyncio.sleep_ms(2)\n  1 / 0\n"
                             "try: asyncio.run(many(fail()))\nexcept ZeroDivisionError: pass", False),
    "a collection in between": ("asyncio.run(many(asyncio.sleep_ms(1)))\ngc.collect()", False),
    "Ctrl-C while it idles": ("print('go')\nasyncio.run(many(asyncio.sleep(1000)))", True),
    "Ctrl-C while it runs": ("async def spin():\n  while True: await asyncio.sleep_ms(0)\nprint('go')\n"
                             "asyncio.run(many(spin()))", True),
    "Ctrl-C in a group": ("async def group():\n  async with asyncio.TaskGroup() as g:\n"
                          "    g.create_task(event.wait())\n    g.create_task(use(1))\nprint('go')\n"
                          "asyncio.run(many(group()))", True),
}

AFTERWARDS = """
import asyncio, gc
async def main():
    lock = asyncio.Lock()
    async def task(n):
        async with lock:
            await asyncio.sleep_ms(1)
            return n
    tasks = [asyncio.create_task(task(n)) for n in range(4)]
    total = 0
    for t in tasks:
        total += await t
    return total, len(asyncio.all_tasks())
print(asyncio.run(main()))
gc.collect()
"""


def one(board, name):
    program, interrupt = MIDDLES[name]
    board.start(COMMON + program)
    if interrupt:
        board.until(b"go\r\n")
        board.send(CTRL_C)
    output, error = board.finish()
    if bool(error) != interrupt or (interrupt and "KeyboardInterrupt" not in error):
        return "before the reboot: " + output + error
    board.soft_reboot()
    output, error = board.run(AFTERWARDS)
    return "" if (output, error) == ("(6, 1)\n", "") else "after the reboot: " + output + error


def main():
    firmware, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    failed, order = 0, random.Random(1)
    with Board.at(firmware) as board:
        for n in range(rounds):
            name = order.choice(list(MIDDLES))
            try:
                came = one(board, name)
            except BoardError as error:
                came = str(error)
            if came:
                failed += 1
                print("round %d, %s: %s" % (n, name, came), flush=True)
                if failed == 3:
                    break
                board.raw = False
    print("reboot: %d cases, %d failed" % (n + 1, failed))
    results("soft reboots", n + 1, failed)
    sys.exit(1 if failed else 0)


main()

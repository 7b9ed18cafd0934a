#!/usr/bin/env python3
"""Instructions of each operation on the boards that QEMU plays, from bench/micropython/ops.py. QEMU counts them, so they
are the same on every machine and in every run.

usage: counts.py check|write BOARD=FIRMWARE ... [BOARD-stock=FIRMWARE ...]
check: compares with counts.expected, within 1 %. write: makes that file anew for the boards that are named.
"""
import os
import sys

from board import Board
from results import results

HERE = os.path.dirname(os.path.abspath(__file__))
EXPECTED = os.path.join(HERE, "counts.expected")
OPS = os.path.join(HERE, "..", "..", "bench", "micropython", "ops.py")
# How many times fewer than stock asyncio.
AIMS = {"switch": 8, "event_ping_pong": 8, "lock_pair": 6}


def count(firmware):
    with open(OPS, encoding="utf-8") as f:
        program = f.read()
    with Board.at(firmware, icount=0) as board: # one instruction a nanosecond
        output, error = board.run(program, 250)
    if error:
        sys.exit("%s: %s" % (firmware, error))
    return {name: int(n) for name, n in (line.split() for line in output.splitlines())}


def read():
    table = {}
    with open(EXPECTED, encoding="utf-8") as f:
        for line in f:
            if not line.startswith("#"):
                board, name, n = line.split()
                table[board, name] = int(n)
    return table


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("check", "write"):
        sys.exit(__doc__)
    table = read() if os.path.exists(EXPECTED) else {}
    cases = failed = 0
    for word in sys.argv[2:]:
        board, firmware = word.split("=", 1)
        for name, n in count(firmware).items():
            expected = table.get((board, name))
            print("%-12s %-18s %7d" % (board, name, n), flush=True)
            if sys.argv[1] == "write":
                table[board, name] = n
            elif expected is None or abs(n - expected) * 100 > expected:
                failed += 1
                print("  expected: %s, within 1 %%: is the change meant? then counts.py write" % expected)
            cases += 1
    if sys.argv[1] == "write":
        with open(EXPECTED, "w", encoding="utf-8") as f:
            f.write("# Instructions per operation: board, operation, count. Written by counts.py write.\n")
            f.writelines("%s %s %d\n" % (*key, table[key]) for key in sorted(table))
    for (board, name), n in sorted(table.items()):
        stock = table.get((board + "-stock", name))
        if stock:
            aim = AIMS.get(name, 1)
            cases += 1
            print("%-12s %-18s %5.1f times fewer than stock (aim %d)" % (board, name, stock / n, aim))
            if stock < aim * n:
                failed += 1
                print("  the aim is missed")
    print("counts: %d cases, %d failed" % (cases, failed))
    results("instructions", cases, failed)
    sys.exit(1 if failed else 0)


main()

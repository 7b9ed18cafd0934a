#!/usr/bin/env python3
"""ops.py on two interpreters of this machine, in turns: nanoseconds, medians of five, and how many times faster ours is.

usage: compare.py COSY-INTERPRETER STOCK-INTERPRETER [OPERATIONS]
The heap is that of a board, 140 KB.
"""
import os
import statistics
import subprocess
import sys

OPS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ops.py")
ROUNDS = 5


def measure(interpreter, n):
    program = "N = %d\nexec(open(%r).read())" % (n, OPS)
    output = subprocess.run([interpreter, "-X", "heapsize=140k", "-c", program], check=True, stdout=subprocess.PIPE, text=True)
    return {name: int(ns) for name, ns in (line.split() for line in output.stdout.splitlines())}


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    n = int(sys.argv[3]) if len(sys.argv) > 3 else 5000
    ours, stock = [], []
    for _ in range(ROUNDS):
        ours.append(measure(sys.argv[1], n))
        stock.append(measure(sys.argv[2], n))
    print("| operation | cosy, ns | stock asyncio, ns | times faster |\n| --- | --- | --- | --- |")
    for name in ours[0]:
        a, b = (statistics.median(run[name] for run in runs) for runs in (ours, stock))
        print("| %s | %d | %d | %.1f |" % (name.replace("_", " "), a, b, b / a))


main()

#!/usr/bin/env python3
"""Runs the tables of tests/micropython/*_test.py.

usage: suite.py plain|stress|board|cpython [INTERPRETER|FIRMWARE] [NAME ...]
plain: as they are; stress: in a small heap, with a collection at each allocation; board: on one that QEMU plays; cpython: on
this Python, what it can run. The first line of a file may say that it is not for some of these: "# not: stress board".
"""
import os
import re
import subprocess
import sys

from board import Board, BoardError
from results import results

HERE = os.path.dirname(os.path.abspath(__file__))
HEAP = "heapsize=192k"
# exec(), so that the collector's threshold is set before anything of the test has run.
STRESS = "import gc, sys\nsys.path.insert(0, %r)\ngc.threshold(1)\n__file__ = %r\nexec(open(%r).read())\n"


def command(mode, interpreter, path):
    if mode == "cpython":
        return [sys.executable, path]
    if mode == "stress":
        return [interpreter, "-X", HEAP, "-c", STRESS % (HERE, path, path)]
    return [interpreter, path]


def only_ours(path):
    """Does it use what CPython has not?"""
    with open(path, encoding="utf-8") as f:
        return re.search(r"^(import|from) (cosy|asyn|uasyncio|micropython|gc)\b", f.read(), re.M)


def excluded(mode, path):
    with open(path, encoding="utf-8") as f:
        first = f.readline()
    return first.startswith("# not:") and mode in first.split()


def run_here(words):
    """What it printed, and whether it ended well."""
    try:
        run = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, timeout=500, env={**os.environ, "MICROPYPATH": HERE})
        return run.stdout, run.returncode == 0
    except subprocess.TimeoutExpired as e:
        return (e.stdout or b"").decode() + "\nit did not end\n", False


def run_there(firmware, path):
    """There are no files on the board: what the table imports goes before it, and nothing exits."""
    with open(path, encoding="utf-8") as f:
        program = f.read()
    for module in ("outcome", "check"):
        imports = re.compile(r"^from %s import .*$" % module, re.M)
        if imports.search(program):
            with open(os.path.join(HERE, module + ".py"), encoding="utf-8") as f:
                program = f.read() + imports.sub("", program)
    program = program.replace("sys.exit(1 if failed else 0)", "return failed")
    # Comments need no room there.
    program = re.sub(r"^\s*#.*\n", "", program, flags=re.M)
    try:
        with Board.at(firmware) as it:
            output, error = it.run(program, 300)
        return output + error, not error
    except BoardError as e:
        return "%s\n" % e, False


def main():
    modes = ("plain", "stress", "board", "cpython")
    if len(sys.argv) < 2 or sys.argv[1] not in modes or (sys.argv[1] != "cpython" and len(sys.argv) < 3):
        sys.exit(__doc__)
    mode, rest = sys.argv[1], sys.argv[2:]
    interpreter = None if mode == "cpython" else rest.pop(0)
    total = failures = 0
    for name in rest or sorted(os.listdir(HERE)):
        name = name.removesuffix(".py").removesuffix("_test") + "_test.py"
        path = os.path.join(HERE, name)
        if not os.path.exists(path) or (mode == "cpython" and only_ours(path)) or excluded(mode, path):
            continue
        if mode == "board":
            output, well = run_there(interpreter, path)
        else:
            output, well = run_here(command(mode, interpreter, path))
        print(output, end="", flush=True)
        found = re.search(r"(\d+) cases, (\d+) failed", output)
        cases, failed = (int(found[1]), int(found[2])) if found else (1, 1)
        if not well and not failed:
            print("%s did not end well" % name)
            failed = 1
        results("tables, %s" % mode, cases, failed)
        total += cases
        failures += failed
    print("%d cases, %d failed" % (total, failures))
    sys.exit(1 if failures or not total else 0)


main()

#!/usr/bin/env python3
"""Runs the tables of tests/micropython/*_test.py.

usage: suite.py plain|stress|cpython [INTERPRETER] [NAME ...]
plain: as they are; stress: in a small heap, with a collection at each allocation; cpython: on this Python, what it can run.
"""
import os
import re
import subprocess
import sys

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


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in ("plain", "stress", "cpython"):
        sys.exit(__doc__)
    mode, rest = sys.argv[1], sys.argv[2:]
    interpreter = None if mode == "cpython" else rest.pop(0)
    total = failures = 0
    for name in rest or sorted(os.listdir(HERE)):
        name = name.removesuffix(".py").removesuffix("_test") + "_test.py"
        path = os.path.join(HERE, name)
        if not os.path.exists(path) or (mode == "cpython" and only_ours(path)):
            continue
        if mode == "stress" and "no stress" in open(path, encoding="utf-8").readline():
            continue
        try:
            run = subprocess.run(command(mode, interpreter, path), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, timeout=500, env={**os.environ, "MICROPYPATH": HERE})
            output, code = run.stdout, run.returncode
        except subprocess.TimeoutExpired as e:
            output, code = (e.stdout or b"").decode() + "\nit did not end\n", 1
        print(output, end="", flush=True)
        found = re.search(r"(\d+) cases, (\d+) failed", output)
        cases, failed = (int(found[1]), int(found[2])) if found else (1, 1)
        if code and not failed:
            print("%s: ended with %d" % (name, code))
            failed = 1
        if os.environ.get("COSY_RESULTS"):
            with open(os.environ["COSY_RESULTS"], "a", encoding="utf-8") as f:
                f.write("micropython, %s\t%d\t-1\t%d\n" % (mode, cases, failed))
        total += cases
        failures += failed
    print("%d cases, %d failed" % (total, failures))
    sys.exit(1 if failures or not total else 0)


main()

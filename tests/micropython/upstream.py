#!/usr/bin/env python3
"""MicroPython's own tests of asyncio, unchanged, with cosy in place of the asyncio they were written for.

usage: upstream.py SOURCE INTERPRETER|FIRMWARE [STOCK INTERPRETER|FIRMWARE]
SOURCE: MicroPython's. With the stock one its number stands beside ours.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

from board import qemu_command
from results import results

# What pins something that is missing upstream and that we have: gather() of tasks that are awaited elsewhere.
EXPECTED_TO_FAIL = {"asyncio_gather_notimpl"}
EVERYWHERE = ["extmod/asyncio_*.py", "basics/async_*.py"]
HOSTED = ["micropython/ringio_async.py", "net_hosted/asyncio_*.py"]


def run_once(source, target, files, jobs):
    """How many passed, the names of those that failed, and what these should have printed and did print."""
    folder = os.path.join(source, "tests")
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as scratch:
        # For a board run-tests.py needs pyserial, which is installed for the system's Python.
        on_board = target.endswith(".elf")
        python = "/usr/bin/python3" if on_board else sys.executable
        command = [python, "run-tests.py", "--result-dir", scratch]
        if on_board:
            command += ["-t", "execpty:" + " ".join(qemu_command(target))]
        else:
            command += ["-j", str(jobs)]
            environment["MICROPY_MICROPYTHON"] = target
        output = subprocess.run(command + files, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900).stdout
        passed = re.search(r"(\d+) tests? passed", output)
        if not passed:
            sys.exit("run-tests.py did not get to its end:\n" + output)
        # Newer releases name the files, older ones the tests.
        failed = re.search(r"\d+ tests? failed: (.*)", output)
        failed = {os.path.basename(f).removesuffix(".py") for f in failed[1].split()} if failed else set()
        texts = ""
        for name in sorted(failed - EXPECTED_TO_FAIL):
            for end, what in ("exp", "expected"), ("out", "came"):
                for path in glob.glob(os.path.join(scratch, "*" + name + ".py." + end)):
                    with open(path, encoding="utf-8", errors="replace") as file:
                        texts += "---- %s, %s:\n%s\n" % (name, what, file.read()[-3000:])
        return int(passed[1]), failed, texts


def run(source, target):
    """How many passed, and the names of those that failed."""
    files = []
    for pattern in EVERYWHERE + ([] if target.endswith(".elf") else HOSTED):
        found = glob.glob(os.path.join(source, "tests", pattern))
        files += sorted(os.path.relpath(f, os.path.join(source, "tests")) for f in found)
    passed, failed, texts = run_once(source, target, files, 2)
    # Some count how often something fits into half a second of real time, and CPython counts along to give the expected
    # text: on a busy machine either may be late. So what has failed is tried once more, alone.
    again = [f for f in files if os.path.basename(f).removesuffix(".py") in failed - EXPECTED_TO_FAIL]
    if again:
        print("once more: " + " ".join(again))
        late, failed_again, texts = run_once(source, target, again, 1)
        passed, failed = passed + late, failed & EXPECTED_TO_FAIL | failed_again
    print(texts, end="")
    return passed, failed


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    source, target = sys.argv[1:3]
    passed, failed = run(source, target)
    wrong = failed - EXPECTED_TO_FAIL
    print("with cosy: %d passed, %d failed%s" % (passed, len(failed), "".join(" " + n for n in sorted(failed))))
    for stock in sys.argv[3:]:
        stock_passed, stock_failed = run(source, stock)
        print("stock:     %d passed, %d failed%s" % (stock_passed, len(stock_failed),
                                                   "".join(" " + n for n in sorted(stock_failed))))
    results("upstream's tests", passed + len(failed), len(wrong))
    sys.exit(1 if wrong or not passed else 0)


main()

#!/usr/bin/env python3
# Runs the five synchronisation programs on a MicroPython that has cosy, and compares what they print.
# usage: mission.py INTERPRETER|FIRMWARE.elf [ARGUMENT ...] [--real] [--programs DIR]
#   --real          in real time, 18 seconds; without it in simulated time, where what comes out is exact
#   --programs DIR  those that the project comes from, NAME.py and NAME.expected, run unchanged;
#                   ../shared/mission beside the checkout is the default
# The project's own, examples/micropython, are run in any case.
import concurrent.futures
import pathlib
import re
import subprocess
import sys

import board

ROOT = pathlib.Path(__file__).resolve().parents[2]
OURS = ROOT / "examples" / "micropython"
TRANSCRIPTS = ROOT / "tests" / "transcripts"
NAMES = ("lock", "event", "barrier", "semaphore", "queue")
SIMULATED = "import cosy; cosy.virtual(True); exec(open(%r).read(), {'__name__': '__main__'})"

# What happens at the semaphore in each second in which something does: + acquired, - released. Where a second has two
# timers, their order is decided by milliseconds in real time.
SECONDS = "+1 +2|-1 +3 -2|+1|-3 +2|-1 +3|-2|+1|-3|+2|-1 +3"
OR_ELSE = "+1 +2|-1 +3 -2|+1|-3 +2|-1 +3|-2|+1|-3|+3|-1 +2"


def run_on_board(firmware, programs, real):
    """One after the other on a board that QEMU plays, each after a soft reboot."""
    before = "" if real else "import cosy\ncosy.virtual(True)\n"
    with board.Board.at(firmware) as it:
        for program in programs:
            it.soft_reboot()
            yield "".join(it.run(before + program.read_text(), 120))


def run(interpreter, program, real):
    how = [str(program)] if real else ["-c", SIMULATED % str(program)]
    done = subprocess.run([*interpreter, *how], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    text = done.stdout.decode(errors="replace").replace("\r\n", "\n")
    return text + ("" if done.returncode == 0 else "\n[ended with %d]\n" % done.returncode)


def differs(came, expected):
    for number, (a, b) in enumerate(zip(came + [None] * len(expected), expected + [None] * len(came)), 1):
        if a != b:
            return "line %d\n  expected: %s\n  came:     %s" % (number, b, a)
    return None


def check_semaphore(came):
    """In real time: never more than two holders, and in each second what belongs there."""
    steps, holders = [], set()
    for line in came:
        found = re.fullmatch(r"(Successfully acquired the semaphore|Releasing Semaphore) (\d)", line)
        if not found:
            return "a line that does not belong there: " + line
        acquired, who = found.group(1).startswith("S"), found.group(2)
        if acquired == (who in holders):
            return "%s acquires and releases in the wrong order" % who
        (holders.add if acquired else holders.remove)(who)
        if len(holders) > 2:
            return "three hold it: " + ", ".join(sorted(holders))
        steps.append(("+" if acquired else "-") + who)
    for wanted in (SECONDS, OR_ELSE):
        seconds, at = [second.split() for second in wanted.split("|")], 0
        same = len(steps) == sum(map(len, seconds))
        for second in seconds:
            same = same and sorted(steps[at:at + len(second)]) == sorted(second)
            at += len(second)
        if same:
            return None
    return "expected, second by second: %s\n  came:     %s" % (SECONDS, " ".join(steps))


def check_queue(came):
    """Four numbers from 1 to 20; which ones is chance."""
    good = [line for line in came if re.fullmatch(r"Result was ([1-9]|1\d|20)", line)]
    return None if len(came) == len(good) == 4 else "expected four lines `Result was 1..20`, came: %r" % came


def check(name, text, real, expected):
    came = [line.rstrip() for line in text.splitlines()]
    if name == "queue":
        return check_queue(came)
    if name == "semaphore" and real:
        return check_semaphore(came)
    return differs(came, [line.rstrip() for line in expected.read_text().splitlines()])


def main():
    arguments = sys.argv[1:]
    real = "--real" in arguments
    if real:
        arguments.remove("--real")
    programs = ROOT.parent / "shared" / "mission"
    if "--programs" in arguments:
        at = arguments.index("--programs")
        if at + 1 == len(arguments):
            sys.exit("mission.py: --programs needs a folder")
        programs = pathlib.Path(arguments[at + 1])
        del arguments[at:at + 2]
    if not arguments:
        sys.exit("usage: mission.py INTERPRETER [ARGUMENT ...] [--real] [--programs DIR]")
    sets = [("ours", OURS, TRANSCRIPTS)]
    if programs.is_dir():
        sets.append(("mission", programs, programs))
    else:
        print("mission.py: skipped: the original programs are not in %s; only the project's own run" % programs)
    jobs = [(kind, name, folder, expected) for kind, folder, expected in sets for name in NAMES]
    files = [folder / (name + ".py") for _, name, folder, _ in jobs]
    if arguments[0].endswith(".elf"):
        texts = list(run_on_board(arguments[0], files, real))
    else:
        # In real time all at once: they sleep. The simulated ones are short, and in turn.
        with concurrent.futures.ThreadPoolExecutor(len(jobs) if real else 1) as pool:
            texts = list(pool.map(lambda file: run(arguments, file, real), files))
    failed = 0
    for (kind, name, folder, expected), text in zip(jobs, texts):
        # In simulated time our one text counts for the semaphore: at 12 s the document's order is drift (see above).
        if name == "semaphore":
            expected = TRANSCRIPTS
        wrong = check(name, text, real, expected / (name + ".expected"))
        failed += bool(wrong)
        print("%s %-9s %s" % (kind, name, wrong if wrong else "ok"))
        if wrong:
            print("  all of it:\n" + "".join("    %s\n" % line for line in text.splitlines()))
    print("mission: %d programs, %d failed, in %s time" % (len(jobs), failed, "real" if real else "simulated"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

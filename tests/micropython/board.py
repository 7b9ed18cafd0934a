#!/usr/bin/env python3
"""Talks to MicroPython on a board: one that QEMU plays, or one behind a serial line.

usage: board.py run TARGET FILE.py ...   runs the files, each after a soft reboot, and prints what they print
       board.py check TARGET             tries what a person at the prompt relies on
TARGET is a firmware (an ELF file, for which QEMU is started and ended) or a terminal, as /dev/ttyACM0 or the name that
script/board prints.
options: --icount SHIFT  QEMU counts instructions: time is simulated, 2^SHIFT ns for each
         --limit S       the longest that a file may take, 60 s by default

As a module: with Board.at(TARGET) as board: board.run("print(1)").
"""
import argparse
import os
import re
import select
import subprocess
import sys
import termios
import time
import tty

# What QEMU is called with, for each kind of processor an ELF file may be for.
MACHINES = {
    40: ["qemu-system-arm", "-machine", "mps2-an385"],
    243: ["qemu-system-riscv32", "-machine", "virt", "-bios", "none"],
}
CTRL_A, CTRL_B, CTRL_C, CTRL_D = b"\x01", b"\x02", b"\x03", b"\x04"


def qemu_command(firmware, icount=None):
    """The command that runs a firmware, its serial line on a new terminal."""
    with open(firmware, "rb") as file:
        head = file.read(20)
    if head[:4] != b"\x7fELF":
        raise SystemExit(f"{firmware} is not a firmware: an ELF file is expected")
    kind = int.from_bytes(head[18:20], "little")
    if kind not in MACHINES:
        raise SystemExit(f"{firmware} is for a processor (ELF machine {kind}) that no board here has")
    command = MACHINES[kind] + ["-nographic", "-monitor", "null", "-semihosting", "-serial", "pty", "-kernel", firmware]
    if icount is not None:
        command += ["-icount", f"shift={icount},align=off,sleep=off"]
    return command


def start_qemu(firmware, icount=None):
    """Starts QEMU. Gives its process and the name of the terminal."""
    process = subprocess.Popen(qemu_command(firmware, icount), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    try:
        said = b""
        while not (found := re.search(rb"redirected to (/dev/\S+)", said)):
            # Not more than there is: what QEMU says later has no reader, and is little.
            more = os.read(process.stdout.fileno(), 4096) if select.select([process.stdout], [], [], 20)[0] else b""
            if not more:
                raise SystemExit("QEMU did not start: " + (said.decode(errors="replace").strip() or "it says nothing"))
            said += more
        return process, found[1].decode()
    except BaseException:
        stop_qemu(process)
        raise


def stop_qemu(process):
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


class BoardError(Exception):
    """The board did not say what was expected; the text tells what it said instead."""


class Board:
    """A serial line with MicroPython's prompt at its other end. Closing it ends the QEMU that was started for it."""

    def __init__(self, terminal, process=None):
        self.process = process
        self.line = os.open(terminal, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.line)
        how = termios.tcgetattr(self.line)
        how[4] = how[5] = termios.B115200
        termios.tcsetattr(self.line, termios.TCSANOW, how)
        self.raw = False

    @classmethod
    def at(cls, target, icount=None):
        if not os.path.isfile(target):
            return cls(target)
        process, terminal = start_qemu(target, icount)
        try:
            return cls(terminal, process)
        except BaseException:
            stop_qemu(process)
            raise

    def close(self):
        os.close(self.line)
        if self.process:
            stop_qemu(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        while data:
            data = data[os.write(self.line, data):]

    def until(self, end, limit=10):
        """What comes up to and including `end`; nothing is read beyond it."""
        got = bytearray()
        last = time.monotonic() + limit
        while not got.endswith(end):
            left = last - time.monotonic()
            if left > 0 and select.select([self.line], [], [], left)[0]:  # a board that has died may talk for ever
                got += os.read(self.line, 1)
            else:
                raise BoardError(f"the board did not say {end!r} within {limit} s, but {bytes(got[-300:])!r}")
        return bytes(got)

    def prompt(self):
        """To the friendly prompt, from wherever it is. QEMU looks only each second whether its terminal is open."""
        for _ in range(10):
            self.send(b"\r" + CTRL_C + CTRL_C + CTRL_B)
            try:
                self.until(b"\r\n>>> ", 1)
                break
            except BoardError as error:
                last = error
        else:
            raise last
        # The answers to what was sent twice: a word that was not sent before comes last.
        self.send(b"'here', 1\r")
        self.until(b"\r\n('here', 1)\r\n>>> ")
        self.raw = False

    def raw_prompt(self):
        if not self.raw:
            self.prompt()
            self.send(CTRL_A)
            self.until(b"raw REPL; CTRL-B to exit\r\n>")
            self.raw = True

    def soft_reboot(self):
        """Everything that was imported is gone."""
        self.raw_prompt()
        self.send(CTRL_D)
        self.until(b"raw REPL; CTRL-B to exit\r\n>")

    def start(self, program):
        """Starts a program, a text, and does not wait for it."""
        self.raw_prompt()
        self.send(program.encode() + CTRL_D)
        self.until(b"OK")

    def finish(self, limit=60):
        """Waits for the program that was started. Gives what it printed, and its traceback or an empty string."""
        output, error = (self.until(CTRL_D, limit)[:-1].decode(errors="replace").replace("\r\n", "\n") for _ in "12")
        self.until(b">")
        return output, error

    def run(self, program, limit=60):
        self.start(program)
        return self.finish(limit)


def run_files(board, files, limit):
    failed = 0
    for name in files:
        with open(name, encoding="utf-8") as file:
            program = file.read()
        board.soft_reboot()
        output, error = board.run(program, limit)
        sys.stdout.write(output)
        sys.stdout.flush()
        if error:
            failed = 1
            sys.stderr.write(error)
    return failed


def check_banner(board):
    board.prompt()
    board.send(CTRL_B)
    return board.until(b">>> ").decode().replace("\r\n", "\n"), r"\nMicroPython v?\d.*; .* with .*\n(.*\n)*>>> $"


def check_calculate(board):
    board.send(b"6 * 7\r")
    return board.until(b">>> ").decode(), r"6 \* 7\r\n42\r\n>>> $"


def check_interrupt_at_the_prompt(board):
    board.send(b"1 +" + CTRL_C)
    return board.until(b">>> ").decode(), r"1 \+\r\n>>> $"


def check_traceback(board):
    came = board.run("print('before')\n1 / 0\nprint('after')")
    return came, ("before\n", r"^Traceback.*\n.*line 2, in .*\nZeroDivisionError: .*\n$")


def check_soft_reboot(board):
    board.run("kept = 1")
    board.soft_reboot()
    return board.run("print(kept)")[1], r"NameError: name 'kept' isn't defined"


def check_friendly_soft_reboot(board):
    board.prompt()
    board.send(CTRL_D)
    return board.until(b">>> ").decode(), r"MPY: soft reboot\r\nMicroPython "


def check_interrupt_a_sleep(board):
    board.start("import time\nprint('asleep')\ntime.sleep(1000)\nprint('not reached')")
    board.until(b"asleep\r\n")
    board.send(CTRL_C)
    return board.finish(), ("", "KeyboardInterrupt: \n$")


def check_interrupt_a_loop(board):
    board.start("print('busy')\nwhile True:\n  pass")
    board.until(b"busy\r\n")
    board.send(CTRL_C)
    return board.finish(), ("", "KeyboardInterrupt: \n$")


def check_keys_are_kept(board):
    """What is typed while a program waits is there for the one who reads; a ^C among it is not, and interrupts."""
    board.start("import time\nprint('asleep')\ntry:\n  time.sleep(1000)\n"
                "except KeyboardInterrupt:\n  print([input() for _ in 'ab'])")
    board.until(b"asleep\r\n")
    board.send(b"one\rtw" + CTRL_C + b"o\r")
    return board.finish(), ("one\ntwo\n['one', 'two']\n", "^$")


def check_more_keys_than_fit(board):
    """Lines of 6 bytes, more than the board keeps: they come in order."""
    board.start("import time\nprint('asleep')\ntime.sleep_ms(300)\nprint([len(input()) for _ in range(200)].count(5))")
    board.until(b"asleep\r\n")
    board.send(b"abcde\r" * 200)
    output, error = board.finish()
    return (output.replace("abcde\n", "", 200), error), ("200\n", "^$")


CHECKS = [check_banner, check_calculate, check_interrupt_at_the_prompt, check_traceback, check_soft_reboot,
          check_friendly_soft_reboot, check_interrupt_a_sleep, check_interrupt_a_loop, check_keys_are_kept,
          check_more_keys_than_fit]


def check(board):
    """Each check gives what came, and a pattern for it (or a pair of both: the output, in full, and the error)."""
    failed = 0
    for each in CHECKS:
        name = each.__name__.removeprefix("check_").replace("_", " ")
        try:
            came, pattern = each(board)
            if isinstance(pattern, tuple):
                right = came[0] == pattern[0] and re.search(pattern[1], came[1])
            else:
                right = re.search(pattern, came)
            wrong = "" if right else f"expected {pattern!r}\n       came     {came!r}"
        except BoardError as error:
            wrong = str(error)
        print(f"FAILED {name}\n       {wrong}" if wrong else f"ok     {name}", flush=True)
        if wrong:
            failed = 1
            board.raw = False  # wherever it is now
    return failed


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("command", choices=["run", "check"])
    parser.add_argument("target")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--icount", type=int)
    parser.add_argument("--limit", type=float, default=60)
    words = parser.parse_args()
    try:
        with Board.at(words.target, words.icount) as board:
            return check(board) if words.command == "check" else run_files(board, words.files, words.limit)
    except (BoardError, OSError) as error:
        print(f"board: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

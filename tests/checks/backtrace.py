"""Runs inside gdb, see backtrace. Walks the frames at each stop, and at each instruction of cosy__switch."""
import gdb

ENDS = {"entry", "cosy__coro_main", "main"}  # below these there is nothing
BODIES = {"coroutine_body", "main_body", "main"}
GOOD = {gdb.FRAME_UNWIND_NO_REASON, gdb.FRAME_UNWIND_OUTERMOST}
wrong = []


def name_of(frame):
    name = frame.name() or "0x%x" % frame.pc()
    return name.replace("cosy.", "cosy__")  # two underscores in a row look like Ada to gdb


def names():
    """The functions from the newest frame to the oldest, and why there is no more."""
    frame, found = gdb.newest_frame(), []
    while True:
        found.append(name_of(frame))
        if len(found) > 50:
            return found, "more than 50 frames"
        try:
            older = frame.older()
        except gdb.error as error:
            return found, str(error)
        if older is None:
            reason = frame.unwind_stop_reason()
            return found, None if reason in GOOD else gdb.frame_stop_reason_string(reason)
        frame = older


def look(where, bodies, fresh=False):
    found, error = names()
    said = gdb.execute("bt", to_string=True)
    chain = " < ".join(found)
    if error or "corrupt" in said or "Cannot access" in said or "Backtrace stopped" in said:
        wrong.append("%s: expected a backtrace that ends cleanly, came %s (%s)" %
                     (where, chain, error or said.strip().splitlines()[-1]))
    elif found[-1] not in ENDS:
        wrong.append("%s: expected the last frame to be one of %s, came %s" % (where, sorted(ENDS), chain))
    elif found[:2] == ["cosy__switch", "cosy__coro_main"]:
        pass  # a coroutine that has ended leaves for good
    elif not fresh and not bodies & set(found):
        wrong.append("%s: expected a frame of %s, came %s" % (where, sorted(bodies), chain))
    return found


def alive():
    return gdb.selected_inferior().pid != 0


for setting in ("pagination off", "confirm off", "debuginfod enabled off", "disable-randomization on"):
    try:
        gdb.execute("set " + setting)
    except gdb.error:
        pass

# (1) at each stop of a coroutine: the first one, and those after switches
gdb.execute("break stop_here", to_string=True)
gdb.execute("run", to_string=True)
stops = 0
while alive() and stops < 12:
    look("stop %d" % stops, {"coroutine_body"})
    stops += 1
    gdb.execute("continue", to_string=True)
if stops != 12:
    wrong.append("expected 12 stops in coroutines, came %d" % stops)
gdb.execute("delete", to_string=True)
if alive():
    gdb.execute("kill", to_string=True)

# (2) at each instruction of each switch
gdb.execute("break cosy__switch", to_string=True)
gdb.execute("run", to_string=True)
switches, instructions, fresh_ones = 0, 0, 0
while alive():
    switches += 1
    sp = int(gdb.parse_and_eval("(unsigned long)$sp"))
    changed = False
    while alive() and name_of(gdb.newest_frame()) == "cosy__switch":
        now = int(gdb.parse_and_eval("(unsigned long)$sp"))
        changed = changed or abs(now - sp) > 256
        # On the stack of a coroutine that never ran there is no function of the user's yet.
        found, _ = names()
        fresh = changed and "entry" in found and "cosy__coro_main" not in found
        fresh_ones += fresh
        look("switch %d, %s" % (switches, gdb.execute("x/i $pc", to_string=True).strip()), BODIES, fresh)
        instructions += 1
        gdb.execute("stepi", to_string=True)
    if alive():
        fresh = gdb.newest_frame().name() == "entry"
        look("after switch %d" % switches, BODIES, fresh)
        gdb.execute("continue", to_string=True)
if switches < 10 or instructions < 10 * switches or not fresh_ones:
    wrong.append("expected at least 10 switches of 10 instructions, one of them to a new stack, came %d, %d, %d" %
                 (switches, instructions, fresh_ones))

told = set()
for line in wrong:
    words = line.split(": ", 1)[-1]
    if words not in told:
        told.add(words)
        print("WRONG " + line)
print("DONE %d stops, %d switches, %d instructions in them, %d on stacks that never ran" %
      (stops, switches, instructions, fresh_ones))

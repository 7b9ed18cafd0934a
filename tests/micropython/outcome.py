# What becomes of a call or an await, in one word: for tables that expect exceptions.
import asyncio


async def refused(say, kind, call):
    """Says what a call, or awaiting its result, raises; anything but `kind` goes on."""
    try:
        aw = call()
        if aw is not None:
            await aw
    except kind as error:
        say(str(error) or kind.__name__)
    else:
        say("accepted")


def ended_by(say, name):
    """A coroutine function: awaits and says what became of it."""

    async def run(aw):
        try:
            say("%s: %r" % (name, await aw))
        except asyncio.CancelledError:
            say("%s: cancelled" % name)
            raise
        except Exception as error:
            say("%s: %s" % (name, type(error).__name__))

    return run

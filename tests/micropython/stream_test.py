# not: board (it has no sockets)
# Streams on the loopback: the stream layer that MicroPython brings along, on this loop. Each case makes its own server.
import _thread
import asyncio
import cosy
import socket
import sys
import time
from check import case, main, settle

HOST = "127.0.0.1"


PORT = 42300


async def serve(handler):
    """A server on a port of its own; the port and the server."""
    global PORT
    while True:
        PORT += 1
        try:
            return PORT, await asyncio.start_server(handler, HOST, PORT)
        except OSError:
            if PORT > 42900:
                raise


async def echo(reader, writer):
    while True:
        data = await reader.read(100)
        if not data:
            break
        writer.write(data)
        await writer.drain()
    await writer.wait_closed()


async def ask(port, text):
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(text)
    await writer.drain()
    answer = await reader.readexactly(len(text))
    writer.close()
    await writer.wait_closed()
    return answer


@case("echo, one after the other", [b"one", b"two"])
async def _(say):
    port, server = await serve(echo)
    say(await ask(port, b"one"))
    say(await ask(port, b"two"))
    server.close()
    await server.wait_closed()


@case("echo, several clients at once", [b"0" * 50, b"1" * 50, b"2" * 50, b"3" * 50, b"4" * 50])
async def _(say):
    port, server = await serve(echo)
    tasks = [asyncio.create_task(ask(port, b"%d" % n * 50)) for n in range(5)]
    for task in tasks:
        say(await task)
    server.close()
    await server.wait_closed()


@case("lines, and the rest of a stream", [b"first\n", b"second\n", b"no end of line", b""])
async def _(say):
    async def lines(reader, writer):
        writer.write(b"first\nsecond\nno end of line")
        await writer.drain()
        await writer.wait_closed()

    port, server = await serve(lines)
    reader, writer = await asyncio.open_connection(HOST, port)
    for _ in range(4):
        say(await reader.readline())
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


@case("readexactly of a stream that ends is an EOFError; read gives what there is", ["EOFError", b"abc"])
async def _(say):
    async def short(reader, writer):
        writer.write(b"abc")
        await writer.drain()
        await writer.wait_closed()

    port, server = await serve(short)
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        say(await reader.readexactly(5))
    except EOFError:
        say("EOFError")
    await writer.wait_closed()
    reader, writer = await asyncio.open_connection(HOST, port)
    say(await reader.read(-1))
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


@case("a cancelled reader leaves the stream to the next one", ["cancelled", b"x"])
async def _(say):
    go = asyncio.Event()

    async def late(reader, writer):
        await go.wait()
        writer.write(b"x")
        await writer.drain()
        await writer.wait_closed()

    async def read(reader):
        try:
            say(await reader.read(1))
        except asyncio.CancelledError:
            say("cancelled")
            raise

    port, server = await serve(late)
    reader, writer = await asyncio.open_connection(HOST, port)
    first = asyncio.create_task(read(reader))
    await settle()
    first.cancel()
    await settle()
    second = asyncio.create_task(read(reader))
    await settle()
    go.set()
    await second
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


@case("a reader and a writer of one stream wait at once", ["read", "written", True])
async def _(say):
    # The writer goes on until the buffers of both ends are full and it has to wait; only then the other end answers.
    sent = got = 0
    go = asyncio.Event()

    async def slow(reader, writer):
        nonlocal got
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.05)
        writer.write(b"!")
        await writer.drain()
        data = b"."
        while data:
            data = await reader.read(4000)
            got += len(data)
        await writer.wait_closed()

    async def write(writer):
        nonlocal sent
        piece = bytes(4000)
        while not go.is_set():
            writer.write(piece)
            sent += len(piece)
            await writer.drain()
        say("written")

    port, server = await serve(slow)
    reader, writer = await asyncio.open_connection(HOST, port)
    writing = asyncio.create_task(write(writer))
    await reader.readexactly(1)
    say("read")
    go.set()
    await writing
    await writer.wait_closed()
    while got < sent:
        await asyncio.sleep(0.001)
    say(got == sent)
    server.close()
    await server.wait_closed()


@case("others run while a reader waits", ["tick", "tick", "tick", b"late"])
async def _(say):
    go = asyncio.Event()

    async def late(reader, writer):
        await go.wait()
        writer.write(b"late")
        await writer.drain()
        await writer.wait_closed()

    port, server = await serve(late)
    reader, writer = await asyncio.open_connection(HOST, port)

    async def tick():
        for _ in range(3):
            await asyncio.sleep(0.001)
            say("tick")
        go.set()

    asyncio.create_task(tick())
    say(await reader.readexactly(4))
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


@case("a closed server takes nobody in; those inside go on", ["refused", b"still here"])
async def _(say):
    port, server = await serve(echo)
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(b".")
    await writer.drain()
    await reader.readexactly(1)
    server.close()
    await server.wait_closed()
    try:
        await ask(port, b"?")
        say("answered")
    except OSError:
        say("refused")
    writer.write(b"still here")
    await writer.drain()
    say(await reader.readexactly(10))
    await writer.wait_closed()


@case("async with closes the server", [b"in", "refused"])
async def _(say):
    port, server = await serve(echo)
    async with server:
        say(await ask(port, b"in"))
    try:
        await ask(port, b"out")
    except OSError:
        say("refused")


@case("a handler that fails is reported; the server goes on", ["ZeroDivisionError", b"ok"])
async def _(say):
    failed = False

    async def fails_once(reader, writer):
        nonlocal failed
        if not failed:
            failed = True
            await writer.wait_closed()
            1 / 0
        await echo(reader, writer)

    loop = asyncio.get_event_loop()
    loop.set_exception_handler(lambda loop, context: say(type(context["exception"]).__name__))
    try:
        port, server = await serve(fails_once)
        reader, writer = await asyncio.open_connection(HOST, port)
        await reader.read(1)
        await writer.wait_closed()
        say(await ask(port, b"ok"))
        server.close()
        await server.wait_closed()
    finally:
        loop.set_exception_handler(None)


@case("what is no stream is refused, and the loop goes on", ["OSError", b"well"])
async def _(say):
    try:
        await asyncio.StreamReader(object()).read(1)
    except (OSError, AttributeError) as error:
        say(type(error).__name__)
    port, server = await serve(echo)
    say(await ask(port, b"well"))
    server.close()
    await server.wait_closed()


@case("the other's address", [True])
async def _(say):
    async def tell(reader, writer):
        say(bool(reader.get_extra_info("peername")))
        await writer.wait_closed()

    port, server = await serve(tell)
    reader, writer = await asyncio.open_connection(HOST, port)
    await reader.read(1)
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


def late_peer(listener):
    """In a thread: answers when the loop has long been waiting."""
    s = listener.accept()[0]
    time.sleep_ms(20)
    s.send(b"x")
    s.close()
    listener.close()


async def hear():
    global PORT
    PORT += 1
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo(HOST, PORT)[0][-1])
    listener.listen(1)
    _thread.start_new_thread(late_peer, (listener,))
    reader, writer = await asyncio.open_connection(HOST, PORT)
    heard = await reader.readexactly(1)
    await writer.wait_closed()
    return heard


async def hear_within_an_hour():
    return (await cosy.select(asyncio.create_task(hear()), asyncio.sleep(3600)))[0]


def alone(name, expected, main):
    """Without the limit of a case, whose timer would hide what is looked at here."""
    try:
        came = asyncio.run(main())
    except RuntimeError as error:
        came = error
    if came != expected:
        print("stream: %s\n  expected: %r\n  came:     %r" % (name, expected, came))
        sys.exit(1)


cosy.expect(False)
alone("a wait for a stream is no deadlock", b"x", hear)
asyncio.new_event_loop()
cosy.virtual()
alone("simulated time stands still for a stream", 0, hear_within_an_hour)
asyncio.new_event_loop()
cosy.virtual(False)
main("stream")

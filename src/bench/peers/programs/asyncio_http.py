"""A minimal HTTP/1.1 server on asyncio's streams: "Python asyncio"."""

import asyncio
import os
import time
from urllib.parse import parse_qs, urlsplit

REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 501: "Not Implemented"}
HEAD_LIMIT = 16 * 1024


async def serve(reader, writer):
    try:
        while await serve_request(reader, writer):
            pass
    except (OSError, asyncio.IncompleteReadError):
        pass  # The client went away.
    except (ValueError, asyncio.LimitOverrunError):
        write(writer, 400, "Bad Request", keep=False)
    finally:
        writer.close()


async def serve_request(reader, writer):
    """Answers one request, and returns whether there may be another one."""
    head = await reader.readuntil(b"\r\n\r\n")
    line, *lines = head[:-4].decode("latin-1").split("\r\n")
    method, target, version = line.split(" ")
    fields = {}
    for field in lines:
        name, colon, value = field.partition(":")
        if not colon:
            raise ValueError(field)
        fields[name.lower()] = value.strip()
    keep = version == "HTTP/1.1" and "close" not in fields.get("connection", "").lower()
    if method not in ("GET", "HEAD") or "transfer-encoding" in fields:
        write(writer, 501, "Not Implemented", keep=False)
        return False
    await reader.readexactly(int(fields.get("content-length", "0")))
    status, text = await answer(target)
    write(writer, status, text, keep, method == "HEAD")
    await writer.drain()
    return keep


async def answer(target):
    if target == "/":
        return 200, "Hello, World!"
    url = urlsplit(target)
    if url.path != "/work":
        return 404, "Not Found"
    query = parse_qs(url.query)
    cpu = int(query.get("cpu_ms", ["0"])[0])
    io = int(query.get("io_ms", ["0"])[0])
    burn(cpu)
    if io > 0:
        await asyncio.sleep(io / 1000)
    return 200, f"Worked {cpu} ms, waited {io} ms"


def burn(milliseconds):
    end = time.thread_time() + milliseconds / 1000
    while time.thread_time() < end:
        pass


def write(writer, status, text, keep, without_body=False):
    body = text.encode()
    head = (
        f"HTTP/1.1 {status} {REASONS[status]}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"{'' if keep else 'Connection: close' + chr(13) + chr(10)}\r\n"
    )
    writer.write(head.encode() + (b"" if without_body else body))


async def main():
    # asyncio turns Nagle's algorithm off.
    server = await asyncio.start_server(
        serve, "127.0.0.1", int(os.environ["PORT"]), limit=HEAD_LIMIT, backlog=4096
    )
    await server.serve_forever()


asyncio.run(main())

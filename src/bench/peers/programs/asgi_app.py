"""An ASGI application without a framework: "uvicorn"."""

import asyncio
import time
from urllib.parse import parse_qs


async def app(scope, receive, send):
    status, text = await answer(scope)
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def answer(scope):
    if scope["path"] == "/":
        return 200, "Hello, World!"
    if scope["path"] != "/work":
        return 404, "Not Found"
    query = parse_qs(scope["query_string"].decode())
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

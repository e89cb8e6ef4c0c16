"""A WSGI application without a framework: "gunicorn"."""

import time
from urllib.parse import parse_qs


def app(environ, start_response):
    status, text = answer(environ)
    body = text.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    start_response(status, headers)
    return [body]


def answer(environ):
    if environ["PATH_INFO"] == "/":
        return "200 OK", "Hello, World!"
    if environ["PATH_INFO"] != "/work":
        return "404 Not Found", "Not Found"
    query = parse_qs(environ["QUERY_STRING"])
    cpu = int(query.get("cpu_ms", ["0"])[0])
    io = int(query.get("io_ms", ["0"])[0])
    burn(cpu)
    if io > 0:
        time.sleep(io / 1000)
    return "200 OK", f"Worked {cpu} ms, waited {io} ms"


def burn(milliseconds):
    end = time.thread_time() + milliseconds / 1000
    while time.thread_time() < end:
        pass

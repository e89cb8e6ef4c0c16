"""A backend for gunicorn, which records what it has parsed: see tests/helpers/http_backend.ts."""

import hashlib
import itertools
import json
import os
import time

NAME = os.environ["BACKEND_NAME"]
FOLDER = os.environ["BACKEND_FOLDER"]
PARSED = os.open(f"{FOLDER}/parsed", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
NUMBERS = itertools.count(1)


def record(**entry):
    """Writes at once, so that nothing is lost if the process is killed."""
    os.write(PARSED, (json.dumps(entry) + "\n").encode())


def fields_of(environ):
    """WSGI has names in capitals, with an underscore for each hyphen, and joins their values."""
    names = [name for name in environ if name.startswith("HTTP_")]
    fields = [[name[5:].replace("_", "-"), environ[name]] for name in names]
    for name in ("CONTENT_LENGTH", "CONTENT_TYPE"):
        if environ.get(name):
            fields.append([name.replace("_", "-"), environ[name]])
    return fields


def app(environ, start_response):
    number = next(NUMBERS)
    target = environ["RAW_URI"]
    method = environ["REQUEST_METHOD"]
    connection = str(environ["REMOTE_PORT"])
    fields = fields_of(environ)
    record(event="begun", id=number, connection=connection, method=method, target=target, fields=fields)
    body = environ["wsgi.input"].read()
    length = environ.get("CONTENT_LENGTH")
    # It does not tell a body that was cut off from others.
    if not length or len(body) == int(length):
        digest = hashlib.sha256(body).hexdigest()
        record(event="complete", id=number, length=len(body), sha256=digest, trailers=[])
    status, content = respond(method, target, body)
    headers = [
        ("X-Backend", NAME),
        ("X-Seen", environ.get("HTTP_X_FORWARDED_FOR", "")),
        ("Content-Length", str(len(content))),
    ]
    start_response(status, headers)
    return [b"" if method == "HEAD" else content]


def respond(method, target, body):
    path, _, query = target.partition("?")
    if path == "/health":
        return ("500 Broken" if os.path.exists(f"{FOLDER}/broken") else "200 OK"), b""
    if path == "/echo":
        return "200 OK", body
    if path == "/bytes":
        return "200 OK", b"x" * int(query)
    if path == "/wait":
        time.sleep(int(query) / 1000)
    return "200 OK", f"{NAME} {method} {target}".encode("latin-1")

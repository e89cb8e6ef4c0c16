"""The HTTP server of the standard library, a thread for each connection: "Python threads"."""

import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import parse_qs, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # Sends head and body in one segment.
    wbufsize = -1

    def do_GET(self):
        status, text = answer(self.path)
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """No access log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 4096

    def server_bind(self):
        """Does not resolve the name of the address, which can take long."""
        TCPServer.server_bind(self)

    def handle_error(self, *_):
        """The client went away."""


def answer(target):
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
        time.sleep(io / 1000)
    return 200, f"Worked {cpu} ms, waited {io} ms"


def burn(milliseconds):
    end = time.thread_time() + milliseconds / 1000
    while time.thread_time() < end:
        pass


Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()

"""Echo by the standard library, a thread for each connection: "Python threads"."""

import os
from socket import IPPROTO_TCP, TCP_NODELAY
from socketserver import BaseRequestHandler, ThreadingTCPServer

BUFFER_SIZE = 64 * 1024


class Echo(BaseRequestHandler):
    def handle(self):
        self.request.setsockopt(IPPROTO_TCP, TCP_NODELAY, True)
        while data := self.request.recv(BUFFER_SIZE):
            self.request.sendall(data)


class Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 4096

    def handle_error(self, *_):
        """The client went away."""


Server(("127.0.0.1", int(os.environ["PORT"])), Echo).serve_forever()

"""The yardstick of another language: echo with a thread for each connection, of the standard library."""

import socketserver


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(4096):
            self.request.sendall(data)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 4096

    def handle_error(self, request, client_address):
        """The client went away."""


with Server(("127.0.0.1", 0), Echo) as server:
    print(f"port={server.server_address[1]}", flush=True)
    server.serve_forever()

/**
 * A WebSocket for all: what one client sends is echoed to it, and told to all others.
 *
 * Run it:  deno run -A main.ts --handler examples/websocket.ts
 * Try it:  socket = new WebSocket("ws://127.0.0.1:8000");
 *          socket.onmessage = ({ data }) => console.log(data); socket.send("hello")
 *          (in the consoles of two browsers)
 *
 * The clients are this module's, so those of one thread or process hear each other.
 */
import type { FetchHandler } from "../src/mod.ts";

const clients = new Set<WebSocket>();

export default {
  fetch(request, info) {
    if (request.headers.get("upgrade") === null) return new Response("Speak WebSocket\n");
    const { socket, response } = info.upgrade(request);
    socket.onopen = () => clients.add(socket);
    socket.onclose = () => clients.delete(socket);
    socket.onmessage = ({ data }) => {
      socket.send(data);
      for (const other of clients) if (other !== socket) other.send(data);
    };
    return response;
  },
} satisfies FetchHandler;

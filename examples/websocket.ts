/**
 * A WebSocket broadcast: every message is sent to all clients, its sender included.
 * Shows a fetch handler that upgrades requests.
 *
 * Run it:  deno run -A main.ts examples/websocket.ts
 * Try it:  open http://127.0.0.1:8000 in two browser windows, and enter in their consoles:
 *
 *     socket = new WebSocket("ws://127.0.0.1:8000");
 *     socket.onmessage = ({ data }) => console.log(data);
 *     socket.onopen = () => socket.send("hello");
 *
 * Each thread or process has its own copy of this module, so only clients of the
 * same one receive each other's messages.
 */
import type { FetchHandler } from "../src/mod.ts";

const clients = new Set<WebSocket>();

export default {
  fetch(request, info) {
    if (request.headers.get("upgrade") === null) {
      return new Response("Expected a WebSocket upgrade\n");
    }
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

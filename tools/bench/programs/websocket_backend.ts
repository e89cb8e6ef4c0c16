/** A WebSocket handler that greets each client, and echoes what it sends. */
import type { Handler } from "sluice";

const GREETING = "Hello, World!";

export default {
  fetch(request, info) {
    const { socket, response } = info.upgrade(request);
    socket.onopen = () => socket.send(GREETING);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  },
} satisfies Handler;

/**
 * Serves a page that connects back over a WebSocket. The server's end echoes,
 * closes on the message "Close", and logs how it was closed.
 */

/** Resolves with the next event of a type. */
function next(socket, type) {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
}

async function connect() {
  const socket = new WebSocket(`ws://${location.host}/socket`);
  socket.binaryType = "arraybuffer";
  await next(socket, "open");
  return socket;
}

/** Sends a text or a buffer; returns whether the same comes back. */
async function exchange(socket, message) {
  const answer = next(socket, "message");
  socket.send(message);
  const { data } = await answer;
  if (typeof message === "string") return data === message;
  const [sent, received] = [message, data].map((buffer) => new Uint8Array(buffer));
  return received.length === sent.length && received.every((byte, i) => byte === sent[i]);
}

/**
 * Exchanges texts and buffers of the given sizes, then closes or has the server close.
 *
 * @returns Whether each came back unchanged, and how the socket was closed.
 */
async function talk(sizes, whoCloses) {
  const socket = await connect();
  const areEqual = [];
  for (const size of sizes) {
    areEqual.push(await exchange(socket, "é".repeat(size)));
    areEqual.push(await exchange(socket, Uint8Array.from({ length: size }, (_, i) => i).buffer));
  }
  const closed = next(socket, "close");
  if (whoCloses === "client") socket.close(4001, "I am done");
  else socket.send("Close");
  const { code, reason, wasClean } = await closed;
  return [areEqual, [code, reason, wasClean]];
}

const PAGE =
  `<!doctype html><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,">
<script>${[next, connect, exchange, talk].join("\n")}</script>`;

export default {
  fetch(request, info) {
    if (request.headers.get("upgrade") === null) {
      return new Response(PAGE, { headers: { "content-type": "text/html" } });
    }
    const { socket, response } = info.upgrade(request);
    socket.onmessage = ({ data }) => {
      if (data === "Close") socket.close(1000, "As you like");
      else socket.send(data);
    };
    socket.onclose = ({ code, reason, wasClean }) =>
      info.context.log.info("Socket closed", { code, reason, wasClean });
    return response;
  },
};

/**
 * A Hono application, as it is written for any other server.
 *
 * Run it:  deno run -A main.ts --handler examples/hono.ts
 * Try it:  curl -i localhost:8000/users/ada
 *          curl -i localhost:8000/json -H content-type:application/json -d '{"text":"hello"}'
 *          curl -N localhost:8000/count   (and /ticks, the same as server-sent events)
 *
 * A fetch handler: what such an application exports by default is one. `c.env` is
 * what the server tells beside the request; with it /echo becomes a WebSocket.
 * The executable takes JavaScript in one file:
 *
 *     deno bundle -o hono.js examples/hono.ts
 *     sluice --handler hono.js
 */
import { Hono } from "hono";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE, streamText } from "hono/streaming";
import type { FetchInfo } from "../src/mod.ts";

/** How far is counted. */
const LAST = 3;
/** Milliseconds between two numbers. */
const PAUSE = 200;

const app = new Hono<{ Bindings: FetchInfo }>();

app.use(secureHeaders());

app.get("/", (c) => c.text("Hello from Hono!"));

app.get("/users/:id", etag(), (c) => c.json({ id: c.req.param("id") }));

app.post("/json", async (c) => {
  const received = await c.req.json().catch(() => {
    throw new HTTPException(400, { message: "Wanted JSON" });
  });
  return c.json({ received }, 201);
});

app.get("/count", (c) =>
  streamText(c, async (stream) => {
    for (let number = 1; number <= LAST && !stream.aborted; number++) {
      if (number > 1) await stream.sleep(PAUSE);
      await stream.writeln(String(number));
    }
  }));

app.get("/ticks", (c) =>
  streamSSE(c, async (stream) => {
    for (let number = 1; number <= LAST && !stream.aborted; number++) {
      if (number > 1) await stream.sleep(PAUSE);
      await stream.writeSSE({ event: "tick", data: String(number) });
    }
  }));

app.get("/echo", (c) => {
  if (c.req.header("upgrade") === undefined) return c.text("Speak WebSocket", 426);
  const { socket, response } = c.env.upgrade(c.req.raw);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});

app.get("/fail", () => {
  throw new Error("This route always fails");
});

export default app;

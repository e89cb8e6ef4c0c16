/**
 * A Hono application. Shows that an application written for any server with the
 * standard fetch API runs unchanged: its default export is a fetch handler.
 *
 * Run it:  deno run -A main.ts examples/hono.ts
 * Try it:  curl -i localhost:8000/users/ada
 *          curl -i localhost:8000/json -H content-type:application/json -d '{"text":"hello"}'
 *          curl -N localhost:8000/count   (/ticks sends the same as server-sent events)
 *
 * `c.env` is the server's FetchInfo; /echo uses it to upgrade to a WebSocket. The
 * executable loads plain JavaScript only, so bundle the application for it:
 *
 *     deno bundle -o hono.js examples/hono.ts
 *     sluice hono.js
 */
import { Hono } from "hono";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE, streamText } from "hono/streaming";
import type { FetchInfo } from "../src/mod.ts";

/** The last number to count to. */
const LAST = 3;
/** Milliseconds between numbers. */
const PAUSE = 200;

const app = new Hono<{ Bindings: FetchInfo }>();

app.use(secureHeaders());

app.get("/", (c) => c.text("Hello from Hono!"));

app.get("/users/:id", etag(), (c) => c.json({ id: c.req.param("id") }));

app.post("/json", async (c) => {
  const received = await c.req.json().catch(() => {
    throw new HTTPException(400, { message: "Expected JSON" });
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
  if (c.req.header("upgrade") === undefined) return c.text("Expected a WebSocket upgrade", 426);
  const { socket, response } = c.env.upgrade(c.req.raw);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
});

app.get("/fail", () => {
  throw new Error("This route always fails");
});

export default app;

/** Streamed responses that are quiet, on whole servers. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { ask, askAlone, requestText } from "../helpers/http_client.ts";
import { testEachMode, testEachPlace } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";
import { type Leaving, LEAVINGS, Visitor } from "../helpers/visitor.ts";

/** Server-sent events, of which there is one for now. */
const SOURCE = `
export default {
  fetch(request, { context }) {
    if (new URL(request.url).pathname === "/") return new Response("fine");
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: first\\n\\n")),
      cancel: (reason) => context.log.info("Cancelled: {reason}", { reason: String(reason) }),
    });
    return new Response(stream, { headers: { "Content-Type": "text/event-stream" } });
  },
};`;
const EVENT = "data: first\n\n";

testEachMode(
  "quiet streams whose clients have left are cancelled, and their places given back",
  async ({ args, clients }) => {
    const rest: Leaving[] = [...LEAVINGS];
    await using handler = await makeHandler(SOURCE);
    await using folder = await accessLog();
    const count = Math.min(clients, rest.length);
    const limits = ["--max-connections", String(count), "--graceful-timeout", "1m"];
    const options = [...limits, "--access-log", folder.path];
    await using server = await startServer(args(...handler.args, ...options));
    while (rest.length > 0) {
      await Promise.all(
        rest.splice(0, count).map(async (leaving) => {
          const visitor = await Visitor.open(server);
          await visitor.send(requestText("GET", "/events"));
          await visitor.receiveUntil(EVENT);
          void visitor.leave(leaving);
        }),
      );
      let isServed = false;
      void askAlone(server, "GET", "/", { Connection: "close" }).then(
        () => isServed = true,
        () => {},
      );
      await until("a place is given back", () => isServed);
    }
    const started = performance.now();
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assert(performance.now() - started < 30_000, "waited for a client that had left");
    assertEquals(server.records("Cancelled").length, LEAVINGS.length);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
    const closed = server.records("Connection closed");
    assertEquals(
      closed.map((record) => record["sluice.connection.ended_by"]).filter((by) => by === "client"),
      LEAVINGS.map(() => "client"),
    );
    const lines = (await Deno.readTextFile(folder.path)).split("\n");
    const recorded = lines.filter((line) => line.includes(`"GET /events HTTP/1.1" 200 13 `));
    assertEquals(recorded.length, LEAVINGS.length, lines.join("\n"));
  },
  { limits: "exact" },
);

testEachPlace("a quiet stream ends at a drain, and its client can tell", async ({ args }) => {
  await using handler = await makeHandler(SOURCE);
  await using server = await startServer(args(...handler.args, "--graceful-timeout", "60s"));
  using client = await Client.connect(server);
  await client.send(requestText("GET", "/events"));
  await client.receiveUntil(`${EVENT}\r\n`);
  server.kill("SIGTERM");
  assertEquals(await client.receiveAll(), "", "the last chunk would say that it is complete");
  client.close();
  assertEquals(await server.exited, 0);
  assertEquals(server.records("Cancelled").length, 1);
  assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
  const [record] = server.records("Connection closed");
  assertEquals(record?.["sluice.connection.ended_by"], "drain");
});

async function accessLog(): Promise<{ path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir();
  return {
    path: `${folder}/access.log`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

testEachPlace(
  "a quiet stream outlives a reload, and ends at --retire-timeout",
  async ({ args }) => {
    await using handler = await makeHandler(SOURCE);
    const timeouts = ["--retire-timeout", "1s", "--graceful-timeout", "60s"];
    await using server = await startServer(args(...handler.args, ...timeouts));
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/events"));
    await client.receiveUntil(`${EVENT}\r\n`);
    server.kill("SIGHUP");
    const reloaded = await server.logged("Reloaded");
    assertEquals(await client.receiveAll(), "");
    client.close();
    const cancelled = await server.logged("Cancelled");
    assert(cancelled.timestamp > reloaded.timestamp, `${cancelled.timestamp} is too early`);
    using other = await Client.connect(server);
    assertEquals((await ask(other, "GET", "/")).body, "fine");
  },
);

/** Clients that leave while their handler waits for something else. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import type { Connection } from "../../../src/core/connection.ts";
import type { Service } from "../../../src/core/service.ts";
import { serveRequests } from "../../../src/services/handler/framing.ts";
import { serveProtocol } from "../../../src/services/handler/protocol.ts";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { serve } from "../../helpers/lane.ts";
import { testEachPlace } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { CONTEXT } from "../../helpers/service_context.ts";
import { until } from "../../helpers/until.ts";
import { Visitor } from "../../helpers/visitor.ts";

const decoder = new TextDecoder();
const never = () => new Promise<never>(() => {});

const SERVICES: Readonly<Record<string, Service>> = {
  "handle()": serveRequests({ type: "lines" }, { handle: never }, CONTEXT),
  "dataReceived()": serveProtocol(() => ({ dataReceived: never })),
  "connectionMade()": serveProtocol(() => ({ connectionMade: never })),
  "serve()": never,
};

for (const [name, service] of Object.entries(SERVICES)) {
  Deno.test(`${name} that waits gives its place back when the client resets the connection`, async () => {
    await using serving = await serve(service);
    const visitor = await Visitor.open(serving);
    await visitor.send("request\n");
    await until("the request is read", () => serving.row.get("bytesIn") === 8);
    await visitor.leave("resets");
    const [closed] = await serving.closed(1);
    assertEquals([closed?.endedBy, closed?.phase, serving.resources.open], [
      "client",
      "serving",
      0,
    ]);
  });
}

Deno.test("handle() that waits keeps its request, and answers a client that half-closes", async () => {
  const goOn = Promise.withResolvers<void>();
  const service = serveRequests({ type: "length", bytes: 1 }, {
    async handle(request: Uint8Array) {
      await goOn.promise;
      return request;
    },
  }, CONTEXT);
  await using serving = await serve(service, { idleTimeout: 20_000 });
  using client = await Client.connect(serving);
  await client.send("\x03one");
  await until("the request is read", () => serving.row.get("bytesIn") === 4);
  await client.send("\x03two\x05three");
  await until("others are read ahead", () => serving.row.get("bytesIn") === 14);
  await client.end();
  goOn.resolve();
  assertEquals(await client.receiveAll(), "\x03one\x03two\x05three");
  const [closed] = await serving.closed(1);
  assertEquals(closed?.endedBy, "client");
});

Deno.test("serve() that writes now and then is not idle because its client is watched", async () => {
  const lent = Promise.withResolvers<Connection>();
  const done = Promise.withResolvers<void>();
  await using serving = await serve((connection) => {
    lent.resolve(connection);
    return done.promise;
  }, { idleTimeout: 3000 });
  using client = await Client.connect(serving);
  const connection = await lent.promise;
  await client.send("early");
  await until("the client is watched", () => serving.row.get("bytesIn") === 5);
  // For longer than the timeout, with pauses far below it.
  for (let count = 0; count < 40; count++) {
    await delay(100);
    await connection.write("x");
  }
  assertEquals(await client.receiveText(40), "x".repeat(40));
  assertEquals(decoder.decode(await connection.read() ?? undefined), "early");
  done.resolve();
});

testEachPlace(
  "a handler that never settles gives its place back when the client resets the connection",
  async ({ args }) => {
    await using handler = await makeHandler(`export default {
      framing: { type: "lines" },
      handle: (line) => line === "wait" ? new Promise(() => {}) : line,
    };`);
    const limits = ["--max-connections", "1", "--graceful-timeout", "60s"];
    await using server = await startServer(args(...handler.args, ...limits));
    const visitor = await Visitor.open(server);
    await visitor.send("first\nwait\n");
    await visitor.receiveUntil("first\n");
    void visitor.leave("resets");
    using client = await Client.connect(server);
    let answer = "";
    void client.ask("next").then((line) => answer = line, () => {});
    await until("a place is given back", () => answer === "next\n", 10_000);
    client.close();
    // Otherwise the stop may come first, and end it.
    await until("both are recorded", () => server.records("Connection closed").length === 2);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
    assertEquals(
      server.records("Connection closed").map((record) => record["sluice.connection.ended_by"]),
      ["client", "client"],
    );
  },
  { limits: "exact" },
);

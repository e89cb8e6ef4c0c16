/** Fetch handlers on whole servers. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import {
  ask,
  receiveLastResponse,
  receiveResponse,
  requestText,
} from "../../helpers/http_client.ts";
import { testEachPlace } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";

/** A handler whose behaviour depends on the path. */
const SOURCE = `
function refuse() {
  throw new Error("This is secret");
}
const routes = {
  "/": () => new Response("fine"),
  "/fail": refuse,
  "/never": () => new Promise(() => {}),
  "/silent": () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(3)) })),
  "/later": () => {
    Promise.resolve().then(() => Promise.resolve()).then(refuse);
    return new Response("fine");
  },
  "/url": (request) => new Response(request.url),
  "/info": (request, info) => Response.json(info.remoteAddr),
};
export default {
  word: "mine",
  fetch(request, info) {
    const { pathname } = new URL(request.url);
    if (pathname === "/this") return new Response(this.word);
    return routes[pathname](request, info);
  },
};`;

testEachPlace(
  "fetch that throws is logged with its stack, and the client gets only the id",
  async ({ args }) => {
    await using handler = await makeHandler(SOURCE);
    await using server = await startServer(args(...handler.args));
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/fail"));
    const { status, fields, body } = await receiveResponse(client);
    assertEquals(status, 500);
    assertNotMatch(`${JSON.stringify(fields)}${body}`, /secret|refuse|\.js|at /);
    const record = await server.logged("Request failed");
    assertEquals(record["severity"], "ERROR");
    assertEquals(record["sluice.request.id"], fields["x-request-id"]);
    assertEquals(record["exception.message"], "This is secret");
    assertMatch(String(record["exception.stacktrace"]), /refuse .*\.js:3:9/);
    assert(body.includes(fields["x-request-id"] ?? "none"));
  },
);

testEachPlace(
  "fetch that never responds becomes 503 after --request-timeout, and is logged",
  async ({ args }) => {
    await using handler = await makeHandler(SOURCE);
    // Long enough for the first request of the other worker, on a busy machine.
    await using server = await startServer(args(...handler.args, "--request-timeout", "1s"));
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/never"));
    assertEquals((await receiveLastResponse(client)).status, 503);
    client.close();
    const record = await server.logged("Request refused");
    assertEquals(record["http.response.status_code"], 503);
    assertStringIncludes(String(record["sluice.request.reason"]), "--request-timeout");
    assertMatch(String(record["sluice.request.id"]), /^\d+-\d+-1$/);
    using next = await Client.connect(server);
    assertEquals((await ask(next, "GET", "/")).body, "fine");
  },
);

testEachPlace(
  "fetch that leaves an unhandled rejection does not end the server",
  async ({ args }) => {
    await using handler = await makeHandler(SOURCE);
    await using server = await startServer(args(...handler.args));
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/later"));
    await server.logged((line) => line["severity"] === "ERROR");
    client.close();
    // A crashing process resets the clients in its accept queue, before another replaces it.
    await until("the next client is served", async () => {
      using next = await Client.connect(server);
      return (await ask(next, "GET", "/").catch(unlessReset))?.body === "fine";
    });
  },
);

function unlessReset(error: unknown): null {
  if (error instanceof Deno.errors.ConnectionReset) return null;
  throw error;
}

testEachPlace(
  "fetch with an endless stream is killed after --graceful-timeout",
  async ({ args }) => {
    await using handler = await makeHandler(SOURCE);
    await using server = await startServer(args(...handler.args, "--graceful-timeout", "200ms"));
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/silent"));
    await client.receiveUntil("\0\0\0\r\n");
    server.kill("SIGTERM");
    assertEquals(await client.receiveAll(), "");
    await server.exited;
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 1);
  },
);

Deno.test("fetch is called with its handler as `this`", async () => {
  await using handler = await makeHandler(SOURCE);
  await using server = await startServer(handler.args);
  using client = await Client.connect(server);
  assertEquals((await ask(client, "GET", "/this")).body, "mine");
});

Deno.test("fetch serves a Unix socket, whose clients have no address", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/s.sock`;
  await using handler = await makeHandler(SOURCE);
  await using server = await startServer([...handler.args, "--bind", `unix:${path}`]);
  const talk = async (request: string) => {
    using conn = await Deno.connect({ transport: "unix", path });
    await conn.write(new TextEncoder().encode(request));
    return await new Response(conn.readable).text();
  };
  assertMatch(await talk("GET /url HTTP/1.0\r\n\r\n"), /\r\n\r\nhttp:\/\/localhost\/url$/);
  assertMatch(
    await talk(requestText("GET", "/url", { Host: "a", Connection: "close" })),
    /http:\/\/a\/url$/,
  );
  assertMatch(await talk("GET /info HTTP/1.0\r\n\r\n"), /\r\n\r\n\{"transport":"unix"/);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  await Deno.remove(folder, { recursive: true });
});

import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../helpers/client.ts";
import { echoOverWebSocket, HONO_CASES } from "../helpers/hono.ts";
import { ask, askAlone } from "../helpers/http_client.ts";
import { type ModeUnderTest, testEachPlace } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";

function startExample({ args }: ModeUnderTest, name: string): Promise<Server> {
  const path = fileURLToPath(import.meta.resolve(`../../examples/${name}`));
  return startServer(args("--handler", path));
}

for (const [promise, run] of Object.entries(HONO_CASES)) {
  testEachPlace(`hono ${promise}`, async (mode) => {
    await using server = await startExample(mode, "hono.ts");
    await run(server);
  });
}

testEachPlace("routes adds, lists, shows and deletes notes", async (mode) => {
  await using server = await startExample(mode, "routes.ts");
  const add = (text: string) => askAlone(server, "POST", "/notes", {}, JSON.stringify({ text }));
  const first = await add("Buy milk");
  assertEquals([first.status, first.body], [201, '{"id":"1","text":"Buy milk"}']);
  assertEquals(first.fields["content-type"], "application/json");
  assertEquals((await add("Rest")).body, '{"id":"2","text":"Rest"}');
  assertEquals((await askAlone(server, "GET", "/notes/1")).body, first.body);
  assertEquals((await askAlone(server, "DELETE", "/notes/1")).status, 204);
  assertEquals((await askAlone(server, "DELETE", "/notes/1")).status, 404);
  assertEquals((await askAlone(server, "GET", "/notes/1")).status, 404);
  assertEquals((await askAlone(server, "GET", "/notes")).body, '[{"id":"2","text":"Rest"}]');
}, { memory: "one" });

testEachPlace("routes answers invalid requests with the right status", async (mode) => {
  await using server = await startExample(mode, "routes.ts");
  const cases: [method: string, target: string, body: string, status: number][] = [
    ["POST", "/notes", "{", 400],
    ["POST", "/notes", "null", 400],
    ["POST", "/notes", '{"text":1}', 400],
    ["PATCH", "/notes/1", "{}", 405],
    ["GET", "/", "", 404],
  ];
  for (const [method, target, body, status] of cases) {
    const answer = await askAlone(server, method, target, {}, body);
    assertEquals(answer.status, status, `${method} ${target} ${body}`);
  }
});

testEachPlace("routes answers 507 at its maximum of notes", async (mode) => {
  await using server = await startExample(mode, "routes.ts");
  using client = await Client.connect(server);
  const add = ["POST", "/notes", {}, '{"text":"x"}'] as const;
  const answers = Array.from({ length: 1000 }, () => 201);
  for (const status of [...answers, 507]) {
    assertEquals((await ask(client, ...add)).status, status);
  }
}, { memory: "one", clients: 2 });

testEachPlace(
  "websocket echoes, and answers a plain request with a hint",
  async (mode) => {
    await using server = await startExample(mode, "websocket.ts");
    assertEquals(await echoOverWebSocket(`ws://127.0.0.1:${server.port}`, "hello"), "hello");
    const { status, body } = await askAlone(server, "GET", "/");
    assertEquals([status, body], [200, "Expected a WebSocket upgrade\n"]);
  },
);

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { testServer } from "../../src/testing/mod.ts";
import { MODES } from "../../src/modes/registry.ts";
import { makeHandler } from "../helpers/handlers.ts";

const LINES = `export default {
  framing: { type: "lines" },
  handle(line, { log }) {
    log.info("Asked", { line });
    return line === "close" ? undefined : line.toUpperCase();
  },
};`;

const HTTP = `export default { fetch(request, info) {
  if (!new URL(request.url).pathname.startsWith("/chat")) return new Response("Hello");
  const { socket, response } = info.upgrade();
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
} };`;

for (const mode of Object.keys(MODES) as (keyof typeof MODES)[]) {
  Deno.test(`testServer() starts a handler in ${mode} mode, with clients, log and a clean stop`, async () => {
    await using handler = await makeHandler(LINES);
    await using server = await testServer(handler.path, { mode });
    using client = await server.connect();
    assertEquals(await client.ask("one"), "ONE");
    await client.send("two\nthree\n");
    assertEquals(await client.readBytes(4), new TextEncoder().encode("TWO\n"));
    assertEquals(await client.readLine(), "THREE");
    await client.end();
    assertEquals(await client.readLine(), null);
    const record = await server.logged("Asked");
    assertEquals([record["line"], record.severity], ["one", "INFO"]);
    assertEquals(await server.stop(), 0);
    const asked = server.log.filter(({ message }) => message === "Asked");
    assertEquals(asked.map(({ line }) => line), ["one", "two", "three"]);
  });
}

Deno.test("testServer() has clients for HTTP and WebSocket", async () => {
  await using handler = await makeHandler(HTTP);
  await using server = await testServer(new URL(`file://${handler.path}`));
  const response = await server.fetch("/", { method: "POST", body: "x" });
  assertEquals([response.status, await response.text()], [200, "Hello"]);
  await using socket = await server.webSocket("/chat");
  socket.send("text");
  socket.send(Uint8Array.of(1, 2));
  assertEquals(await socket.receive(), "text");
  assertEquals(await socket.receive(), Uint8Array.of(1, 2));
  assertEquals(await socket.close(1000), 1000);
  await assertRejects(() => server.webSocket("/"), Error, "Cannot open a WebSocket");
});

Deno.test("testServer() says why a server does not start, and what does not come in time", async () => {
  await using broken = await makeHandler("export default 1;");
  await assertRejects(
    () => testServer(broken.path),
    Error,
    "The server has exited with 78: sluice: Cannot use the handler",
  );
  await using handler = await makeHandler(LINES);
  // Both at once: the server has as long to start, which takes its time on a busy machine.
  await using server = await testServer(handler.path, { patience: 9000 });
  using client = await server.connect();
  await client.send("close\n");
  const [, { message }] = await Promise.all([
    assertRejects(() => client.readLine(), Error, "Waited 9000 ms for a line"),
    assertRejects(() => server.logged("Never"), Error),
  ]);
  assertMatch(message, /^Waited 9000 ms until "Never" is logged$/);
});

Deno.test("testServer() passes arguments and environment on, and signals", async () => {
  await using handler = await makeHandler(`export default {
    framing: { type: "lines" }, handle: () => Deno.env.get("GREETING") };`);
  await using server = await testServer(handler.path, {
    mode: "pooled",
    args: ["--workers", "1"],
    env: { GREETING: "Salut" },
  });
  using client = await server.connect();
  assertEquals(await client.ask("x"), "Salut");
  server.kill("SIGHUP");
  await server.logged("Reloaded");
  assertEquals(server.log.find((record) => "sluice.workers" in record)?.["sluice.workers"], 1);
});

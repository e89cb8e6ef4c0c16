/** Guarantees for route handlers, and protection against their errors. */
import { assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { ask, receiveResponse, requestText } from "../helpers/http_client.ts";
import { startServer } from "../helpers/server.ts";

Deno.test("an interim status from a handler becomes 500: its client would wait for another response", async () => {
  await using handler = await makeHandler(
    `export default { routes: { "GET /": () => ({ status: 103, body: "x" }) } };`,
  );
  await using server = await startServer(handler.args);
  using client = await Client.connect(server);
  assertEquals((await ask(client, "GET", "/")).status, 500);
});

Deno.test("a part of a body is not overwritten while the signal watches the client", async () => {
  await using handler = await makeHandler(`
    const begun = Promise.withResolvers();
    const goOn = Promise.withResolvers();
    export default { routes: {
      "POST /": async (request) => {
        const part = await request.body.read();
        request.signal.throwIfAborted();
        begun.resolve();
        await goOn.promise;
        return new TextDecoder().decode(part);
      },
      "GET /": () => "next",
      "GET /begun": () => begun.promise,
      "GET /go-on": () => goOn.resolve(),
    } };`);
  await using server = await startServer(handler.args);
  using client = await Client.connect(server);
  using other = await Client.connect(server);
  await client.send(requestText("POST", "/", {}, "hello"));
  assertEquals((await ask(other, "GET", "/begun")).status, 204);
  await client.send(requestText("GET", "/", { X: "x".repeat(500) }));
  assertEquals((await ask(other, "GET", "/go-on")).status, 204);
  assertEquals((await receiveResponse(client)).body, "hello");
  assertEquals((await receiveResponse(client)).body, "next");
});

Deno.test("an invalid response becomes 500 for the client, and in the access log", async () => {
  await using handler = await makeHandler(
    `export default { routes: { "GET /": () => ({ headers: [["X", "a\\r\\nb"]], body: "x" }) } };`,
  );
  const folder = await Deno.makeTempDir();
  const file = `${folder}/access`;
  await using server = await startServer([...handler.args, "--access-log", file]);
  using client = await Client.connect(server);
  assertEquals((await ask(client, "GET", "/")).status, 500);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertMatch(await Deno.readTextFile(file), /"GET \/ HTTP\/1\.1" 500 /);
  await Deno.remove(folder, { recursive: true });
});

/** Responses that end incomplete, in the access log. */
import { assertEquals, assertMatch } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { requestText } from "../../helpers/http_client.ts";
import { startServer } from "../../helpers/server.ts";

/** Sends a request, reads until the server closes, and returns the only line of the access log. */
async function accessLineOf(args: readonly string[], request: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/access`;
  try {
    await using server = await startServer([...args, "--access-log", file]);
    using client = await Client.connect(server);
    await client.send(request);
    await client.receiveAll();
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a response whose body fails is recorded with the status and the bytes that were sent", async () => {
  await using handler = await makeHandler(`
    export default { routes: { "GET /": () => {
      const pieces = [new Uint8Array(5)];
      return { body: { length: null, close() {}, async read() {
        const piece = pieces.pop();
        if (piece === undefined) throw new Error("no more");
        return piece;
      } } };
    } } };`);
  const line = await accessLineOf(handler.args, requestText("GET", "/"));
  assertMatch(line, /^[^\n]*"GET \/ HTTP\/1\.1" 200 5 [^\n]*\n$/);
});

Deno.test("a response that waits for its request's body is recorded when --body-timeout ends it", async () => {
  const head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n";
  // The response must have begun before.
  const line = await accessLineOf(["--body-timeout", "1s"], `${head}four`);
  assertMatch(line, /^[^\n]*"POST \/echo HTTP\/1\.1" 200 4 [^\n]*\n$/);
});

/** The promises of `examples/hono.ts`, tested from source and from the executable. */
import { assertEquals, assertMatch } from "@std/assert";
import { Client } from "./client.ts";
import { askAlone, chunked, requestText } from "./http_client.ts";
import type { Server } from "./server.ts";

const JSON_TYPE = { "Content-Type": "application/json" };

/** Test bodies by promise. */
export const HONO_CASES: Readonly<Record<string, (server: Server) => Promise<void>>> = {
  async "answers with text, parameters and JSON through its middleware"(server) {
    const root = await askAlone(server, "GET", "/");
    assertEquals([root.status, root.body], [200, "Hello from Hono!"]);
    assertEquals(root.fields["content-length"], "16");
    assertEquals(root.fields["x-content-type-options"], "nosniff");
    const user = await askAlone(server, "GET", "/users/ada%20l?x=y");
    assertEquals([user.status, user.body], [200, '{"id":"ada l"}']);
    assertEquals(user.fields["content-type"], "application/json");
    const { etag = "" } = user.fields;
    const same = await askAlone(server, "GET", "/users/ada%20l", { "If-None-Match": etag });
    assertEquals([same.status, same.fields["etag"]], [304, etag]);
    const head = await askAlone(server, "HEAD", "/users/ada%20l");
    assertEquals([head.status, head.fields["etag"], head.body], [200, etag, ""]);
  },

  async "parses a posted body and reports errors"(server) {
    const posted = await askAlone(server, "POST", "/json", JSON_TYPE, '{"text":"hello"}');
    assertEquals([posted.status, posted.body], [201, '{"received":{"text":"hello"}}']);
    const malformed = await askAlone(server, "POST", "/json", JSON_TYPE, '{"text":');
    assertEquals([malformed.status, malformed.body], [400, "Expected JSON"]);
    const missing = await askAlone(server, "GET", "/nowhere");
    assertEquals([missing.status, missing.body], [404, "404 Not Found"]);
    assertEquals(missing.fields["x-content-type-options"], "nosniff");
    const failed = await askAlone(server, "GET", "/fail");
    assertEquals([failed.status, failed.body], [500, "Internal Server Error"]);
    assertEquals(failed.fields["x-content-type-options"], "nosniff");
    assertEquals((await askAlone(server, "GET", "/")).status, 200);
    // Hono writes uncaught errors to the console.
    const record = await server.logged((line) => line.message.includes("This route always fails"));
    assertEquals(record["severity"], "ERROR");
    assertMatch(String(record["sluice.request.id"]), /^\d+-\d+-1$/);
    assertMatch(String(record["code.file.path"]), /\.[jt]s$/);
  },

  async "streams text and events one chunk at a time"(server) {
    const line = (number: string) => `${number}\n`;
    const event = (number: string) => `event: tick\ndata: ${number}\n\n`;
    for (const [path, pieceOf] of [["/count", line], ["/ticks", event]] as const) {
      using client = await Client.connect(server);
      await client.send(requestText("GET", path));
      assertMatch(await client.receiveUntil("\r\n\r\n"), /\r\nTransfer-Encoding: chunked\r\n/);
      const pieces = ["1", "2", "3"].map(pieceOf);
      assertEquals(await client.receiveUntil("\r\n0\r\n\r\n"), chunked(...pieces));
    }
  },

  async "upgrades /echo to a WebSocket, and answers 426 without an upgrade"(server) {
    const url = `ws://127.0.0.1:${server.port}/echo`;
    assertEquals(await echoOverWebSocket(url, "héllo"), "héllo");
    assertEquals((await askAlone(server, "GET", "/echo")).status, 426);
  },
};

/** Sends a text over a WebSocket, closes it, and returns what came back. */
export async function echoOverWebSocket(url: string, text: string): Promise<string> {
  const socket = new WebSocket(url);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  const echo = await new Promise<string>((resolve, reject) => {
    socket.onopen = () => socket.send(text);
    socket.onmessage = ({ data }) => resolve(data);
    socket.onerror = () => reject(new Error(`The WebSocket ${url} failed`));
  });
  socket.close();
  await closed;
  return echo;
}

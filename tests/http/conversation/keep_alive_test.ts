/** The time for which responses say that their connection is kept. */
import { assertEquals } from "@std/assert";
import { fixed } from "../../../src/http/fixed_response.ts";
import type { HttpResponse } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { converse } from "../../helpers/conversation.ts";
import { ask } from "../../helpers/http_client.ts";

const FIXED = fixed({ body: "fixed" });

/** A response of each kind, of which the server writes the fields about the connection. */
const RESPONSES: Readonly<Record<string, () => HttpResponse>> = {
  "/text": () => ({ headers: [["Keep-Alive", "timeout=7"]], body: "text" }),
  "/fixed": () => FIXED,
  "/bytes": () => ({ body: new Uint8Array(100_000) }),
  "/source": () => ({ body: { length: null, read: () => Promise.resolve(null), close() {} } }),
};

async function keepAliveOf(path: string, options: Parameters<typeof converse>[1]) {
  await using serving = await converse(
    ({ path }) => (RESPONSES[path] as () => HttpResponse)(),
    options,
  );
  using client = await Client.connect(serving);
  return (await ask(client, "GET", path)).fields["keep-alive"] ?? null;
}

Deno.test("advertisesKeepAlive tells the whole seconds that a client has, in each kind of response", async () => {
  for (const path of Object.keys(RESPONSES)) {
    const of = (options: Parameters<typeof converse>[1]) => keepAliveOf(path, options);
    const advertisesKeepAlive = true;
    assertEquals(await of({ keepAlive: 75_900, advertisesKeepAlive }), "timeout=75", path);
    assertEquals(
      await of({ keepAlive: 75_000, idleTimeout: 5000, advertisesKeepAlive }),
      "timeout=5",
    );
    assertEquals(await of({ keepAlive: 900, advertisesKeepAlive }), null);
    assertEquals(await of({ keepAlive: 0, advertisesKeepAlive }), null);
    assertEquals(await of({ keepAlive: 75_000 }), null);
  }
});

Deno.test("advertisesKeepAlive is not for the last response, and for HTTP/1.0 stands beside keep-alive", async () => {
  const options = { advertisesKeepAlive: true, keepAlive: 60_000, maxKeepAliveRequests: 2 };
  await using serving = await converse(() => ({ body: "text" }), options);
  using client = await Client.connect(serving);
  await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const head = await client.receiveUntil("\r\n\r\n");
  assertEquals(/Connection: keep-alive\r\nKeep-Alive: timeout=60\r\n/.test(head), true);
  await client.receiveText(4);
  const { connection, "keep-alive": keepAlive } = (await ask(client, "GET", "/")).fields;
  assertEquals([connection, keepAlive], ["close", undefined]);
});

import { assert, assertEquals } from "@std/assert";
import { HttpError } from "../../../src/http/error.ts";
import type { HttpRequest } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { converse, type Conversing } from "../../helpers/conversation.ts";
import { requestText } from "../../helpers/http_client.ts";
import { until } from "../../helpers/until.ts";

/** What was measured, as the method and the status of each. */
async function measured(serving: Conversing, count: number): Promise<readonly unknown[]> {
  await until(`${count} are measured`, () => serving.metered.length >= count);
  return serving.metered.map(({ method, status }) => [method, status]);
}

function answer({ path }: HttpRequest) {
  if (path === "/missing") throw new HttpError(404, "missing");
  if (path === "/broken") throw new Error("broken");
  return path === "/redirect" ? { status: 302 } : { body: "hello" };
}

Deno.test("HttpReports.meter gets each request once, with its method and status", async () => {
  await using serving = await converse(answer);
  using client = await Client.connect(serving);
  for (const path of ["/", "/missing", "/broken", "/redirect"]) {
    await client.send(requestText("GET", path));
    await client.receiveUntil("\r\n\r\n");
  }
  await client.send(requestText("HEAD", "/") + requestText("POST", "/", {}, "x"));
  await client.receiveUntil("hello");
  const expected = [["GET", 200], ["GET", 404], ["GET", 500], ["GET", 302], ["HEAD", 200]];
  assertEquals(await measured(serving, 6), [...expected, ["POST", 200]]);
  assertEquals(serving.exchanges.length, 6);
});

Deno.test("HttpReports.meter gets a request that is refused before it begins", async () => {
  const begun = performance.now();
  await using serving = await converse(answer);
  using client = await Client.connect(serving);
  await client.send("nonsense\r\n\r\n");
  await client.receiveAll();
  using late = await Client.connect(serving);
  await late.send("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n");
  await late.receiveAll();
  assertEquals((await measured(serving, 2)).map((one) => (one as unknown[])[1]), [400, 400]);
  const most = performance.now() - begun;
  assert(serving.metered.every(({ duration }) => duration < most));
});

Deno.test("HttpReports.meter gets a request once whose handler is too slow", async () => {
  const never = Promise.withResolvers<{ body: string }>();
  await using serving = await converse(() => never.promise, { requestTimeout: 50 });
  using client = await Client.connect(serving);
  await client.send(requestText("DELETE", "/"));
  await client.receiveAll();
  assertEquals(await measured(serving, 1), [["DELETE", 503]]);
  assert((serving.metered[0]?.duration ?? 0) >= 40);
  never.resolve({ body: "too late" });
});

Deno.test("HttpReports.meter gets 499 for a request whose client leaves before it is answered", async () => {
  const served = Promise.withResolvers<void>();
  await using serving = await converse(({ signal }) => {
    served.resolve();
    return new Promise((_, reject) => signal.onabort = () => reject(signal.reason));
  });
  const client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  await served.promise;
  client.close();
  assertEquals(await measured(serving, 1), [["GET", 499]]);
});

Deno.test("HttpReports.meter gets a request that asks for another protocol as 101", async () => {
  await using serving = await converse(() => ({
    headers: [["upgrade", "echo"]],
    upgrade: (connection) => connection.write("hi"),
  }));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/", { Connection: "Upgrade", Upgrade: "echo" }));
  await client.receiveUntil("hi");
  assertEquals(await measured(serving, 1), [["GET", 101]]);
});

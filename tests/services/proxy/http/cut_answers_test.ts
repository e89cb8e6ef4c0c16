/** Responses that a backend does not finish: no client may take them for whole. */
import { assert, assertEquals } from "@std/assert";
import { makeAccessLog } from "../../../helpers/access_log.ts";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { requestText } from "../../../helpers/http_client.ts";
import { testEachPlace } from "../../../helpers/modes.ts";
import { cutting, RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";
import type { Server } from "../../../helpers/server.ts";
import { until } from "../../../helpers/until.ts";

/** Responses whose last byte is missing, by what tells their end. */
const RESPONSES: Readonly<Record<string, string>> = {
  "a length": rawResponse("abcdefghij"),
  "chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
  "chunks, cut within one": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde",
};

/** All that a client gets for its request, and whether its connection was reset. */
async function receivedFrom(
  server: Server,
  request: string,
): Promise<{ text: string; isReset: boolean }> {
  using client = await Client.connect(server);
  await client.send(request);
  let text = "";
  try {
    for (;;) {
      const byte = await client.receiveText(1);
      if (byte === "") return { text, isReset: false };
      text += byte;
    }
  } catch {
    return { text, isReset: true };
  }
}

testEachPlace("a response that its backend cuts off ends the client's connection", async (mode) => {
  await using backend = await RawBackend.start(() => {});
  await using server = await startHttpBalancer([backend.address], ...mode.args());
  for (const [what, response] of Object.entries(RESPONSES)) {
    for (const ending of ["ends", "resets"] as const) {
      backend.answer = cutting(response, response.length - 1, ending);
      const { text } = await receivedFrom(server, requestText("GET", "/"));
      assert(text.startsWith("HTTP/1.1 200 "), `${what}, ${ending}: ${text}`);
      const body = text.slice(text.indexOf("\r\n\r\n") + 4);
      if (what === "a length") assert(body.length < 10, body);
      else assert(!/(^|\r\n)0\r\n/.test(body), body);
    }
  }
  assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
  await until("each is logged", () => server.records("Response cut off").length === 6);
});

Deno.test("the log and the access log tell that a response was cut off, without a stack", async () => {
  await using accessLog = await makeAccessLog();
  const response = rawResponse("abcdefghij");
  await using backend = await RawBackend.start(cutting(response, response.length - 1, "ends"));
  await using server = await startHttpBalancer([backend.address], ...accessLog.args);
  await receivedFrom(server, requestText("GET", "/"));
  const line = await server.logged("Response cut off");
  assertEquals(line["severity"], "WARN");
  assertEquals(line["sluice.upstream.failure"], "http_response_incomplete");
  assert(!JSON.stringify(line).includes(".ts:"), JSON.stringify(line));
  const [record] = await accessLog.records(1);
  assertEquals(record?.["http.response.status_code"], 200);
  assertEquals(record?.["sluice.upstream.failure"], "http_response_incomplete");
  assertEquals(server.records("Request failed"), [], "it got a response");
});

Deno.test("a backend that is silent within a body for --upstream-idle-timeout ends the client's connection", async () => {
  await using accessLog = await makeAccessLog();
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(rawResponse("abcdefghij").slice(0, -5));
    await peer.left;
  });
  await using server = await startHttpBalancer(
    [backend.address],
    ...[...accessLog.args, "--upstream-idle-timeout", "1s"],
  );
  const { text } = await receivedFrom(server, requestText("GET", "/"));
  assert(text.endsWith("\r\n\r\nabcde"), text);
  const [record] = await accessLog.records(1);
  assertEquals(record?.["sluice.upstream.failure"], "connection_read_timeout");
});

Deno.test("a client of HTTP/1.0, for which the end of the connection is that of the body, is reset", async () => {
  for (const response of Object.values(RESPONSES)) {
    // With a length it can tell by itself.
    if (response.includes("Content-Length")) continue;
    await using backend = await RawBackend.start(cutting(response, response.length - 1, "ends"));
    await using server = await startHttpBalancer([backend.address]);
    const { text, isReset } = await receivedFrom(server, "GET / HTTP/1.0\r\n\r\n");
    assert(isReset, text);
  }
});

Deno.test("a body that ends with its connection is whole, unless the connection is reset", async () => {
  const text = "HTTP/1.1 200 OK\r\n\r\nabcde";
  await using backend = await RawBackend.start(cutting(text, text.length, "ends"));
  await using server = await startHttpBalancer([backend.address]);
  const whole = await receivedFrom(server, requestText("GET", "/", { Connection: "close" }));
  assert(whole.text.endsWith("\r\nabcde\r\n0\r\n\r\n") && !whole.isReset, whole.text);
  backend.answer = cutting(text, text.length, "resets");
  const cut = await receivedFrom(server, requestText("GET", "/", { Connection: "close" }));
  assert(!cut.text.endsWith("0\r\n\r\n"), cut.text);
});

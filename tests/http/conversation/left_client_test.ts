/** Clients that leave before their response has begun: 499 in the access log, and no error. */
import { assertEquals, assertMatch } from "@std/assert";
import { ConnectionError } from "../../../src/core/errors.ts";
import type { ServedRequest } from "../../../src/http/conversation/served_request.ts";
import { serveFetch } from "../../../src/http/fetch/fetch.ts";
import type { HttpHandler, HttpRequest } from "../../../src/http/message.ts";
import { converse } from "../../helpers/conversation.ts";
import { CONTEXT } from "../../helpers/fetch.ts";
import { requestText } from "../../helpers/http_client.ts";
import { until } from "../../helpers/until.ts";
import { type Leaving, Visitor } from "../../helpers/visitor.ts";

/** How long a client's leaving may go unnoticed, in milliseconds; generous, for a loaded machine. */
const SOON = 5000;
const GET = requestText("GET", "/");

/** Waits until a signal aborts, and throws its reason. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** Handlers that notice that their client leaves, each in its own way. */
const HANDLERS: Readonly<Record<string, HttpHandler>> = {
  "that throws the reason of its signal": ({ signal }) => aborted(signal),
  "of the fetch shape that throws the reason of its signal": serveFetch(
    { fetch: ({ signal }) => aborted(signal) },
    CONTEXT,
  ),
  "that is told of an abort": (request) =>
    new Promise((_resolve, reject) => {
      (request as HttpRequest as ServedRequest).onAbort = () =>
        reject(new ConnectionError("Cannot go on: the client has left", "client"));
    }),
};

for (const leaving of ["closes", "resets"] as const satisfies readonly Leaving[]) {
  for (const [which, handler] of Object.entries(HANDLERS)) {
    Deno.test(`a client that ${leaving} is recorded with 499 by a handler ${which}`, async () => {
      let begun = 0;
      await using serving = await converse((request) => {
        begun++;
        return handler(request);
      });
      const visitor = await Visitor.open(serving);
      await visitor.send(GET);
      await until("the handler works", () => begun === 1, SOON);
      await visitor.leave(leaving);
      await until("the exchange is recorded", () => serving.exchanges.length === 1, SOON);
      assertEquals(serving.exchanges.map((one) => [one.status, one.bodyBytes]), [[499, 0]]);
      assertEquals((await serving.closed(1)).map(({ endedBy }) => endedBy), ["client"]);
      assertEquals(serving.failures, []);
    });
  }

  Deno.test(`a client that ${leaving} in the middle of its body is recorded with 499`, async () => {
    await using serving = await converse(async ({ body }) => ({ body: await body.text() }));
    const visitor = await Visitor.open(serving);
    await visitor.send(requestText("POST", "/", { "Content-Length": 9 }) + "part");
    await until("the head is read", () => serving.row.get("requests") === 1, SOON);
    await visitor.leave(leaving);
    await until("the exchange is recorded", () => serving.exchanges.length === 1, SOON);
    assertEquals(serving.exchanges.map(({ status }) => status), [499]);
    assertEquals(serving.failures, []);
  });
}

Deno.test("a client that resets before a streamed response is recorded with 499, and later with its status", async () => {
  for (const [status, piece] of [[499, null], [200, "piece"]] as const) {
    const goOn = Promise.withResolvers<void>();
    let begun = 0;
    await using serving = await converse(async () => {
      begun++;
      if (piece === null) await goOn.promise;
      const pieces = piece === null ? [] : [new TextEncoder().encode(piece)];
      const read = async () => {
        const [next] = pieces.splice(0, 1);
        if (next === undefined) await goOn.promise;
        return next ?? new Uint8Array(100_000);
      };
      return { body: { length: null, read, close() {} } };
    });
    const visitor = await Visitor.open(serving);
    await visitor.send(GET);
    await until("the handler works", () => begun === 1, SOON);
    if (piece !== null) await visitor.receiveUntil(piece);
    await visitor.leave("resets");
    goOn.resolve();
    await until("the exchange is recorded", () => serving.exchanges.length === 1, SOON);
    assertEquals(serving.exchanges.map((one) => one.status), [status]);
    assertEquals(serving.failures, []);
  }
});

Deno.test("a connection that the server ends before a response is no client that left", async () => {
  const goOn = Promise.withResolvers<void>();
  const serving = await converse(async ({ body }) => ({ body: await body.text() }));
  const visitor = await Visitor.open(serving);
  await visitor.send(requestText("POST", "/", { "Content-Length": 9 }) + "part");
  await until("the head is read", () => serving.row.get("requests") === 1, SOON);
  const ended = serving[Symbol.asyncDispose]();
  goOn.resolve();
  await ended;
  assertEquals(serving.exchanges.map(({ status }) => status), [0]);
});

Deno.test("ServedRequest.onAbort is called once, with the reason of a timeout, too", async () => {
  const reasons: string[] = [];
  await using serving = await converse((request) => {
    const served = request as HttpRequest as ServedRequest;
    served.onAbort = ({ message }) => void reasons.push(message);
    return new Promise(() => {});
  }, { requestTimeout: 50 });
  const visitor = await Visitor.open(serving);
  await visitor.send(GET);
  await visitor.receiveUntil("\r\n\r\n");
  assertMatch(visitor.received, /^HTTP\/1\.1 503 /);
  await visitor.leave("closes");
  await serving.closed(1);
  assertEquals(reasons, [
    "503 Service Unavailable: the handler took longer than --request-timeout",
  ]);
  assertEquals(serving.exchanges.map(({ status }) => status), [503]);
});

Deno.test("a handler that throws something else when its client leaves has failed", async () => {
  await using serving = await converse(async ({ signal }) => {
    await aborted(signal).catch(() => {});
    throw new Error("mine");
  });
  const visitor = await Visitor.open(serving);
  await visitor.send(GET);
  await until("the request has begun", () => serving.row.get("requests") === 1, SOON);
  await visitor.leave("closes");
  await until("the failure is reported", () => serving.failures.length === 1, SOON);
  assertMatch(String(serving.failures), /mine/);
});

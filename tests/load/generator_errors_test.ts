/** Loads on servers that fail. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { EXIT, ExitError } from "../../src/base/exit.ts";
import { Generator } from "../../src/load/generator.ts";
import type { LoadProgress } from "../../src/load/load.ts";
import { freePort } from "../helpers/free_port.ts";
import {
  CLOSING,
  HTTP,
  type LoadServer,
  OK,
  plainMessage,
  planFor,
  runOn,
  runUntil,
} from "../helpers/load_server.ts";

/** Whether a client of four has connected again. */
function hasReconnected(_: LoadProgress, { connections }: LoadServer): boolean {
  return connections > 4;
}

Deno.test("Generator counts a reset within a response, and reconnects", async () => {
  const response = OK.slice(0, -1);
  const plan = { ...HTTP, response, after: "reset" } as const;
  const { result, seen, requests } = await runUntil(hasReconnected, plan);
  assertEquals(Object.keys(result.errors), ["reset"]);
  assertEquals([result.requests, result.latency], [0, null]);
  assertEquals(result.errors["reset"], requests);
  assert(seen.length > 4, `${seen.length} connections`);
});

Deno.test("Generator counts a close within a response, and reconnects", async () => {
  for (const response of [OK.slice(0, -1), ""]) {
    const plan = { ...HTTP, response, after: "close" } as const;
    const { result, seen, requests } = await runUntil(hasReconnected, plan);
    assertEquals(Object.keys(result.errors), ["closed"]);
    assertEquals([result.requests, result.latency], [0, null]);
    assertEquals(result.errors["closed"], requests);
    assert(seen.length > 4, `${seen.length} connections`);
  }
});

Deno.test("Generator counts error responses by status, and keeps the connection", async () => {
  const response = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno";
  const { result, seen, requests } = await runUntil(
    ({ errors }) => (errors["status 503"] ?? 0) > 4,
    { ...HTTP, response },
  );
  assertEquals(Object.keys(result.errors), ["status 503"]);
  assertEquals([result.requests, result.latency], [0, null]);
  const { "status 503": count = 0 } = result.errors;
  // Some of the last requests are sent too late to count.
  assert(count > 4 && count <= requests && requests - count <= 8, `${count} of ${requests}`);
  assertEquals(seen.length, 4);
});

Deno.test("Generator counts a malformed response, and reconnects", async () => {
  const cases: [response: string, kind: string][] = [
    ["Hello, World!\r\n", "wrong response"],
    [`${OK}x`, "excess data"],
  ];
  for (const [response, kind] of cases) {
    const { result, seen } = await runUntil(hasReconnected, { ...HTTP, response });
    assertEquals(Object.keys(result.errors), [kind]);
    assertEquals(result.requests, 0);
    assert(seen.length > 4, `${seen.length} connections`);
  }
});

Deno.test("Generator counts unanswered requests, and the time that it waited for them as latency", async () => {
  const { result } = await runOn({ ...HTTP, response: null });
  assertEquals(result.errors, { unanswered: 4 });
  assertEquals(result.requests, 0);
  const { p50 = 0 } = result.latency ?? {};
  assert(p50 >= 1000 * result.seconds * 0.99, `${p50} ms of ${result.seconds} s`);
});

Deno.test("Generator counts requests of the open model that it could not send for lack of responses", async () => {
  const { result, requests } = await runOn({ ...HTTP, response: null }, { rate: 100 });
  const { unanswered = 0 } = result.errors;
  assertEquals(Object.keys(result.errors), ["unanswered"]);
  assert(Math.abs(unanswered - 100 * result.seconds) <= 1, `${unanswered} in ${result.seconds} s`);
  assertEquals(requests, 4);
});

Deno.test("Generator accepts responses shortly after the measured time", async () => {
  const { result } = await runOn({ ...HTTP, held: true }, {}, ({ phase }, _, server) => {
    if (phase === "finishing") server.release();
  });
  assertEquals([result.requests, result.errors], [0, {}]);
  const { p50 = 0 } = result.latency ?? {};
  assert(p50 > 0, `${p50} ms`);
});

Deno.test("Generator fails with 69 if the server refuses connections at the start", async () => {
  const port = freePort();
  const error = await assertRejects(() => new Generator(planFor({ port })).run([]), ExitError);
  assertEquals(
    error.message,
    `Cannot open 4 connections to 127.0.0.1 port ${port}: refused, 0 are open`,
  );
  assertEquals(error.exitCode, EXIT.unavailable);
});

Deno.test("Generator counts later refused connections as errors", async () => {
  const closing = { ...HTTP, response: CLOSING, after: "close" } as const;
  const { result: { errors } } = await runUntil(
    ({ errors }) => (errors["refused"] ?? 0) > 0,
    { ...closing, connections: 4, port: freePort() },
  );
  const { refused = 0, ...others } = errors;
  assert(refused > 0, JSON.stringify(errors));
  for (const kind of Object.keys(others)) assert(["reset", "closed"].includes(kind), kind);
});

Deno.test("Generator finds echoes that differ from what it sent", async () => {
  const framing = { type: "echo" } as const;
  const messages = [plainMessage("ping\n")];
  for (
    const [response, kind] of [
      ["pong\n", "wrong response"],
      ["ping\nx", "excess data"],
    ] as const
  ) {
    const { result } = await runOn({ requestEnd: "\n", response }, { framing, messages });
    assertEquals([result.requests, Object.keys(result.errors)], [0, [kind]]);
  }
});

Deno.test("Generator stops sending a request that was answered early", async () => {
  // Far more than the system takes at once; the response follows the first bytes.
  const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n";
  const body = new Uint8Array(20_000_000);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(new TextEncoder().encode(head));
  const { seen } = await runUntil(2, HTTP, {
    connections: 1,
    messages: [{ base64: bytes.toBase64(), weight: 1, bodiless: false }],
  });
  assert(seen.length > 1, "there was one connection");
  for (const { requests } of seen) assert(requests.length <= 1, `${requests.length} requests`);
});

/** What a client is told, and what is logged, when a backend fails before its response has begun. */
import { assert, assertEquals } from "@std/assert";
import { formatAddress } from "../../../../src/base/address.ts";
import { makeAccessLog } from "../../../helpers/access_log.ts";
import { deadAddress } from "../../../helpers/backend.ts";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { ask, askAlone, requestText } from "../../../helpers/http_client.ts";
import {
  always,
  cutting,
  type RawAnswer,
  RawBackend,
  rawResponse,
} from "../../../helpers/raw_backend.ts";
import { listenSilently } from "../../../helpers/silent.ts";
import { until } from "../../../helpers/until.ts";

const LATE = ["--upstream-timeout", "1s"];

/** A failure: what the backend does, the response, the type of the error, and options. */
type Failure = readonly [
  what: string,
  answer: RawAnswer,
  status: number,
  error: string,
  ...options: string[],
];

const HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n";

const FAILURES: readonly Failure[] = [
  ["resets the connection", cutting("", 0, "resets"), 502, "connection_terminated"],
  ["ends the connection", cutting("", 0, "ends"), 502, "connection_terminated"],
  ["ends within the head", cutting(HEAD, 20, "ends"), 502, "http_response_incomplete"],
  ["resets within the head", cutting(HEAD, 20, "resets"), 502, "http_response_incomplete"],
  ["answers in another protocol", always("SSH-2.0-OpenSSH_9.2\r\n"), 502, "http_protocol_error"],
  [
    "answers in HTTP/2",
    always("\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80\0\x04\0\x01\0\0\0\x05\0\xff\xff\xff"),
    502,
    "http_protocol_error",
  ],
  ["has no status", always("HTTP/1.1 abc OK\r\n\r\n"), 502, "http_protocol_error"],
  [
    "has two lengths",
    always(`${HEAD}Content-Length: 5\r\n\r\nfine!`),
    502,
    "http_protocol_error",
  ],
  [
    "has a length and chunks",
    always(`${HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n`),
    502,
    "http_protocol_error",
  ],
  ["has a folded field", always(`${HEAD}X: a\r\n b\r\n\r\nfine`), 502, "http_protocol_error"],
  ["has a NUL in a field", always(`${HEAD}X: a\0b\r\n\r\nfine`), 502, "http_protocol_error"],
  ["has lines that end in LF", always("HTTP/1.1 200 OK\nX: a\n\n"), 502, "http_protocol_error"],
  [
    "switches protocols unasked",
    always("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    502,
    "http_protocol_error",
  ],
  [
    "has a head that is too large",
    always(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n`),
    502,
    "http_response_header_section_size",
  ],
  [
    "has a malformed chunk behind its head",
    always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    502,
    "http_protocol_error",
  ],
  [
    "has a status line among its fields",
    always(`${HEAD}HTTP/1.1 200 OK\r\n\r\nfine`),
    502,
    "http_protocol_error",
  ],
  [
    "does not answer",
    async (_request, peer) => await peer.left,
    504,
    "http_response_timeout",
    ...LATE,
  ],
  [
    "stops within the head",
    async (_request, peer) => {
      await peer.send("HTTP/1.1 200 ");
      await peer.left;
    },
    504,
    "http_response_timeout",
    ...LATE,
  ],
  [
    "does not answer in all the time there is",
    async (_request, peer) => await peer.left,
    504,
    "http_response_timeout",
    "--upstream-total-timeout",
    "1s",
  ],
];

for (const [what, answer, status, error, ...options] of FAILURES) {
  Deno.test(`a backend ${what}: ${status}, ${error}`, async () => {
    await using accessLog = await makeAccessLog();
    await using backend = await RawBackend.start(answer);
    await using server = await startHttpBalancer(
      [backend.address],
      ...[...accessLog.args, "--retries", "0", ...options],
    );
    using client = await Client.connect(server);
    const response = await ask(client, "POST", "/", {}, "x");
    assertEquals(response.status, status);
    assertEquals(response.fields["proxy-status"], `sluice; error=${error}`);
    const reason = status === 502 ? "Bad Gateway: " : "Gateway Timeout: ";
    assert(response.body.startsWith(reason), response.body);
    // The address of a backend is not for everyone.
    assert(!response.body.includes(String(backend.port)), response.body);
    const [record] = await accessLog.records(1);
    assertEquals(record?.["http.response.status_code"], status);
    assertEquals(record?.["sluice.upstream.address"], backend.address);
    assertEquals(record?.["sluice.upstream.failure"], error);
    await until("the connection to the backend is closed", () => backend.open === 0);
    // The client's connection goes on, and so does the balancer.
    backend.answer = always(rawResponse("fine"));
    const next = response.fields["connection"] === "close"
      ? await askAlone(server, "GET", "/")
      : await ask(client, "GET", "/");
    assertEquals(next.body, "fine");
    assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
  });
}

/** Asks for a POST, and returns the status and the type of the error. */
async function outcome(server: { port: number }): Promise<readonly unknown[]> {
  const { status, fields } = await askAlone(server, "POST", "/", {}, "x");
  return [status, fields["proxy-status"]];
}

Deno.test("no connection to a backend: 502 if it refuses, 504 if it does not answer", async () => {
  await using refusing = await startHttpBalancer([deadAddress()]);
  assertEquals(await outcome(refusing), [502, "sluice; error=connection_refused"]);
  using silent = await listenSilently();
  await using late = await startHttpBalancer(
    [silent.address],
    ...["--connect-timeout", "300ms", "--connect-retries", "0"],
  );
  assertEquals(await outcome(late), [504, "sluice; error=connection_timeout"]);
});

Deno.test("no backend: 503 after --queue-timeout", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, "[]");
  await using server = await startHttpBalancer(
    [],
    ...["--upstream-file", path, "--queue-timeout", "100ms"],
  );
  assertEquals(await outcome(server), [503, "sluice; error=destination_unavailable"]);
  await Deno.remove(path);
});

Deno.test("all backends have as many requests as they may: 503 after --queue-timeout, and none is lost", async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  await using backend = await RawBackend.start(async (_request, peer) => {
    await Promise.race([opened, peer.left]);
    await peer.send(rawResponse("fine"));
  });
  await using server = await startHttpBalancer(
    [`${backend.address},max=1`],
    ...["--queue-timeout", "300ms"],
  );
  const first = askAlone(server, "GET", "/");
  await until("the first is there", () => backend.requests.length === 1);
  const [status, error] = await outcome(server);
  assertEquals(status, 503);
  assert(/error=(connection_limit_reached|destination_unavailable)$/.test(String(error)));
  open();
  assertEquals((await first).body, "fine");
});

Deno.test("--upstream-max-requests: more at a time get 503 at once", async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  await using backend = await RawBackend.start(async (_request, peer) => {
    await Promise.race([opened, peer.left]);
    await peer.send(rawResponse("fine"));
  });
  await using server = await startHttpBalancer([backend.address], "--upstream-max-requests", "2");
  const admitted = [askAlone(server, "GET", "/"), askAlone(server, "GET", "/")];
  await until("two are there", () => backend.requests.length === 2);
  assertEquals(await outcome(server), [503, "sluice; error=connection_limit_reached"]);
  // Those that were refused make no room.
  assertEquals(await outcome(server), [503, "sluice; error=connection_limit_reached"]);
  assertEquals(backend.requests.length, 2);
  open();
  assertEquals((await Promise.all(admitted)).map(({ body }) => body), ["fine", "fine"]);
  assertEquals((await askAlone(server, "GET", "/")).body, "fine");
});

Deno.test("a client that leaves before the response is logged with 499, and its request is given up", async () => {
  await using accessLog = await makeAccessLog();
  await using backend = await RawBackend.start(async (_request, peer) => await peer.left);
  await using server = await startHttpBalancer([backend.address], ...accessLog.args);
  {
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/left"));
    await until("the request is there", () => backend.requests.length === 1);
  }
  const [record] = await accessLog.records(1);
  assertEquals(record?.["http.response.status_code"], 499);
  assertEquals(record?.["url.path"], "/left");
  await until("the connection to the backend is closed", () => backend.open === 0);
});

Deno.test("the access log tells where a request was sent, and how long it took", async () => {
  await using accessLog = await makeAccessLog();
  await using backend = await RawBackend.start(always(rawResponse("fine")));
  const dead = formatAddress(deadAddress());
  await using server = await startHttpBalancer(
    [dead, backend.address],
    ...["--balance", "first", ...accessLog.args],
  );
  for (let i = 0; i < 2; i++) await askAlone(server, "GET", "/");
  const [first, second] = await accessLog.records(2);
  for (const record of [first, second]) {
    assertEquals(record?.["http.response.status_code"], 200);
    assertEquals(record?.["sluice.upstream.group"], "default");
    assertEquals(record?.["sluice.upstream.address"], backend.address);
    assert(Number(record?.["sluice.upstream.first_byte_duration"]) > 0, JSON.stringify(record));
    assert(Number(record?.["sluice.upstream.duration"]) > 0, JSON.stringify(record));
    assertEquals(record?.["sluice.upstream.failure"], undefined);
  }
  assertEquals(first?.["sluice.upstream.attempts"], 2);
});

Deno.test("a client that is one too many gets 503 where --overload refuses it", async () => {
  await using backend = await RawBackend.start(always(rawResponse("fine")));
  await using server = await startHttpBalancer(
    [backend.address],
    ...["--max-connections", "1", "--overload", "refuse"],
  );
  using client = await Client.connect(server);
  assertEquals((await ask(client, "GET", "/")).status, 200);
  using other = await Client.connect(server);
  assert((await other.receiveAll()).startsWith("HTTP/1.1 503 Service Unavailable\r\n"));
});

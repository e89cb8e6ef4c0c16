/** Responses of handlers, made from seeds, some of them nonsense: what goes out is well-formed HTTP. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { compressing } from "../../../src/http/compression/compress.ts";
import { ConnectionError } from "../../../src/core/errors.ts";
import { serveHttp } from "../../../src/http/conversation/serve.ts";
import { HttpError } from "../../../src/http/error.ts";
import { fixed } from "../../../src/http/fixed_response.ts";
import type { Field } from "../../../src/http/message.ts";
import { type RouteTable, serveRoutes } from "../../../src/http/routes/routes.ts";
import type { Random } from "../../../src/load/random.ts";
import { Client } from "../../helpers/client.ts";
import { CONTEXT, OPTIONS } from "../../helpers/fetch.ts";
import { fuzz } from "../../helpers/fuzz.ts";
import { serve } from "../../helpers/lane.ts";

const encoder = new TextEncoder();

function throws(): never {
  throw new Error("a getter");
}

/** A value of any type, often the wrong one. */
function oddValue(random: Random): unknown {
  return random.pick<unknown>([
    undefined,
    null,
    true,
    NaN,
    -1,
    1.5,
    204,
    "204",
    "length",
    "",
    "a\r\nb: c",
    "é€",
    Symbol("s"),
    7n,
    {},
    [],
    () => 1,
    new Date(0),
    Object.create(null),
    new Uint16Array(3),
    new ArrayBuffer(2),
    new Proxy({}, { get: throws, has: throws }),
    { then: 1 },
    { toString: throws },
    Promise.resolve(1),
  ]);
}

function oddOr<T>(random: Random, odds: number, value: () => T): T {
  return random.percent(odds) ? oddValue(random) as T : value();
}

function randomFields(random: Random, odds: number): unknown {
  const names = [
    "X-A",
    "Content-Type",
    "content-length",
    "Transfer-Encoding",
    "Connection",
    "Date",
    "ETag",
    "Vary",
    "Keep-Alive",
    "Set-Cookie",
    "Upgrade",
  ] as const;
  const values = [
    "",
    "x",
    "text/plain",
    "5",
    "0",
    "99999",
    "chunked",
    "close",
    "keep-alive",
    '"t"',
  ] as const;
  return Array.from({ length: random.below(5) }, () =>
    oddOr(random, odds, () => [
      oddOr(random, odds, () => random.pick(names)),
      oddOr(random, odds, () => random.pick(values)),
    ]));
}

function randomBody(random: Random, odds: number): unknown {
  const text = random.pick(["", "text", "é€😀", "x".repeat(5000), "y".repeat(70_000)]);
  switch (random.below(4)) {
    case 0:
      return null;
    case 1:
      return text;
    case 2:
      return encoder.encode(text);
    default:
      return randomSource(random, odds, encoder.encode(text));
  }
}

function randomSource(random: Random, odds: number, bytes: Uint8Array): unknown {
  const pieces: unknown[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = random.below(random.percent(50) ? 20_000 : 100_000);
    pieces.push(oddOr(random, odds, () => bytes.subarray(at, at + size)));
    at += size;
  }
  const exact = random.percent(50) ? bytes.length : null;
  return {
    length: oddOr(random, odds, () => random.percent(5) ? random.below(100) : exact),
    read: oddOr(random, odds / 4, () => () => Promise.resolve(pieces.shift() ?? null)),
    close: oddOr(random, odds / 4, () => () => {}),
  };
}

function randomResponse(random: Random): unknown {
  const odds = random.percent(50) ? 0 : random.below(12);
  const response = {
    status: oddOr(
      random,
      odds,
      () => random.pick([undefined, 200, 201, 204, 205, 206, 304, 404, 500, 999]),
    ),
    headers: oddOr(random, odds, () => randomFields(random, odds)),
    body: oddOr(random, odds, () => randomBody(random, odds)),
    ...random.percent(odds) ? { upgrade: oddValue(random) } : {},
    ...random.percent(odds) ? { then: random.pick<unknown>([1, null, throws]) } : {},
  };
  if (random.percent(odds)) return oddValue(random);
  const isFixed = typeof response.body === "string" && Array.isArray(response.headers) &&
    response.headers.every(Array.isArray) && random.percent(30);
  if (isFixed) return fixed(response as { body: string; headers: Field[] });
  return response;
}

/** A parsed response. */
interface Parsed {
  readonly status: number;
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** Whether the connection closes after it. */
  readonly isLast: boolean;
}

/** Receives a response by the letter of RFC 9112; null if the connection ends before it is complete. */
async function receive(client: Client, method: string): Promise<Parsed | null> {
  const head = await client.receiveUntil("\r\n\r\n");
  if (head === "") return null;
  const [line = "", ...lines] = head.slice(0, -4).split("\r\n");
  assertMatch(line, /^HTTP\/1\.1 [2-9]\d\d [ -~]*$/, head);
  const fields = new Map<string, string[]>();
  for (const field of lines) {
    const [, name = "", value = ""] =
      /^([!#$%&'*+.^_`|~\w-]+): ([\t -~\x80-\uffff]*)$/.exec(field) ?? [];
    assert(name !== "", `a malformed field in ${JSON.stringify(head)}`);
    const key = name.toLowerCase();
    fields.set(key, [...fields.get(key) ?? [], value]);
  }
  const status = Number(line.slice(9, 12));
  const parsed = { status, fields, isLast: fields.get("connection")?.[0] === "close" };
  checkFraming(parsed, head);
  return await receiveBody(client, method, parsed) ? parsed : null;
}

/** At most one of each field that frames the message (RFC 9110, 8.6; RFC 9112, 6). */
function checkFraming({ status, fields }: Parsed, head: string): void {
  for (const name of ["content-length", "transfer-encoding", "connection", "date"]) {
    assert((fields.get(name)?.length ?? 0) <= 1, `more than one ${name} in ${head}`);
  }
  assert(fields.has("date"), head);
  assert(!(fields.has("content-length") && fields.has("transfer-encoding")), head);
  if (status === 204 || status === 304) {
    assert(!fields.has("content-length") && !fields.has("transfer-encoding"), head);
  }
  if (status === 205) assertEquals(fields.get("content-length"), ["0"], head);
}

/** @returns Whether the body is complete. */
async function receiveBody(client: Client, method: string, parsed: Parsed): Promise<boolean> {
  const { status, fields } = parsed;
  if (method === "HEAD" || [204, 205, 304].includes(status)) return true;
  const [length] = fields.get("content-length") ?? [];
  if (length !== undefined) {
    assertMatch(length, /^\d+$/);
    return (await client.receive(Number(length))).length === Number(length);
  }
  if (!fields.has("transfer-encoding")) {
    assert(parsed.isLast, "a body without a length on a connection that goes on");
    await client.receiveRest();
    return true;
  }
  for (;;) {
    const line = await client.receiveUntil("\r\n");
    if (!line.endsWith("\r\n")) return false;
    assertMatch(line, /^[\da-f]+\r\n$/);
    const size = parseInt(line, 16);
    const chunk = await client.receiveText(size + 2);
    if (chunk.length === 0 || !chunk.endsWith("\r\n")) return false;
    if (size === 0) return true;
  }
}

Deno.test("responses are well-formed HTTP, whatever a route returns or throws", async () => {
  let next: unknown;
  let isLater = false;
  const answer = () => {
    if (next instanceof Thrown) throw next.value;
    return isLater ? Promise.resolve(next) : next;
  };
  const failures: unknown[] = [];
  const reports = {
    failed: (_request: unknown, error: unknown) => void failures.push(error),
    broken: (_request: unknown, error: unknown) => void failures.push(error),
    refused: () => {},
    answered: null,
    meter: null,
  };
  const table = { "/": answer, "GET /ok": () => "ok" } as unknown as RouteTable;
  const routes = serveRoutes(table, null);
  const compressed = compressing(routes);
  const handler: typeof routes = (request) =>
    (request.header("accept-encoding") === null ? routes : compressed)(request);
  await using serving = await serve(serveHttp(handler, OPTIONS, CONTEXT.retiring, reports));
  const statuses = new Map<number, number>();
  let client = await Client.connect(serving);
  const cases = await fuzz("responses", 3000, async (random) => {
    next = random.percent(10) ? new Thrown(oddError(random)) : randomResponse(random);
    isLater = random.percent(20);
    const failed = failures.length;
    const method = random.pick(["GET", "GET", "HEAD", "POST"]);
    const version = random.percent(15) ? "HTTP/1.0\r\nConnection: keep-alive" : "HTTP/1.1";
    const coding = random.percent(20) ? "Accept-Encoding: gzip\r\n" : "";
    await client.send(`${method} / ${version}\r\nHost: a\r\n${coding}\r\n`);
    let response = await receive(client, method).catch(resetIn(version));
    statuses.set(response?.status ?? 0, 1 + (statuses.get(response?.status ?? 0) ?? 0));
    if (response !== null && !response.isLast) {
      // Nothing of the response is taken for the next one.
      await client.send("GET /ok HTTP/1.1\r\nHost: a\r\n\r\n");
      response = await receive(client, "GET");
      if (response !== null) return assertEquals(response.status, 200);
      // More than announced: the response is complete, but the connection does not go on.
      assert(failures.length > failed, "the connection ended without a reason");
    }
    assertEquals(await client.receiveAll().catch(() => ""), "");
    client.close();
    client = await Client.connect(serving);
  });
  client.close();
  // Nothing but the end of a response that cannot be completed.
  const errors = serving.events.flatMap((event) =>
    event.type === "closed" ? event.connection.error ?? [] : []
  );
  assertEquals(errors.filter((error) => !(error instanceof ConnectionError)), []);
  for (const status of cases > 1000 ? [0, 200, 204, 205, 206, 304, 404, 500, 999] : []) {
    assert(statuses.has(status), `no ${status}`);
  }
});

/** Something to throw. */
class Thrown {
  constructor(readonly value: unknown) {}
}

function oddError(random: Random): unknown {
  const error = new HttpError(random.pick([400, 599, 99, 204, NaN]), "r", [
    random.pick([["A", "b"], ["A", "b\r\nC: d"], ["A b", "c"]]) as Field,
  ]);
  return random.percent(50) ? oddValue(random) : error;
}

/** A client of HTTP/1.0 is reset if the end of its connection would make a response look complete. */
function resetIn(version: string): (error: unknown) => null {
  return (error) => {
    if (version.startsWith("HTTP/1.0") && error instanceof Deno.errors.ConnectionReset) return null;
    throw error;
  };
}

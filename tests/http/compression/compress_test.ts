import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { compressing } from "../../../src/http/compression/compress.ts";
import { HttpError } from "../../../src/http/error.ts";
import type { BodySource, Field, HttpResponse } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { requestOf } from "../../helpers/http_request.ts";
import { testEachPlace } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";

const encoder = new TextEncoder();
const TEXT = "All work and no play makes Jack a dull boy. ".repeat(100);
const PLAIN: Field = ["Content-Type", "text/plain"];
const FORMATS: Readonly<Record<string, CompressionFormat>> = { gzip: "gzip", br: "brotli" };

/** A body in pieces, which counts its calls. */
class Pieces implements BodySource {
  reads = 0;
  closes = 0;

  constructor(readonly pieces: Iterator<Uint8Array>, readonly length: number | null = null) {}

  read(): Promise<Uint8Array | null> {
    this.reads++;
    const { done, value } = this.pieces.next();
    return Promise.resolve(done === true ? null : value);
  }

  close(): void {
    this.closes++;
  }
}

function piecesOf(...pieces: readonly Uint8Array[]): Pieces {
  return new Pieces(pieces.values());
}

/** Compresses a response to a request with a value of Accept-Encoding. */
async function respond(
  response: HttpResponse,
  accepted: string | null = "gzip",
  method = "GET",
): Promise<HttpResponse> {
  const headers: Record<string, string> = accepted === null ? {} : { "accept-encoding": accepted };
  return await compressing(() => response)(requestOf(method, "/", headers));
}

function field(response: HttpResponse, name: string): string | null {
  const found = response.headers?.filter(([key]) => key.toLowerCase() === name) ?? [];
  assert(found.length < 2, `${found.length} fields ${name}`);
  return found[0]?.[1] ?? null;
}

async function read(body: HttpResponse["body"]): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof body === "string") return encoder.encode(body);
  if (body instanceof Uint8Array) return Uint8Array.from(body);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let piece = await body?.read(); piece instanceof Uint8Array; piece = await body?.read()) {
    pieces.push(Uint8Array.from(piece));
  }
  await body?.close();
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

function sourceOf({ body = null }: HttpResponse): BodySource {
  if (typeof body === "object" && body !== null && !(body instanceof Uint8Array)) return body;
  throw new Error(`Expected a source, found ${body}`);
}

function decompress(bytes: Uint8Array<ArrayBuffer>, coding: string): Promise<Uint8Array> {
  const format = FORMATS[coding];
  if (format === undefined) throw new Error(`Unknown coding ${coding}`);
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)))
    .bytes();
}

/** The body, decompressed. */
async function decoded(response: HttpResponse): Promise<Uint8Array> {
  return await decompress(await read(response.body), field(response, "content-encoding") ?? "");
}

Deno.test("compressing() compresses text and bytes to a body of known length", async () => {
  for (const coding of ["gzip", "br"]) {
    for (const body of [TEXT, encoder.encode(TEXT), "é€😀".repeat(500)]) {
      const response = await respond({ headers: [PLAIN], body }, coding);
      assertEquals(response.headers, [
        PLAIN,
        ["Vary", "Accept-Encoding"],
        ["Content-Encoding", coding],
      ]);
      assert(response.body instanceof Uint8Array, "the length is unknown");
      assert((await read(response.body)).length < body.length / 2);
      assertEquals(await decoded(response), await read(body));
    }
  }
});

Deno.test("compressing() keeps status and fields, except for those that no longer apply", async () => {
  const headers: Field[] = [
    ["X-One", "1"],
    ["content-length", "4400"],
    PLAIN,
    ["Accept-Ranges", "bytes"],
    ["X-One", "2"],
  ];
  const response = await respond({ status: 404, headers, body: TEXT });
  assertEquals(response.status, 404);
  assertEquals(response.headers, [
    ["X-One", "1"],
    PLAIN,
    ["X-One", "2"],
    ["Vary", "Accept-Encoding"],
    ["Content-Encoding", "gzip"],
  ]);
});

const COMPRESSED = [
  "text/plain",
  "text/html; charset=utf-8",
  "TEXT/HTML;charset=UTF-8",
  "application/json",
  "application/javascript",
  "application/wasm",
  "application/xml",
  "application/problem+json",
  "application/atom+xml ; x=y",
  "image/svg+xml",
  "font/ttf",
];
const UNCOMPRESSED = [
  "text/event-stream",
  "text/event-stream; charset=utf-8",
  "image/png",
  "video/mp4",
  "font/woff2",
  "application/zip",
  "application/octet-stream",
  "application/x-ndjson",
  "application/jsonish",
  "multipart/form-data; boundary=text/plain",
  "textual/plain",
  "",
];

Deno.test("compressing() compresses only types that benefit from it", async () => {
  for (const type of COMPRESSED) {
    const response = await respond({ headers: [["content-type", type]], body: TEXT });
    assertEquals(field(response, "content-encoding"), "gzip", type);
  }
  for (const type of UNCOMPRESSED) {
    const response: HttpResponse = { headers: [["content-type", type]], body: TEXT };
    assertStrictEquals(await respond(response), response, type);
  }
});

Deno.test("compressing() passes on responses that must not or need not be compressed", async () => {
  const left: Readonly<Record<string, HttpResponse>> = {
    "no type": { body: TEXT },
    "no body": { headers: [PLAIN] },
    "less than 1 KiB": { headers: [PLAIN], body: "x".repeat(1023) },
    "few bytes": { headers: [PLAIN], body: new Uint8Array(1023) },
    "a short source": { headers: [PLAIN], body: new Pieces([].values(), 1023) },
    "no content": { status: 204, headers: [PLAIN] },
    "a part": { status: 206, headers: [PLAIN], body: TEXT },
    "another coding": { headers: [PLAIN, ["Content-Encoding", "zstd"]], body: TEXT },
    "no transform": { headers: [PLAIN, ["Cache-Control", "public, No-Transform"]], body: TEXT },
  };
  for (const [what, response] of Object.entries(left)) {
    assertStrictEquals(await respond(response), response, what);
  }
  const least = await respond({ headers: [PLAIN], body: "x".repeat(1024) });
  assertEquals(field(least, "content-encoding"), "gzip");
});

Deno.test("compressing() adds Vary to compressible responses, even if uncompressed", async () => {
  for (const accepted of [null, "identity", "gzip;q=0"]) {
    const response = await respond({ headers: [PLAIN, ["ETag", '"1"']], body: TEXT }, accepted);
    assertEquals(response, {
      headers: [PLAIN, ["ETag", '"1"'], ["Vary", "Accept-Encoding"]],
      body: TEXT,
    });
  }
});

Deno.test("compressing() merges its Vary with the handler's", async () => {
  const merged: readonly (readonly [before: readonly string[], after: string])[] = [
    [["Origin"], "Origin, Accept-Encoding"],
    [["Origin", "Cookie"], "Origin, Cookie, Accept-Encoding"],
    [["accept-encoding"], "accept-encoding"],
    [["Origin, Accept-Encoding,Cookie"], "Origin, Accept-Encoding,Cookie"],
    [["*"], "*"],
    [["X-Accept-Encoding"], "X-Accept-Encoding, Accept-Encoding"],
  ];
  for (const [before, after] of merged) {
    const headers: Field[] = [PLAIN, ...before.map((value): Field => ["vary", value])];
    assertEquals(field(await respond({ headers, body: TEXT }), "vary"), after);
  }
});

Deno.test("compressing() weakens the tag of a compressed response, and of a 304", async () => {
  for (const status of [200, 304]) {
    const tagged = (tag: string): HttpResponse => ({
      status,
      headers: [PLAIN, ["ETag", tag]],
      ...status === 200 ? { body: TEXT } : {},
    });
    assertEquals(field(await respond(tagged('"a"')), "etag"), 'W/"a"', `${status}`);
    assertEquals(field(await respond(tagged('W/"a"')), "etag"), 'W/"a"', `${status}`);
    assertEquals(field(await respond(tagged('"a"'), "identity"), "etag"), '"a"', `${status}`);
  }
});

Deno.test("compressing() gives HEAD the fields of GET, without compressing anything", async () => {
  const headers: readonly Field[] = [PLAIN, ["ETag", '"1"'], ["Content-Length", "4400"]];
  const source = new Pieces([encoder.encode(TEXT)].values(), 4400);
  for (const body of [TEXT, encoder.encode(TEXT), source, null]) {
    const response = await respond({ headers, body }, "gzip", "HEAD");
    const { headers: wanted } = await respond({ headers, body: TEXT }, "gzip", "GET");
    assertEquals(response.headers, wanted);
    assertEquals(sourceOf(response).length, null);
    assertEquals(await read(sourceOf(response)), new Uint8Array(0));
  }
  assertEquals([source.reads, source.closes], [0, 1]);
});

const LARGE = new Uint8Array(300_000).map((_, i) => i % 251);
const RANDOM = crypto.getRandomValues(new Uint8Array(50_000));
const NONE = new Uint8Array(0);

/** Bodies whose compressed length is not known in advance, and their bytes. */
const STREAMED: readonly (() => readonly [HttpResponse["body"], Uint8Array])[] = [
  () => [TEXT.repeat(20), encoder.encode(TEXT.repeat(20))],
  () => [LARGE, LARGE],
  () => [piecesOf(), NONE],
  () => [piecesOf(NONE, encoder.encode("one"), NONE), encoder.encode("one")],
  () => [piecesOf(RANDOM, LARGE), Uint8Array.from([...RANDOM, ...LARGE])],
  () => [new Pieces([RANDOM].values(), RANDOM.length), RANDOM],
];

Deno.test("compressing() streams bodies that are large or of unknown length", async () => {
  for (const coding of ["gzip", "br"]) {
    for (const make of STREAMED) {
      const [body = null, bytes] = make();
      const response = await respond({ headers: [PLAIN], body }, coding);
      assertEquals(sourceOf(response).length, null);
      const received = await decoded(response);
      assert(received.length === bytes.length && received.every((byte, i) => byte === bytes[i]));
      if (body instanceof Pieces) assertEquals(body.closes, 1);
    }
  }
});

/** Pieces of random bytes, forever. */
function* endless(): Generator<Uint8Array> {
  for (;;) yield RANDOM;
}

async function compressedSource(source: BodySource): Promise<BodySource> {
  return sourceOf(await respond({ headers: [PLAIN], body: source }));
}

Deno.test("compressing() reads no more of a source than its output needs", async () => {
  const source = new Pieces(endless());
  const body = await compressedSource(source);
  assertEquals(source.reads, 0);
  for (let pieces = 1; pieces <= 20; pieces++) {
    assert((await body.read() ?? NONE).length > 0);
    assert(source.reads <= pieces + 2, `${source.reads} reads for ${pieces} pieces`);
  }
  await body.close();
});

Deno.test("compressing() has consumed a piece before it reads the next", async () => {
  const buffer = new Uint8Array(RANDOM.length);
  function* reusing(): Generator<Uint8Array> {
    for (let i = 0; i < 20; i++) {
      buffer.set(RANDOM.map((byte) => byte ^ i));
      yield buffer;
    }
  }
  const response = await respond({ headers: [PLAIN], body: new Pieces(reusing()) });
  const received = await decoded(response);
  assertEquals(received.length, 20 * RANDOM.length);
  assert(received.every((byte, at) => {
    const piece = Math.floor(at / RANDOM.length);
    return byte === ((RANDOM[at % RANDOM.length] ?? 0) ^ piece);
  }));
});

Deno.test("compressing() closes a source whenever its client disconnects", async () => {
  for (const reads of [0, 1, 5]) {
    const source = new Pieces(endless());
    const body = await compressedSource(source);
    for (let i = 0; i < reads; i++) await body.read();
    const before = source.reads;
    await body.close();
    assertEquals([source.reads, source.closes], [before, 1], `after ${reads} reads`);
  }
});

Deno.test("compressing() closes a source during a read", async () => {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | null>();
  let closes = 0;
  const body = await compressedSource({
    length: null,
    read: () => promise,
    close: () => void closes++,
  });
  const reading = body.read();
  await body.close();
  assertEquals(closes, 1);
  resolve(RANDOM);
  assertEquals(await reading, null);
});

Deno.test("compressing() passes on the error of a source", async () => {
  const failure = new Error("The disk is gone");
  let closes = 0;
  let reads = 0;
  const body = await compressedSource({
    length: null,
    read: () => ++reads === 3 ? Promise.reject(failure) : Promise.resolve(RANDOM),
    close: () => void closes++,
  });
  const error = await read(body).catch((error) => error);
  assertStrictEquals(error, failure);
  await body.close();
  assertEquals(closes, 1);
});

/** Bytes in use by this thread, since the process also runs other tests. */
function memory(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

Deno.test("compressing() streams 50 MB in constant memory", async () => {
  const total = 800;
  function* made(): Generator<Uint8Array> {
    for (let i = 0; i < total; i++) yield encoder.encode(TEXT.repeat(15).slice(0, 64 * 1024));
  }
  const body = await compressedSource(new Pieces(made()));
  const before = memory();
  let [bytes, most] = [0, 0];
  for (let part = await body.read(); part !== null; part = await body.read()) {
    bytes += part.length;
    most = Math.max(most, memory() - before);
  }
  await body.close();
  assert(bytes > 0 && bytes < total * 64 * 1024 / 10, `${bytes} bytes`);
  assert(most < 25e6, `${most} bytes more`);
});

Deno.test("compressing() is synchronous if the handler is and nothing is compressed", () => {
  const response: HttpResponse = { headers: [PLAIN], body: "short" };
  const handler = compressing(() => response);
  assertStrictEquals(handler(requestOf("GET", "/", { "accept-encoding": "gzip" })), response);
  const varied = compressing(() => ({ headers: [PLAIN], body: TEXT }))(requestOf("GET", "/"));
  assert(!(varied instanceof Promise));
});

Deno.test("compressing() waits for a handler, and passes on its errors", async () => {
  const request = requestOf("GET", "/", { "accept-encoding": "gzip" });
  const later = compressing(() => Promise.resolve({ headers: [PLAIN], body: TEXT }));
  assertEquals(await decoded(await later(request)), encoder.encode(TEXT));
  const fail = () => {
    throw new HttpError(418, "no");
  };
  assertThrows(() => compressing(fail)(request), HttpError);
  await assertRejects(async () => {
    await compressing(() => Promise.reject(new HttpError(418, "no")))(request);
  }, HttpError);
});

testEachPlace("--compress compresses files for clients that accept it", async (mode) => {
  const root = await Deno.makeTempDir();
  await Deno.writeTextFile(`${root}/small.txt`, TEXT);
  await Deno.writeTextFile(`${root}/large.txt`, TEXT.repeat(50));
  await using server = await startServer(mode.args("--compress", "--root", root));
  for (const [path, text] of [["/small.txt", TEXT], ["/large.txt", TEXT.repeat(50)]] as const) {
    // The client decompresses, and removes the field.
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    assertEquals(await response.text(), text);
    assertEquals(response.headers.get("vary"), "Accept-Encoding");
    using client = await Client.connect(server);
    await client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n`);
    const head = await client.receiveUntil("\r\n\r\n");
    assertMatch(head, /\r\nContent-Encoding: gzip\r\n/);
    assertMatch(head, path === "/small.txt" ? /\r\nContent-Length: \d\d\d\r\n/ : /chunked\r\n/);
  }
  await Deno.remove(root, { recursive: true });
});

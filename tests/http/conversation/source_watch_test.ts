/** Responses whose source is quiet while the client leaves, or the server drains. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { compressing } from "../../../src/http/compression/compress.ts";
import { serveHttp } from "../../../src/http/conversation/serve.ts";
import type { Exchange } from "../../../src/http/exchange.ts";
import { serveFetch } from "../../../src/http/fetch/fetch.ts";
import type { BodySource, HttpHandler } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { CONTEXT, OPTIONS } from "../../helpers/fetch.ts";
import { chunked, receiveResponse, requestText } from "../../helpers/http_client.ts";
import { serve, type Serving } from "../../helpers/lane.ts";
import { until } from "../../helpers/until.ts";
import { type Leaving, Visitor } from "../../helpers/visitor.ts";

/** How long a client's leaving may go unnoticed, in milliseconds; generous, for a loaded machine. */
const SOON = 5000;
const GONE: readonly Leaving[] = ["closes", "resets"];
const GET = requestText("GET", "/");
const encoder = new TextEncoder();

interface HandlerServing extends Serving {
  readonly failures: readonly unknown[];
  readonly exchanges: readonly Exchange[];
}

async function serveHandler(handler: HttpHandler): Promise<HandlerServing> {
  const failures: unknown[] = [];
  const exchanges: Exchange[] = [];
  const serving = await serve(serveHttp(handler, OPTIONS, CONTEXT.retiring, {
    failed: (_request, error) => void failures.push(error),
    broken: (_request, error) => void failures.push(error),
    refused: ({ error }) => void failures.push(error),
    answered: (exchange) => void exchanges.push(exchange),
    meter: null,
  }));
  return { ...serving, failures, exchanges };
}

/** A source that yields some pieces, and then waits until it is closed, or longer. */
class QuietSource implements BodySource {
  readonly length = null;
  readonly reasons: unknown[] = [];
  /** Settles the read that waits. */
  waiting: PromiseWithResolvers<Uint8Array | null> | null = null;
  readonly #pieces: string[];

  constructor(...pieces: string[]) {
    this.#pieces = pieces;
  }

  read(): Promise<Uint8Array | null> {
    const piece = this.#pieces.shift();
    if (piece !== undefined) return Promise.resolve(encoder.encode(piece));
    this.waiting = Promise.withResolvers();
    return this.waiting.promise;
  }

  /** Gives a piece to the read that waits, or null for the end; waits until there is one. */
  async give(piece: string | null): Promise<void> {
    await until("the source is read", () => this.waiting !== null);
    this.waiting?.resolve(piece === null ? null : encoder.encode(piece));
    this.waiting = null;
  }

  close(reason?: unknown): void | Promise<void> {
    this.reasons.push(reason);
  }
}

/** Checks that the only connection was ended by its client, and has left nothing behind. */
async function isGone(serving: HandlerServing): Promise<void> {
  const closed = await serving.closed(1);
  assertEquals(closed.map(({ endedBy }) => endedBy), ["client"]);
  assertEquals(serving.resources.open, 0);
  assertEquals(serving.failures, []);
}

for (const leaving of GONE) {
  Deno.test(`a quiet stream is cancelled when its client ${leaving}`, async () => {
    const reasons: unknown[] = [];
    let { signal } = new AbortController();
    await using serving = await serveHandler(serveFetch({
      fetch(request) {
        signal = request.signal;
        return new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(encoder.encode("first")),
            cancel: (reason) => void reasons.push(reason),
          }),
        );
      },
    }, CONTEXT));
    const visitor = await Visitor.open(serving);
    await visitor.send(GET);
    await visitor.receiveUntil("first\r\n");
    await visitor.leave(leaving);
    await until("the stream is cancelled", () => reasons.length > 0, SOON);
    await isGone(serving);
    assertMatch(String(reasons), /^ConnectionError: Cannot .*client/);
    assert(signal.aborted);
    const [{ status, bodyBytes }] = serving.exchanges as [Exchange];
    assertEquals([serving.exchanges.length, status, bodyBytes], [1, 200, 5]);
  });

  Deno.test(`a stream that has produced nothing is cancelled when its client ${leaving}`, async () => {
    let cancelled = 0;
    const fetch = () => new Response(new ReadableStream({ cancel: () => void cancelled++ }));
    await using serving = await serveHandler(serveFetch({ fetch }, CONTEXT));
    const visitor = await Visitor.open(serving);
    await visitor.send("GET / HTTP/1.0\r\n\r\n");
    await visitor.receiveUntil("\r\n\r\n");
    await visitor.leave(leaving);
    await until("the stream is cancelled", () => cancelled === 1, SOON);
    await isGone(serving);
  });

  Deno.test(`an asynchronous iterable is returned from when its client ${leaving}`, async () => {
    let returned = 0;
    const events = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<Uint8Array>>(() => {}),
        return: () => {
          returned++;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    };
    const fetch = () => new Response(events as unknown as BodyInit);
    await using serving = await serveHandler(serveFetch({ fetch }, CONTEXT));
    const visitor = await Visitor.open(serving);
    await visitor.send(GET);
    await visitor.receiveUntil("\r\n\r\n");
    await visitor.leave(leaving);
    await until("the iterator is returned from", () => returned === 1, SOON);
    await isGone(serving);
  });

  Deno.test(`a source is closed once, during its read, when its client ${leaving}`, async () => {
    for (const compress of [false, true]) {
      const source = new QuietSource("first");
      const response = { headers: [["Content-Type", "text/plain"]] as const, body: source };
      await using serving = await serveHandler(
        compress ? compressing(() => response) : () => response,
      );
      const visitor = await Visitor.open(serving);
      await visitor.send(requestText("GET", "/", { "Accept-Encoding": "gzip" }));
      await visitor.receiveUntil("\r\n\r\n");
      await visitor.leave(leaving);
      await until("the source is closed", () => source.reasons.length > 0, SOON);
      await isGone(serving);
      assertMatch(String(source.reasons), /^ConnectionError: /);
      // What it yields now comes too late.
      source.waiting?.resolve(encoder.encode("late"));
      await source.waiting?.promise;
      assertEquals([source.reasons.length, serving.failures.length], [1, 0]);
    }
  });

  Deno.test(`a source that fails to close does not keep a client that ${leaving}`, async () => {
    const closings = [
      () => new Promise<void>(() => {}),
      () => Promise.reject(new Error("async")),
      () => {
        throw new Error("sync");
      },
    ];
    for (const close of closings) {
      const source = new QuietSource();
      await using serving = await serveHandler(() => ({ body: Object.assign(source, { close }) }));
      const visitor = await Visitor.open(serving);
      await visitor.send(GET);
      await visitor.receiveUntil("\r\n\r\n");
      await visitor.leave(leaving);
      await isGone(serving);
    }
  });

  Deno.test(`a source that never closes after its end sends all, and does not keep a client that ${leaving}`, async () => {
    const source = {
      length: null,
      read: () => Promise.resolve(null),
      close: () => new Promise<void>(() => {}),
    };
    await using serving = await serveHandler(() => ({ body: source }));
    const visitor = await Visitor.open(serving);
    await visitor.send(GET);
    await visitor.receiveUntil("\r\n\r\n0\r\n\r\n");
    assertMatch(visitor.received, /\r\n\r\n0\r\n\r\n$/);
    await visitor.leave(leaving);
    await isGone(serving);
  });

  Deno.test(`a quiet source is closed when its client sends more requests and ${leaving}`, async () => {
    const source = new QuietSource("first");
    await using serving = await serveHandler(() => ({ body: source }));
    const visitor = await Visitor.open(serving);
    await visitor.send(GET);
    await visitor.receiveUntil("first\r\n");
    for (let count = 0; count < 3; count++) {
      const before = serving.row.get("bytesIn");
      await visitor.send(GET);
      await until("the request is read", () => serving.row.get("bytesIn") > before, SOON);
    }
    await visitor.leave(leaving);
    await isGone(serving);
    assertEquals([source.reasons.length, serving.exchanges.length], [1, 1]);
  });

  Deno.test(`a quiet source is closed when its client ${leaving} in the middle of an upload`, async () => {
    for (const isRead of [false, true]) {
      const source = new QuietSource();
      await using serving = await serveHandler(({ body }) => {
        if (isRead) void body.bytes().catch(() => {});
        return { body: source };
      });
      const visitor = await Visitor.open(serving);
      await visitor.send(requestText("POST", "/", { "Content-Length": 1000 }) + "part");
      await visitor.receiveUntil("\r\n\r\n");
      await visitor.leave(leaving);
      await until("the source is closed", () => source.reasons.length > 0, SOON);
      await isGone(serving);
    }
  });
}

Deno.test("requests that arrive while a source is quiet are answered after it", async () => {
  const source = new QuietSource("first");
  const bodies = [source, "second", "third"];
  await using serving = await serveHandler(() => ({ body: bodies.shift() ?? null }));
  using client = await Client.connect(serving);
  await client.send(GET);
  await client.receiveUntil("first\r\n");
  const long = requestText("GET", "/", { Cookie: "x".repeat(10_000) });
  for (const request of [long.slice(0, 5000), long.slice(5000) + GET]) {
    const before = serving.row.get("bytesIn");
    await client.send(request);
    await until("it is read", () => serving.row.get("bytesIn") === before + request.length, SOON);
  }
  await source.give(null);
  assertEquals(await client.receiveText(5), "0\r\n\r\n");
  for (const body of ["second", "third"]) assertEquals((await receiveResponse(client)).body, body);
  assertEquals(source.reasons, [undefined]);
});

Deno.test("an upload that arrives while a source is quiet is read by its handler later", async () => {
  const goOn = Promise.withResolvers<void>();
  let text = "";
  await using serving = await serveHandler(({ body }) => ({
    body: {
      length: null,
      async read() {
        if (text !== "") return null;
        await goOn.promise;
        text = await body.text();
        return encoder.encode(text);
      },
      close() {},
    },
  }));
  using client = await Client.connect(serving);
  await client.send(requestText("POST", "/", { "Transfer-Encoding": "chunked" }));
  const upload = chunked("x".repeat(100_000), "y".repeat(5));
  const sending = client.send(upload);
  await until("some of it is read ahead", () => serving.row.get("bytesIn") > 16_000, SOON);
  goOn.resolve();
  await sending;
  assertEquals((await receiveResponse(client)).body, "x".repeat(100_000) + "y".repeat(5));
});

Deno.test("a drain ends a quiet stream without its last chunk, and leaves one that produces", async () => {
  const [quiet, busy] = [new QuietSource("first"), new QuietSource("first")];
  await using serving = await serveHandler(({ path }) => ({
    body: path === "/busy" ? busy : quiet,
  }));
  using one = await Client.connect(serving);
  using other = await Client.connect(serving);
  await one.send(GET);
  await other.send(requestText("GET", "/busy"));
  await Promise.all([one, other].map((client) => client.receiveUntil("first\r\n")));
  serving.draining.abort();
  const ended = one.receiveAll();
  let isOver = false;
  void ended.then(() => isOver = true);
  while (!isOver) {
    await busy.give("x");
    assertEquals(await other.receiveUntil("x\r\n"), "1\r\nx\r\n");
  }
  await busy.give(null);
  assertEquals(await other.receiveUntil("0\r\n\r\n"), "0\r\n\r\n");
  assertEquals(await ended, "");
  assertMatch(String(quiet.reasons), /^ConnectionError: .*the server drains/);
  one.close();
  const [closed] = await serving.closed(1);
  assertEquals(closed?.endedBy, "drain");
});

Deno.test("a client that half-closes gets a stream that goes on", async () => {
  const source = new QuietSource();
  await using serving = await serveHandler(() => ({ body: source }));
  using client = await Client.connect(serving);
  await client.send(GET);
  await client.end();
  await client.receiveUntil("\r\n\r\n");
  for (let count = 0; count < 20; count++) {
    await source.give("x");
    assertEquals(await client.receiveUntil("x\r\n"), "1\r\nx\r\n");
  }
  await source.give(null);
  assertEquals(await client.receiveAll(), "0\r\n\r\n");
});

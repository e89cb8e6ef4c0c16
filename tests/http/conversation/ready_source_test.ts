/** Sources whose first piece is there at once, and what else they tell. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { BodySource, Field } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { converse } from "../../helpers/conversation.ts";
import { ask, receiveResponse, requestText } from "../../helpers/http_client.ts";

const encoder = new TextEncoder();
const GET = requestText("GET", "/");

/** What a source under test does; its pieces come one by one, the first of them at once. */
interface SourceParts {
  readonly length?: number | null;
  readonly ready?: unknown;
  readonly pieces?: readonly string[];
  readonly trailers?: readonly Field[];
  readonly readsRequest?: boolean;
  readonly close?: () => void | Promise<void>;
}

class ReadySource implements BodySource {
  readonly length: number | null;
  readonly readsRequest?: boolean;
  reads = 0;
  readonly reasons: unknown[] = [];
  trailers: readonly Field[] = [];
  readonly #parts: SourceParts;
  readonly #pieces: string[];

  constructor(parts: SourceParts) {
    this.length = parts.length ?? null;
    if (parts.readsRequest !== undefined) this.readsRequest = parts.readsRequest;
    this.#parts = parts;
    this.#pieces = [...parts.pieces ?? []];
  }

  ready(): Uint8Array | null {
    const { ready = null } = this.#parts;
    return typeof ready === "string" ? encoder.encode(ready) : ready as null;
  }

  read(): Promise<Uint8Array | null> {
    this.reads++;
    const piece = this.#pieces.shift();
    if (piece !== undefined) return Promise.resolve(encoder.encode(piece));
    this.trailers = this.#parts.trailers ?? [];
    return Promise.resolve(null);
  }

  close(reason?: unknown): void | Promise<void> {
    this.reasons.push(reason);
    return this.#parts.close?.();
  }
}

Deno.test("BodySource.ready() that gives the whole body needs no read, and no promise", async () => {
  const sources: ReadySource[] = [];
  await using serving = await converse(() => {
    const source = new ReadySource({ length: 5, ready: "whole" });
    sources.push(source);
    return { headers: [["X-Mark", "é"]], body: source };
  });
  using client = await Client.connect(serving);
  // Sent together, they are answered together: nothing was waited for.
  await client.send(GET.repeat(3));
  for (let i = 0; i < 3; i++) {
    const { body, fields } = await receiveResponse(client);
    assertEquals([body, fields["content-length"]], ["whole", "5"]);
  }
  assertEquals(serving.written.length, 1);
  assertEquals(
    sources.map(({ reads, reasons }) => [reads, reasons]),
    Array(3).fill([0, [undefined]]),
  );
  assertEquals(serving.exchanges.map(({ bodyBytes }) => bodyBytes), [5, 5, 5]);
});

const PLACES = [["with a length", 6], ["in chunks", null]] as const;
for (const [how, length] of PLACES) {
  Deno.test(`BodySource.ready() leaves in one write with the head, ${how}`, async () => {
    const source = new ReadySource({ length, ready: "one", pieces: ["two"] });
    await using serving = await converse(() => ({ body: source }));
    using client = await Client.connect(serving);
    assertEquals((await ask(client, "GET", "/")).body, "onetwo");
    const [first = "", second] = serving.written;
    assertMatch(first, length === null ? /\r\n\r\n3\r\none\r\n$/ : /\r\n\r\none$/);
    assertEquals(second, length === null ? "3\r\ntwo\r\n" : "two");
    assertEquals(source.reasons, [undefined]);
  });

  Deno.test(`BodySource.ready() of any size arrives as it is, ${how}`, async () => {
    for (const size of [1, 255, 4096, 16_000, 16_200, 16_384, 16_385, 40_000, 300_000]) {
      for (const field of ["", "f".repeat(200), "f".repeat(20_000)]) {
        const [ready, rest] = ["r".repeat(size), "the rest"];
        const all = length === null ? null : size + rest.length;
        const source = new ReadySource({ length: all, ready, pieces: [rest] });
        await using serving = await converse(() => ({ headers: [["X", field]], body: source }));
        using client = await Client.connect(serving);
        assertEquals((await ask(client, "GET", "/")).body, ready + rest);
        assertEquals((await ask(client, "HEAD", "/")).body, "");
        const [head = ""] = serving.written;
        // A head as large as the buffer leaves alone.
        if (field.length < 1000) {
          assert(head.includes("\r\n\r\n" + (length === null ? size.toString(16) : "r")));
        }
      }
    }
  });
}

Deno.test("BodySource.ready() that is empty or null sends the head before a read is waited for", async () => {
  for (const ready of [null, ""]) {
    const goOn = Promise.withResolvers<null>();
    const source = new ReadySource({ length: null, ready });
    source.read = () => goOn.promise;
    await using serving = await converse(() => ({ body: source }));
    using client = await Client.connect(serving);
    await client.send(GET);
    await client.receiveUntil("\r\n\r\n");
    goOn.resolve(null);
    assertEquals(await client.receiveUntil("0\r\n\r\n"), "0\r\n\r\n");
  }
});

Deno.test("BodySource.ready() that gives no bytes, or too many, becomes 500", async () => {
  for (const ready of [7, "too long"]) {
    const source = new ReadySource({ length: 3, ready });
    await using serving = await converse(() => ({ body: source }));
    using client = await Client.connect(serving);
    assertEquals((await ask(client, "GET", "/")).status, 500);
    assertEquals(source.reasons.length, 1);
    assertMatch(String(serving.failures), /ready\(\) gave|more than the 3 bytes announced/);
  }
});

Deno.test("a source that fails to close after BodySource.ready() ends its client's connection", async () => {
  const closings = [
    () => Promise.reject(new Error("async")),
    () => {
      throw new Error("sync");
    },
  ];
  for (const close of closings) {
    const source = new ReadySource({ length: 5, ready: "whole", close });
    await using serving = await converse(() => ({ body: source }));
    using client = await Client.connect(serving);
    await client.send(GET);
    await client.receiveAll().catch(() => "");
    assertEquals(serving.failures.length, 1);
    assertEquals((await serving.closed(1)).map(({ endedBy }) => endedBy), ["error"]);
  }
});

Deno.test("a source that takes its time to close after BodySource.ready() has sent all before", async () => {
  const closing = Promise.withResolvers<void>();
  const source = new ReadySource({ length: 5, ready: "whole", close: () => closing.promise });
  await using serving = await converse(() => ({ body: source }));
  using client = await Client.connect(serving);
  await client.send(GET.repeat(2));
  assertEquals((await receiveResponse(client)).body, "whole");
  assertEquals(serving.exchanges.length, 0);
  closing.resolve();
  assertEquals((await receiveResponse(client)).body, "whole");
  assertEquals(serving.exchanges.length, 2);
});

Deno.test("BodySource.trailers follow the chunks, without fields that only the server writes", async () => {
  const trailers: Field[] = [["X-Sum", "1"], ["Content-Length", "7"], ["x", "é"]];
  for (const ready of [null, "one"]) {
    const source = new ReadySource({ ready, pieces: ["two"], trailers });
    await using serving = await converse(() => ({ body: source }));
    using client = await Client.connect(serving);
    await client.send(GET);
    await client.receiveUntil("two\r\n0\r\n");
    const received = await client.receive("X-Sum: 1\r\nx: é\r\n\r\n".length);
    assertEquals(String.fromCharCode(...received), "X-Sum: 1\r\nx: é\r\n\r\n");
  }
});

Deno.test("BodySource.trailers are dropped from a body with a length, and for HTTP/1.0", async () => {
  const trailers: Field[] = [["X-Sum", "1"]];
  await using serving = await converse(({ version }) => ({
    body: new ReadySource({ length: version === "1.0" ? null : 3, pieces: ["two"], trailers }),
  }));
  using client = await Client.connect(serving);
  assertEquals((await ask(client, "GET", "/")).body, "two");
  await client.send("GET / HTTP/1.0\r\n\r\n");
  assertMatch(await client.receiveAll(), /\r\n\r\ntwo$/);
});

Deno.test("BodySource.trailers that are invalid end the connection: the body never looks complete", async () => {
  const source = new ReadySource({ pieces: ["two"], trailers: [["X", "a\r\nb"]] });
  await using serving = await converse(() => ({ body: source }));
  using client = await Client.connect(serving);
  await client.send(GET);
  await client.receiveUntil("two\r\n");
  assertEquals(await client.receiveAll().catch(() => ""), "");
  assertMatch(String(serving.failures), /Cannot send the header field/);
});

Deno.test("BodySource.readsRequest that is false sends no 100, and the connection ends", async () => {
  for (const readsRequest of [false, true]) {
    const source = new ReadySource({ pieces: ["two"], readsRequest });
    await using serving = await converse(() => ({ status: 403, body: source }));
    using client = await Client.connect(serving);
    await client.send(requestText("POST", "/", { Expect: "100-continue", "Content-Length": 3 }));
    const first = await receiveResponse(client);
    assertEquals(first.status, readsRequest ? 100 : 403);
    if (readsRequest) continue;
    assertEquals([first.fields["connection"], first.body], ["close", "two"]);
    assertEquals(await client.receiveAll(), "");
  }
});

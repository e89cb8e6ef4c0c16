import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { LARGE_BUFFER, MEDIUM_BUFFER, SMALL_BUFFER } from "../../src/core/buffers.ts";
import type { Connection } from "../../src/core/connection.ts";
import { ConnectionError, IncompleteReadError, LimitExceededError } from "../../src/core/errors.ts";
import { Client } from "../helpers/client.ts";
import { serve } from "../helpers/lane.ts";
import { until } from "../helpers/until.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A service that hands its connection to a test until the test calls `finish`. */
function lend() {
  const given = Promise.withResolvers<Connection>();
  const done = Promise.withResolvers<void>();
  return {
    service: (connection: Connection) => {
      given.resolve(connection);
      return done.promise;
    },
    connection: given.promise,
    finish: () => done.resolve(),
  };
}

Deno.test("Connection.read() returns what arrived, then null at the end of the stream", async () => {
  const { service, connection, finish } = lend();
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  const served = await connection;
  await client.send("hello");
  assertEquals(decoder.decode(await served.read() ?? undefined), "hello");
  await client.end();
  assertEquals(await served.read(), null);
  finish();
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.phase, summary?.bytesIn], ["client", "idle", 5]);
});

Deno.test("Connection.read() uses a large buffer for a stream and a small one after a pause", async () => {
  const sizes: number[] = [];
  await using serving = await serve(async (connection) => {
    let data: Uint8Array | null;
    while ((data = await connection.read()) !== null) {
      const isLarge = data.buffer.byteLength === LARGE_BUFFER;
      sizes.push(isLarge ? LARGE_BUFFER : SMALL_BUFFER);
      assert(data.length <= (isLarge ? LARGE_BUFFER : MEDIUM_BUFFER));
      if (data.length < SMALL_BUFFER) await connection.write(data);
    }
  });
  using client = await Client.connect(serving);
  await client.send("ping");
  await client.receive(4);
  await client.send(new Uint8Array(1024 * 1024));
  await client.send("pong");
  await client.end();
  await client.receiveAll();
  await serving.closed(1);
  assertEquals(sizes[0], SMALL_BUFFER);
  assert(sizes.includes(LARGE_BUFFER), "a megabyte was read without a large buffer");
});

Deno.test("Connection.readUntil() cuts pieces however the bytes arrive", async () => {
  const pieces: string[] = [];
  await using serving = await serve(async (connection) => {
    let piece: Uint8Array | null;
    while ((piece = await connection.readUntil(encoder.encode("\r\n.\r\n"), 20_000)) !== null) {
      pieces.push(decoder.decode(piece));
    }
  });
  const long = "x".repeat(15_000);
  using client = await Client.connect(serving);
  await client.sendBytewise("one\r\n.\r\ntwo\r");
  await client.send(`\n.\r\n${long}\r`);
  await client.send("\n.\r\nfour\r\n.\r\n");
  await client.end();
  await serving.closed(1);
  assertEquals(pieces, ["one", "two", long, "four"].map((piece) => `${piece}\r\n.\r\n`));
});

Deno.test("Connection.readUntil() throws LimitExceededError beyond the limit, but not at it", async () => {
  const found: unknown[] = [];
  await using serving = await serve(async (connection) => {
    found.push(decoder.decode(await connection.readUntil(encoder.encode("?"), 8) ?? undefined));
    await connection.readUntil(encoder.encode("?"), 8).catch((error) => {
      found.push(error.constructor, error.limit);
      throw error;
    });
  });
  using client = await Client.connect(serving);
  await client.send("1234567?12345678?");
  const [summary] = await serving.closed(1);
  assertEquals(found, ["1234567?", LimitExceededError, 8]);
  assertEquals(summary?.endedBy, "limit");
});

Deno.test("Connection.readUntil() throws IncompleteReadError with the bytes that had arrived", async () => {
  await using serving = await serve(async (connection) => {
    await connection.readUntil(encoder.encode("?"), 100);
  });
  using client = await Client.connect(serving);
  await client.send("Beautiful is");
  await client.end();
  const [summary] = await serving.closed(1);
  assertInstanceOf(summary?.error, IncompleteReadError);
  const { partial } = summary?.error as IncompleteReadError;
  assertEquals(decoder.decode(partial), "Beautiful is");
  assertEquals([summary?.endedBy, summary?.phase], ["client", "reading"]);
});

Deno.test("Connection.readLine() reads lines with LF, with CR LF, and a last line with neither", async () => {
  const lines: (string | null)[] = [];
  await using serving = await serve(async (connection) => {
    let line: string | null;
    do lines.push(line = await connection.readLine(100)); while (line !== null);
  });
  using client = await Client.connect(serving);
  await client.send("a\nb\r\n\nlast");
  await client.end();
  await serving.closed(1);
  assertEquals(lines, ["a", "b", "", "last", null]);
});

Deno.test("Connection.readExactly() waits for all bytes, and throws if the stream ends among them", async () => {
  const { service, connection, finish } = lend();
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  const served = await connection;
  await client.sendBytewise("abcdef");
  assertEquals(decoder.decode(await served.readExactly(4) ?? undefined), "abcd");
  await client.end();
  await assertRejects(() => served.readExactly(4), IncompleteReadError);
  finish();
});

Deno.test("Connection rejects invalid lengths, limits and suffixes, and reads nothing", async () => {
  const { service, connection, finish } = lend();
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  const served = await connection;
  await client.send("hello\n");
  for (const length of [-1, NaN, 0.5, Infinity, "2" as unknown as number]) {
    await assertRejects(() => served.readExactly(length), TypeError, "expected an integer");
  }
  for (const limit of [-1, NaN, 0, undefined as unknown as number]) {
    await assertRejects(() => served.readLine(limit), TypeError, "expected 1 byte or more");
  }
  const text = "\n" as unknown as Uint8Array;
  await assertRejects(() => served.readUntil(text, 100), TypeError, "expected bytes");
  assertEquals(await served.readLine(100), "hello");
  finish();
});

Deno.test("Connection.write() writes everything in order to a client that reads slowly", async () => {
  const size = 8 * 1024 * 1024;
  const data = Uint8Array.from({ length: size }, (_, i) => i % 251);
  await using serving = await serve((connection) => connection.write(data));
  using client = await Client.connect(serving);
  const received = await client.receive(size);
  assertEquals(received.length, size);
  assertEquals(received.every((byte, i) => byte === i % 251), true);
  client.close();
  const [summary] = await serving.closed(1);
  assertEquals(summary?.bytesOut, size);
});

Deno.test("Connection.end() closes one direction and leaves the other open", async () => {
  const { service, connection, finish } = lend();
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  const served = await connection;
  await served.write("bye");
  await served.end();
  assertEquals(await client.receiveAll(), "bye");
  await client.send("still here");
  assertEquals(decoder.decode(await served.read() ?? undefined), "still here");
  finish();
});

Deno.test("Connection rejects a second read and a second write at the same time", async () => {
  const { service, connection, finish } = lend();
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  const served = await connection;
  const first = served.read();
  await assertRejects(() => served.read(), Error, "another read is pending");
  await client.send("x");
  await first;
  const write = served.write(new Uint8Array(1024));
  await assertRejects(() => served.write("y"), Error, "another write is pending");
  await write;
  finish();
});

Deno.test("Connection ends a client that is silent for --idle-timeout", async () => {
  await using serving = await serve(async (connection) => {
    while (await connection.read() !== null);
  }, { idleTimeout: 100 });
  // The server may know of the client first.
  const start = performance.now();
  using client = await Client.connect(serving);
  assertEquals(await client.receiveAll(), "");
  const took = performance.now() - start;
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.phase], ["timeout", "idle"]);
  assertInstanceOf(summary?.error, ConnectionError);
  assert(took >= 95, `it ended after only ${took} ms`);
});

for (const reason of ["timeout", "drain"] as const) {
  Deno.test(`Connection lets a service answer a half-closed client after others are ended by ${reason}`, async () => {
    const isOtherEnded = Promise.withResolvers<void>();
    const options = { idleTimeout: reason === "timeout" ? 100 : 0 };
    await using serving = await serve(async (connection) => {
      while (await connection.read() !== null);
      await isOtherEnded.promise;
      await connection.write("answer");
    }, options);
    using client = await Client.connect(serving);
    await client.send("question");
    await client.end();
    using silent = await Client.connect(serving);
    if (reason === "drain") serving.draining.abort();
    assertEquals(await silent.receiveAll(), "");
    isOtherEnded.resolve();
    assertEquals(await client.receiveAll(), "answer");
    const summaries = await serving.closed(2);
    assertEquals(summaries.map(({ endedBy }) => endedBy), [reason, "client"]);
  });
}

Deno.test("Connection ends a client that reads nothing for --write-timeout", async () => {
  await using serving = await serve(
    (connection) => connection.write(new Uint8Array(64 * 1024 * 1024)),
    { writeTimeout: 100 },
  );
  using _client = await Client.connect(serving);
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.phase], ["timeout", "writing"]);
});

Deno.test("Connection ends a client that half-closes and reads nothing for --write-timeout", async () => {
  await using serving = await serve(async (connection) => {
    const writing = connection.write(new Uint8Array(64 * 1024 * 1024));
    while (await connection.read() !== null);
    await writing;
  }, { writeTimeout: 500 });
  using client = await Client.connect(serving);
  let sent = -1;
  await until("the write is stuck", () => {
    const before = sent;
    sent = serving.row.get("bytesOut");
    return sent > 0 && sent === before;
  });
  await client.end();
  const [summary] = await serving.closed(1);
  assertEquals([summary?.endedBy, summary?.phase], ["timeout", "writing"]);
});

Deno.test("Connection lets the client read the last bytes, even if it sent more than was read", async () => {
  await using serving = await serve(async (connection) => {
    await connection.read();
    await connection.write("enough");
  });
  using client = await Client.connect(serving);
  await client.send(new Uint8Array(2 * 1024 * 1024));
  assertEquals(await client.receiveAll(), "enough");
});

Deno.test("Connection lets the client read the last bytes while the service watches it", async () => {
  const length = 300_000;
  await using serving = await serve(async (connection) => {
    await connection.readLine(10);
    connection.watch().catch(() => {});
    await connection.write(new Uint8Array(length));
  });
  using client = await Client.connect(serving);
  await client.send("\n");
  let received = (await client.receive(1)).length;
  for (let count = 0; count < 20; count++) {
    await client.send("more");
    await delay(5);
  }
  received += (await client.receiveAll()).length;
  assertEquals(received, length);
});

Deno.test("Connection.readable and writable carry a stream through a transform", async () => {
  await using serving = await serve((connection) =>
    connection.readable
      .pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform: (data, controller) =>
            controller.enqueue(encoder.encode(decoder.decode(data).toUpperCase())),
        }),
      )
      .pipeTo(connection.writable)
  );
  using client = await Client.connect(serving);
  await client.send("quiet");
  await client.end();
  assertEquals(await client.receiveAll(), "QUIET");
  await until("the lease is released", () => serving.resources.open === 0);
});

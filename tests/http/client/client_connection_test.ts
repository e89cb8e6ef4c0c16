import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DecodedResponse } from "../../../src/http/codec/response_decoder.ts";
import { dial } from "../../../src/core/dial.ts";
import { ClientConnection } from "../../../src/http/client/client_connection.ts";
import type { ExchangeTimeouts } from "../../../src/http/client/exchange_times.ts";
import { ExchangeError } from "../../../src/http/client/exchange_error.ts";
import { OutputBuffers } from "../../../src/http/conversation/output_buffers.ts";
import type { BodySource } from "../../../src/http/message.ts";
import { serve } from "../../helpers/lane.ts";
import {
  always,
  cutting,
  type RawAnswer,
  RawBackend,
  rawResponse,
} from "../../helpers/raw_backend.ts";
import { until } from "../../helpers/until.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const FINE = rawResponse("fine");
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const UNTIL_CLOSE = "HTTP/1.1 200 OK\r\n\r\n";
const NO_TIMEOUTS: ExchangeTimeouts = { head: 0, idle: 0, total: 0 };
const NOBODY = { waits() {} };

/** A connection to a backend that answers so, from a lane without clients. */
async function connect(answer: RawAnswer, keepAlive = 60_000) {
  await using stack = new AsyncDisposableStack();
  const backend = stack.use(await RawBackend.start(answer));
  const lane = stack.use(await serve((connection) => connection.end()));
  const gone: ClientConnection[] = [];
  const client = new ClientConnection(
    await dial(backend.address, lane.connections),
    { buffers: new OutputBuffers(), limits: { maxHeaderSize: 1000, maxHeaders: 10 }, keepAlive },
    (one) => gone.push(one),
  );
  stack.defer(() => client.close());
  const started = stack.move();
  return { backend, lane, client, gone, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Sends a GET, and returns the status. */
async function get(client: ClientConnection, timeouts = NO_TIMEOUTS): Promise<number> {
  client.begin("GET", timeouts, NOBODY);
  await client.send(GET);
  return (await receive(client)).status;
}

async function bodyOf(client: ClientConnection): Promise<string> {
  let body = decoder.decode(client.ready() ?? undefined);
  for (let piece; (piece = await client.read()) !== null;) body += decoder.decode(piece);
  return body;
}

/** A source of these pieces, after which it waits until `over` resolves. */
function sourceOf(pieces: readonly string[], over: Promise<void> | null = null): BodySource {
  const waiting = [...pieces];
  return {
    length: null,
    async read() {
      const piece = waiting.shift();
      if (piece === undefined) await over;
      return piece === undefined ? null : encoder.encode(piece);
    },
    close() {},
  };
}

/** Checks that something fails with an error type of RFC 9209. */
async function fails(
  what: () => Promise<unknown>,
  fault: string,
  endedBy: "upstream" | "timeout" = "upstream",
): Promise<void> {
  const error = await assertRejects(what, ExchangeError);
  assertEquals([error.fault, error.endedBy, error.peer], [fault, endedBy, "upstream"]);
}

/** Waits for the next head. */
async function receive(client: ClientConnection): Promise<DecodedResponse> {
  for (;;) {
    const head = client.head();
    if (head !== null) return head;
    await client.more();
  }
}

Deno.test("ClientConnection sends one request after another on a connection that is kept", async () => {
  await using test = await connect(always(FINE));
  const { client, backend } = test;
  for (let i = 1; i <= 3; i++) {
    assertEquals(await get(client), 200);
    assertEquals([client.exchanges, client.hasSent, client.hasAnswered], [i, true, true]);
    assertEquals(await bodyOf(client), "fine");
    assertEquals(client.keep(), true);
  }
  assertEquals([backend.accepted, backend.requests.length], [1, 3]);
  client.begin("GET", NO_TIMEOUTS, NOBODY);
  assertEquals([client.hasSent, client.hasAnswered], [false, false]);
});

Deno.test("ClientConnection.head() gives interim heads before the final one, and read() trailers at the end", async () => {
  await using test = await connect(always(
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${CHUNKED}` +
      "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n",
  ));
  const { client } = test;
  assertEquals(await get(client), 100);
  const hints = await receive(client);
  assertEquals([hints.status, hints.fields], [103, [["Link", "</a>"]]]);
  assertEquals((await receive(client)).length, null);
  assertEquals(await bodyOf(client), "abcde");
  assertEquals(client.trailers, [["x-sum", "5"]]);
  assert(client.keep());
});

Deno.test("ClientConnection.isAtEnd() tells whether what has arrived is all of the response", async () => {
  const goOn = Promise.withResolvers<void>();
  await using test = await connect(async (_request, peer) => {
    await peer.send(FINE.slice(0, -2));
    await goOn.promise;
    await peer.send(FINE.slice(-2));
  });
  const { client } = test;
  await get(client);
  assertEquals(decoder.decode(client.ready() ?? undefined), "fi");
  assertEquals([client.isAtEnd(), client.ready()], [false, null]);
  goOn.resolve();
  assertEquals(await bodyOf(client), "ne");
  assertEquals(client.isAtEnd(), true);
});

Deno.test("ClientConnection.upload() sends a body with its head, by length and in chunks", async () => {
  await using test = await connect(async (request, peer) => {
    await peer.send(rawResponse(await request.body()));
  });
  const { client } = test;
  for (
    const [field, length, sent] of [
      ["content-length: 5", 5, "hello"],
      ["transfer-encoding: chunked", null, "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"],
    ] as const
  ) {
    client.begin("POST", NO_TIMEOUTS, NOBODY);
    const head = `POST / HTTP/1.1\r\n${field}\r\n\r\n`;
    await client.upload(head, sourceOf(["hel", "lo"]), length);
    await receive(client);
    assertEquals(await bodyOf(client), sent);
    assert(client.keep());
  }
});

Deno.test("ClientConnection.keep() closes a connection whose request is not over", async () => {
  await using test = await connect(always(FINE));
  const { client, backend } = test;
  const over = Promise.withResolvers<void>();
  client.begin("POST", NO_TIMEOUTS, NOBODY);
  const head = "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\n";
  const uploading = assertRejects(() => client.upload(head, sourceOf(["hel"], over.promise), 5));
  await receive(client);
  assertEquals(await bodyOf(client), "fine");
  assertEquals(client.keep(), false);
  await uploading;
  over.resolve();
  await until("the connection is closed", () => backend.open === 0);
  assertEquals(test.gone, []);
});

/** Responses after which the connection takes no further request. */
const LAST: Readonly<Record<string, string>> = {
  "the response says so": rawResponse("fine", ["Connection: close"]),
  "the response is one of HTTP/1.0": FINE.replace("/1.1", "/1.0"),
  "there is more than the response": `${FINE}HTTP/1.1 200 OK\r\n`,
  "there is a body where there is none": `HTTP/1.1 204 No Content\r\n\r\nevil`,
};

for (const [what, text] of Object.entries(LAST)) {
  Deno.test(`ClientConnection.keep() closes the connection: ${what}`, async () => {
    await using test = await connect(always(text));
    await get(test.client);
    await bodyOf(test.client);
    assertEquals(test.client.keep(), false);
    await until("the connection is closed", () => test.backend.open === 0);
  });
}

Deno.test("ClientConnection.keep() keeps nothing without a time to keep it, and in a drain", async () => {
  await using none = await connect(always(FINE), 0);
  await get(none.client);
  await bodyOf(none.client);
  assertEquals(none.client.keep(), false);
  await using drained = await connect(always(FINE));
  await get(drained.client);
  await bodyOf(drained.client);
  drained.lane.draining.abort();
  assertEquals(drained.client.keep(), false);
});

/** What ends a connection while it is kept. */
const ENDS: Readonly<
  Record<string, (test: Awaited<ReturnType<typeof connect>>) => unknown>
> = {
  "its backend ends it": ({ backend }) => backend.endAll(),
  "its backend resets it": ({ backend }) => backend.resetAll(),
  "the lane drains": ({ lane }) => lane.draining.abort(),
};

for (const [what, end] of Object.entries(ENDS)) {
  Deno.test(`ClientConnection drops a kept connection: ${what}`, async () => {
    await using test = await connect(always(FINE));
    await get(test.client);
    await bodyOf(test.client);
    assert(test.client.keep());
    assertEquals(test.gone, []);
    await end(test);
    await until("it is gone", () => test.gone.length > 0);
    assertEquals(test.gone, [test.client]);
    await until("it is closed", () => test.backend.open === 0);
  });
}

Deno.test("ClientConnection drops a kept connection that was idle for too long", async () => {
  await using test = await connect(always(FINE), 50);
  for (let i = 0; i < 2; i++) {
    await get(test.client);
    await bodyOf(test.client);
    assert(test.client.keep());
  }
  await until("it is gone", () => test.gone.length > 0);
  await until("it is closed", () => test.backend.open === 0);
});

Deno.test("ClientConnection drops a kept connection on which its backend sends what nobody has asked for", async () => {
  const more = Promise.withResolvers<void>();
  await using test = await connect(async (_request, peer) => {
    await peer.send(FINE);
    await more.promise;
    await peer.send(rawResponse("evil"));
  });
  await get(test.client);
  await bodyOf(test.client);
  assert(test.client.keep());
  more.resolve();
  await until("it is gone", () => test.gone.length > 0);
  await until("it is closed", () => test.backend.open === 0);
});

/** What comes too late: what the backend sends before, the timeouts, and the error. */
const LATE: Readonly<
  Record<string, readonly [text: string, timeouts: Partial<ExchangeTimeouts>, fault: string]>
> = {
  "the head does not come": ["", { head: 50 }, "http_response_timeout"],
  "the head does not come to its end": ["HTTP/1.1 200", { head: 50 }, "http_response_timeout"],
  "the body does not come": [FINE.slice(0, -4), { idle: 50 }, "connection_read_timeout"],
  "the body does not go on": [FINE.slice(0, -1), { idle: 50 }, "connection_read_timeout"],
  "the head takes all the time": ["", { total: 50 }, "http_response_timeout"],
  "the body takes all the time": [FINE.slice(0, -1), { total: 50 }, "http_response_timeout"],
};

for (const [what, [text, timeouts, fault]] of Object.entries(LATE)) {
  Deno.test(`ClientConnection ends the exchange: ${what}`, async () => {
    await using test = await connect(async (_request, peer) => {
      await peer.send(text);
      await peer.left;
    });
    const { client } = test;
    await fails(
      async () => {
        await get(client, { ...NO_TIMEOUTS, ...timeouts });
        await bodyOf(client);
      },
      fault,
      "timeout",
    );
    client.close();
    await until("the connection is closed", () => test.backend.open === 0);
  });
}

Deno.test("ClientConnection has a time between two pieces, not for all of them", async () => {
  await using test = await connect(async (_request, peer) => {
    await peer.send(CHUNKED);
    const begun = performance.now();
    for (let last = begun; performance.now() < begun + 700;) {
      await until("a moment has passed", () => performance.now() > last + 50);
      last = performance.now();
      await peer.send("1\r\nx\r\n");
    }
    await peer.send("0\r\n\r\n");
  });
  assertEquals(await get(test.client, { head: 400, idle: 400, total: 0 }), 200);
  assert((await bodyOf(test.client)).length > 5);
});

Deno.test("ClientConnection tells how long an exchange has waited for its head", async () => {
  const answer = Promise.withResolvers<void>();
  await using test = await connect(async (_request, peer) => {
    await answer.promise;
    await peer.send(FINE);
  });
  const waited: number[] = [];
  test.client.begin("GET", NO_TIMEOUTS, { waits: (time) => waited.push(time) });
  await test.client.send(GET);
  await until("it was told three times", () => waited.length >= 3);
  assertEquals(waited, waited.toSorted((a, b) => a - b));
  answer.resolve();
  await receive(test.client);
  await bodyOf(test.client);
  test.client.keep();
});

/** What backends do instead of a response, and the error. */
const FAULTS: Readonly<Record<string, readonly [answer: RawAnswer, fault: string]>> = {
  "ends the connection": [cutting("", 0, "ends"), "connection_terminated"],
  "resets the connection": [cutting("", 0, "resets"), "connection_terminated"],
  "ends within the head": [cutting(FINE, 10, "ends"), "http_response_incomplete"],
  "resets within the head": [cutting(FINE, 10, "resets"), "http_response_incomplete"],
  "sends garbage": [always("SSH-2.0-OpenSSH\r\n\r\n"), "http_protocol_error"],
  "sends a head that is too large": [
    always(rawResponse("", [`X: ${"x".repeat(2000)}`])),
    "http_response_header_section_size",
  ],
};

for (const [what, [answer, fault]] of Object.entries(FAULTS)) {
  Deno.test(`ClientConnection.more() throws ${fault}: the backend ${what}`, async () => {
    await using test = await connect(answer);
    await fails(() => get(test.client), fault);
    assertEquals(test.client.hasAnswered, fault !== "connection_terminated");
  });
}

for (const ending of ["ends", "resets"] as const) {
  for (
    const [what, text] of Object.entries({ "a length": FINE, "chunks": `${CHUNKED}4\r\nfine\r\n` })
  ) {
    Deno.test(`ClientConnection.read() throws http_response_incomplete: the backend ${ending} a body with ${what}`, async () => {
      await using test = await connect(cutting(text, text.length - 1, ending));
      await get(test.client);
      await fails(() => bodyOf(test.client), "http_response_incomplete");
    });
  }
}

Deno.test("ClientConnection.read() throws http_protocol_error if a chunk is malformed", async () => {
  await using test = await connect(always(`${CHUNKED}4\r\nfine\r\nxyz\r\n`));
  await get(test.client);
  await fails(() => bodyOf(test.client), "http_protocol_error");
});

Deno.test("ClientConnection.read() reads a body that ends with its connection, unless that is reset", async () => {
  await using test = await connect(cutting(`${UNTIL_CLOSE}hello`, 1000, "ends"));
  await get(test.client);
  assertEquals(await bodyOf(test.client), "hello");
  assertEquals(test.client.keep(), false);
  await using reset = await connect(cutting(`${UNTIL_CLOSE}hello`, 1000, "resets"));
  await get(reset.client);
  await fails(() => bodyOf(reset.client), "http_response_incomplete");
});

Deno.test("ClientConnection.detach() gives the connection away, with what has come after the head", async () => {
  await using test = await connect(always("HTTP/1.1 101 Switching Protocols\r\n\r\nhello"));
  assertEquals(await get(test.client), 101);
  await using other = test.client.detach();
  assertEquals(decoder.decode(await other.read() ?? undefined), "hello");
  test.client.close();
  await other.write(encoder.encode("x"));
});

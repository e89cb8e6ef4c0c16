import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { answerOf, serveFetcher } from "../../helpers/fetch.ts";
import { receiveAnswer, receiveLastAnswer, requestText } from "../../helpers/http_client.ts";
import { until } from "../../helpers/until.ts";

const encoder = new TextEncoder();

/** A stream of pieces, each of which is there when it is asked for. */
function streamOf(...pieces: readonly string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const rest = pieces.map((piece) => encoder.encode(piece));
  return new ReadableStream({
    pull(controller) {
      const piece = rest.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
  }, { highWaterMark: 0 });
}

/** A stream that is fed by hand. */
interface Feed {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Puts a piece into it; null ends it. */
  put(piece: string | null): void;
  fail(error: unknown): void;
  readonly isCancelled: boolean;
}

function makeFeed(): Feed {
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (made) => void (controller = made),
    cancel: () => void (isCancelled = true),
  });
  return {
    stream,
    put: (piece) =>
      piece === null ? controller?.close() : controller?.enqueue(encoder.encode(piece)),
    fail: (error) => controller?.error(error),
    get isCancelled() {
      return isCancelled;
    },
  };
}

/** What is answered to a GET. */
function answer(make: () => Response, method = "GET") {
  return answerOf(make, method, "/");
}

Deno.test("Response with a body that is there as a whole announces its length", async () => {
  const form = "application/x-www-form-urlencoded;charset=UTF-8";
  const cases: [body: BodyInit, type: string | undefined, text: string][] = [
    ["héllo", "text/plain;charset=UTF-8", "héllo"],
    ["", "text/plain;charset=UTF-8", ""],
    [encoder.encode("bytes"), undefined, "bytes"],
    [encoder.encode("buffer").buffer, undefined, "buffer"],
    [new DataView(encoder.encode("a view").buffer, 2), undefined, "view"],
    [new Blob(["blob"], { type: "text/x" }), "text/x", "blob"],
    [new URLSearchParams({ a: "1 2" }), form, "a=1+2"],
    [streamOf(), undefined, ""],
    ["x".repeat(1_000_000), "text/plain;charset=UTF-8", "x".repeat(1_000_000)],
  ];
  for (const [body, type, text] of cases) {
    const { status, fields, body: received } = await answer(() => new Response(body));
    assertEquals(status, 200);
    assertEquals(fields["content-type"], type);
    assertEquals(fields["content-length"], String(encoder.encode(text).length));
    assertEquals(fields["transfer-encoding"], undefined);
    assert(received === text, received.slice(0, 100));
  }
});

Deno.test("Response with a FormData has its parts and their boundary", async () => {
  const form = new FormData();
  form.append("a", "1");
  form.append("f", new File(["hello"], "x.txt"));
  await using serving = await serveFetcher(() => new Response(form));
  const received = await (await fetch(serving.origin)).formData();
  assertEquals(received.get("a"), "1");
  const file = received.get("f") as File;
  assertEquals([file.name, await file.text()], ["x.txt", "hello"]);
});

Deno.test("Response with a stream is sent in chunks, each as it comes", async () => {
  const feed = makeFeed();
  await using serving = await serveFetcher(() => new Response(feed.stream));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  assertMatch(await client.receiveUntil("\r\n\r\n"), /\r\nTransfer-Encoding: chunked\r\n/);
  for (
    const [piece, chunk] of [["one", "3\r\none\r\n"], ["thirteen more", "d\r\nthirteen more\r\n"]]
  ) {
    feed.put(piece ?? "");
    assertEquals(await client.receiveText(chunk?.length ?? 0), chunk);
  }
  feed.put("");
  feed.put(null);
  assertEquals(await client.receiveText(5), "0\r\n\r\n");
  await client.send(requestText("GET", "/"));
  assertMatch(
    await client.receiveUntil("\r\n\r\n"),
    / 500 /,
    "the stream was used, the connection not",
  );
});

Deno.test("Response with a stream goes through whole, however large its pieces", async () => {
  const pieces = ["a", "", "b".repeat(8192), "c".repeat(8193), "d".repeat(300_000), "e"];
  const { body, fields } = await answer(() => new Response(streamOf(...pieces)));
  assertEquals(fields["transfer-encoding"], "chunked");
  assert(body === pieces.join(""));
});

Deno.test("Response with a stream ends with the connection in HTTP/1.0", async () => {
  await using serving = await serveFetcher(() => new Response(streamOf("one", "two")));
  using client = await Client.connect(serving);
  await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const { fields, body } = await receiveLastAnswer(client);
  assertEquals(fields["transfer-encoding"], undefined);
  assertEquals(body, "onetwo");
});

Deno.test("Response with a stream and Content-Length is sent with it", async () => {
  const headers = { "Content-Length": "6" };
  const { body, fields } = await answer(() => new Response(streamOf("one", "two"), { headers }));
  assertEquals([fields["content-length"], fields["transfer-encoding"]], ["6", undefined]);
  assertEquals(body, "onetwo");
});

Deno.test("Response with another length than its Content-Length is not taken for whole", async () => {
  for (const length of ["5", "7"]) {
    const headers = { "Content-Length": length };
    await using serving = await serveFetcher(() =>
      new Response(streamOf("one", "two"), { headers })
    );
    await assertRejects(async () => await (await fetch(serving.origin)).text());
    await until("it is reported", () => serving.failures.length === 1);
    assertMatch(String(serving.failures[0]?.error), new RegExp(`${length} bytes announced`));
  }
  const whole = await answer(() => new Response("abc", { headers: { "Content-Length": "9" } }));
  assertEquals(whole.fields["content-length"], "3", "the server knows better");
});

Deno.test("Response without a body says so, with the statuses that have none at all", async () => {
  for (const status of [200, 205, 404]) {
    const { fields } = await answer(() => new Response(null, { status }));
    assertEquals(fields["content-length"], "0", String(status));
  }
  for (const status of [204, 304]) {
    await using serving = await serveFetcher(() =>
      new Response(null, { status, headers: { ETag: '"x"' } })
    );
    using client = await Client.connect(serving);
    for (const _ of [1, 2]) {
      await client.send(requestText("GET", "/"));
      const { fields, status: found } = await receiveAnswer(client);
      assertEquals(found, status);
      assertEquals(fields["etag"], '"x"');
      assertEquals([fields["content-length"], fields["transfer-encoding"]], [undefined, undefined]);
    }
  }
});

Deno.test("Response.json and Response.redirect come as they are made", async () => {
  const json = await answer(() => Response.json({ a: [1] }, { status: 201 }));
  assertEquals([json.status, json.fields["content-type"]], [201, "application/json"]);
  assertEquals(json.body, '{"a":[1]}');
  const redirect = await answer(() => Response.redirect("http://other/path", 307));
  assertEquals([redirect.status, redirect.fields["location"]], [307, "http://other/path"]);
});

Deno.test("Response has its headers, Set-Cookie in a line of each", async () => {
  const headers = new Headers({ "X-Latin": "caf\xe9", Server: "mine", Date: "today" });
  for (const value of ["a=1; Path=/", "b=2"]) headers.append("Set-Cookie", value);
  for (const value of ["one", "two"]) headers.append("X-Test", value);
  for (const name of ["Connection", "Transfer-Encoding", "Keep-Alive"]) headers.set(name, "odd");
  await using serving = await serveFetcher(() => new Response("body", { headers }));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  const bytes: number[] = [];
  for (let text = ""; !text.endsWith("\r\n\r\n"); text = String.fromCharCode(...bytes.slice(-4))) {
    bytes.push(...await client.receive(1));
  }
  const lines = String.fromCharCode(...bytes).split("\r\n").slice(1, -2);
  assertEquals(lines.toSorted(), [
    "Content-Length: 4",
    "content-type: text/plain;charset=UTF-8",
    "date: today",
    "server: mine",
    "set-cookie: a=1; Path=/",
    "set-cookie: b=2",
    "x-latin: caf\xe9",
    "x-test: one, two",
  ]);
});

Deno.test("Response may have more headers than any buffer has room for", async () => {
  const value = "x".repeat(20_000);
  await using serving = await serveFetcher(() =>
    new Response("body", { headers: { "X-Large": value } })
  );
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/").repeat(2));
  for (const _ of [1, 2]) {
    const { fields, body } = await receiveAnswer(client);
    assert(fields["x-large"] === value);
    assertEquals(body, "body");
  }
});

Deno.test("Response to HEAD has the fields of the one to GET, and no body", async () => {
  const feed = makeFeed();
  const responses: [make: () => Response, length: string | undefined][] = [
    [() => new Response("abc"), "3"],
    [() => new Response(null, { headers: { "Content-Length": "12" } }), "12"],
    [() => new Response(feed.stream, { headers: { "Content-Length": "12" } }), "12"],
    [() => new Response(streamOf("one", "two")), undefined],
    // Nobody knows what a GET would have.
    [() => new Response(null), undefined],
  ];
  const rest = responses.map(([make]) => make);
  await using serving = await serveFetcher(() => rest.shift()?.() ?? Response.error());
  using client = await Client.connect(serving);
  for (const [make, length] of responses) {
    await client.send(requestText("HEAD", "/"));
    const { status, fields } = await receiveAnswer(client, "HEAD");
    assertEquals(status, 200);
    assertEquals(fields["content-length"], length, String(make));
    assertEquals(fields["transfer-encoding"], undefined);
  }
  await until("the stream is cancelled", () => feed.isCancelled);
});

Deno.test("Response with a stream that fails is cut off, not ended", async () => {
  const feed = makeFeed();
  await using serving = await serveFetcher(() => new Response(feed.stream));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  feed.put("one");
  await client.receiveUntil("one\r\n");
  feed.fail(new Error("boom"));
  assertEquals(await client.receiveAll(), "");
  assertEquals(serving.failures.map(({ id, error }) => `${id} ${error}`), ["0-1-1 Error: boom"]);
  const [closed] = await serving.closed(1);
  assertEquals(closed?.endedBy, "error");
});

Deno.test("Response with a stream that fails at once is 500", async () => {
  const feed = makeFeed();
  feed.fail(new Error("boom"));
  const { status, failures } = await answer(() => new Response(feed.stream));
  assertEquals([status, String(failures[0]?.error)], [500, "Error: boom"]);
});

Deno.test("Response that gives text instead of bytes is 500, or cut off", async () => {
  const textStream = (...pieces: string[]) =>
    new Response(ReadableStream.from(pieces) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>);
  await using serving = await serveFetcher(() => textStream("one", "two"));
  await assertRejects(async () => await (await fetch(serving.origin)).text());
  await until("it is reported", () => serving.failures.length === 1);
  assertMatch(String(serving.failures[0]?.error), /gave a string, wanted a Uint8Array/);
});

Deno.test("Response.body is cancelled when the client leaves in the middle", async () => {
  let isCancelled = false;
  const piece = new Uint8Array(64 * 1024);
  const stream = new ReadableStream({
    pull: (controller) => controller.enqueue(piece),
    cancel: () => void (isCancelled = true),
  });
  await using serving = await serveFetcher(() => new Response(stream));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  await client.receive(100_000);
  client.close();
  await until("it is cancelled", () => isCancelled);
  const [closed] = await serving.closed(1);
  assertEquals(closed?.endedBy, "client");
  assertEquals(serving.failures, []);
});

Deno.test("Response.body is cancelled with what is sent next, once the client has left", async () => {
  const feed = makeFeed();
  await using serving = await serveFetcher(() => new Response(feed.stream));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  feed.put("one");
  await client.receiveUntil("one\r\n");
  client.close();
  // The system notices when the client refuses the first of them.
  await until("it is cancelled", () => {
    if (!feed.isCancelled) feed.put("more");
    return feed.isCancelled;
  });
  assertEquals((await serving.closed(1))[0]?.endedBy, "client");
});

Deno.test("Response.body waits for a client that does not read", async () => {
  let given = 0;
  const piece = new Uint8Array(1024 * 1024);
  const stream = new ReadableStream({
    pull(controller) {
      if (given++ === 100) controller.close();
      else controller.enqueue(piece);
    },
  });
  await using serving = await serveFetcher(() => new Response(stream));
  const response = await fetch(serving.origin);
  const reader = response.body?.getReader();
  await reader?.read();
  assert(given < 50, `${given} pieces for a client that has taken one`);
  await reader?.cancel();
  await serving.closed(1);
});

Deno.test("Response that is none, or was used, is 500, and reported", async () => {
  const used = async () => {
    const response = new Response("x");
    await response.text();
    return response;
  };
  const locked = () => {
    const response = new Response("x");
    response.body?.getReader();
    return response;
  };
  const cases: [make: () => unknown, message: RegExp][] = [
    [() => undefined, /fetch returned a value of type undefined, wanted a Response/],
    [() => null, /fetch returned null, wanted a Response/],
    [() => "text", /fetch returned a value of type string, wanted a Response/],
    [() => ({ status: 200 }), /fetch returned a value of type object, wanted a Response/],
    [used, /the body of the Response was already used/],
    [locked, /the body of the Response was already used/],
    [() => Response.error(), /an error Response/],
  ];
  for (const [make, message] of cases) {
    const { status, fields, body, failures } = await answerOf(make as () => Response, "GET", "/");
    assertEquals(status, 500);
    assertEquals(fields["x-request-id"], failures[0]?.id);
    assertEquals(body, `Internal Server Error: request ${failures[0]?.id}\n`);
    assertMatch(String(failures[0]?.error), message);
  }
});

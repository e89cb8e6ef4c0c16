import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { responseOf, serveFetcher } from "../../helpers/fetch.ts";
import { receiveLastResponse, receiveResponse, requestText } from "../../helpers/http_client.ts";
import { until } from "../../helpers/until.ts";

const encoder = new TextEncoder();

/** A stream whose pieces are available as soon as they are read. */
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

/** A stream that a test controls. */
interface Feed {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Adds a piece; null ends the stream. */
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

/** Serves a response once, and receives it. */
function receive(make: () => Response | Promise<Response>, method = "GET") {
  return responseOf(make, method, "/");
}

Deno.test("Response with a body that is completely available is sent with its length", async () => {
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
    const { status, fields, body: received } = await receive(() => new Response(body));
    assertEquals(status, 200);
    assertEquals(fields["content-type"], type);
    assertEquals(fields["content-length"], String(encoder.encode(text).length));
    assertEquals(fields["transfer-encoding"], undefined);
    assert(received === text, received.slice(0, 100));
  }
});

Deno.test("Response with FormData is sent with its parts and boundary", async () => {
  const form = new FormData();
  form.append("a", "1");
  form.append("f", new File(["hello"], "x.txt"));
  await using serving = await serveFetcher(() => new Response(form));
  const received = await (await fetch(serving.origin)).formData();
  assertEquals(received.get("a"), "1");
  const file = received.get("f") as File;
  assertEquals([file.name, await file.text()], ["x.txt", "hello"]);
});

Deno.test("Response with a stream is sent in chunks, each as soon as it is available", async () => {
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
    "the stream was used, but the connection persists",
  );
});

Deno.test("Response with a stream is sent completely, whatever the size of its pieces", async () => {
  const pieces = ["a", "", "b".repeat(8192), "c".repeat(8193), "d".repeat(300_000), "e"];
  const { body, fields } = await receive(() => new Response(streamOf(...pieces)));
  assertEquals(fields["transfer-encoding"], "chunked");
  assert(body === pieces.join(""));
});

Deno.test("Response with a stream ends with the connection in HTTP/1.0", async () => {
  await using serving = await serveFetcher(() => new Response(streamOf("one", "two")));
  using client = await Client.connect(serving);
  await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const { fields, body } = await receiveLastResponse(client);
  assertEquals(fields["transfer-encoding"], undefined);
  assertEquals(body, "onetwo");
});

Deno.test("Response with a stream and Content-Length is sent with that length", async () => {
  const headers = { "Content-Length": "6" };
  const { body, fields } = await receive(() => new Response(streamOf("one", "two"), { headers }));
  assertEquals([fields["content-length"], fields["transfer-encoding"]], ["6", undefined]);
  assertEquals(body, "onetwo");
});

Deno.test("Response with a stream that contradicts its Content-Length ends incomplete", async () => {
  for (const length of ["5", "7"]) {
    const headers = { "Content-Length": length };
    await using serving = await serveFetcher(() =>
      new Response(streamOf("one", "two"), { headers })
    );
    await assertRejects(async () => await (await fetch(serving.origin)).text());
    await until("the error is reported", () => serving.failures.length === 1);
    assertMatch(String(serving.failures[0]?.error), new RegExp(`${length} bytes announced`));
  }
  const whole = await receive(() => new Response("abc", { headers: { "Content-Length": "9" } }));
  assertEquals(whole.fields["content-length"], "3", "the true length takes precedence");
});

Deno.test("Response without a body has a Content-Length of 0, or none for a bodiless status", async () => {
  for (const status of [200, 205, 404]) {
    const { fields } = await receive(() => new Response(null, { status }));
    assertEquals(fields["content-length"], "0", String(status));
  }
  for (const status of [204, 304]) {
    await using serving = await serveFetcher(() =>
      new Response(null, { status, headers: { ETag: '"x"' } })
    );
    using client = await Client.connect(serving);
    for (const _ of [1, 2]) {
      await client.send(requestText("GET", "/"));
      const { fields, status: found } = await receiveResponse(client);
      assertEquals(found, status);
      assertEquals(fields["etag"], '"x"');
      assertEquals([fields["content-length"], fields["transfer-encoding"]], [undefined, undefined]);
    }
  }
});

Deno.test("Response.json and Response.redirect are sent unchanged", async () => {
  const json = await receive(() => Response.json({ a: [1] }, { status: 201 }));
  assertEquals([json.status, json.fields["content-type"]], [201, "application/json"]);
  assertEquals(json.body, '{"a":[1]}');
  const redirect = await receive(() => Response.redirect("http://other/path", 307));
  assertEquals([redirect.status, redirect.fields["location"]], [307, "http://other/path"]);
});

Deno.test("Response is sent with its headers, and a line for each Set-Cookie", async () => {
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

Deno.test("Response may have more headers than fit into a buffer", async () => {
  const value = "x".repeat(20_000);
  await using serving = await serveFetcher(() =>
    new Response("body", { headers: { "X-Large": value } })
  );
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/").repeat(2));
  for (const _ of [1, 2]) {
    const { fields, body } = await receiveResponse(client);
    assert(fields["x-large"] === value);
    assertEquals(body, "body");
  }
});

Deno.test("Response to HEAD has the fields of the response to GET, and no body", async () => {
  const feed = makeFeed();
  const responses: [make: () => Response, length: string | undefined][] = [
    [() => new Response("abc"), "3"],
    [() => new Response(null, { headers: { "Content-Length": "12" } }), "12"],
    [() => new Response(feed.stream, { headers: { "Content-Length": "12" } }), "12"],
    [() => new Response(streamOf("one", "two")), undefined],
    // The length of the response to GET is unknown.
    [() => new Response(null), undefined],
  ];
  const rest = responses.map(([make]) => make);
  await using serving = await serveFetcher(() => rest.shift()?.() ?? Response.error());
  using client = await Client.connect(serving);
  for (const [make, length] of responses) {
    await client.send(requestText("HEAD", "/"));
    const { status, fields } = await receiveResponse(client, "HEAD");
    assertEquals(status, 200);
    assertEquals(fields["content-length"], length, String(make));
    assertEquals(fields["transfer-encoding"], undefined);
  }
  await until("the stream is cancelled", () => feed.isCancelled);
});

Deno.test("Response with a stream that fails ends incomplete", async () => {
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

Deno.test("Response with a stream that fails at once becomes 500", async () => {
  const feed = makeFeed();
  feed.fail(new Error("boom"));
  const { status, failures } = await receive(() => new Response(feed.stream));
  assertEquals([status, String(failures[0]?.error)], [500, "Error: boom"]);
});

Deno.test("Response with a stream that yields no bytes becomes one 500, and the next is served", async () => {
  const detached = new Uint8Array(4);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  for (const piece of [undefined, null, 5, {}, new ArrayBuffer(4), detached]) {
    let isFirst = true;
    await using serving = await serveFetcher(() => {
      if (!isFirst) return new Response("next");
      isFirst = false;
      return new Response(ReadableStream.from([piece]) as ReadableStream<Uint8Array<ArrayBuffer>>);
    });
    using client = await Client.connect(serving);
    await client.send(requestText("GET", "/") + requestText("GET", "/"));
    assertEquals((await receiveResponse(client)).status, 500);
    assertEquals((await receiveResponse(client)).body, "next");
  }
});

Deno.test("Response with a stream of text instead of bytes ends incomplete, and is reported", async () => {
  const textStream = (...pieces: string[]) =>
    new Response(ReadableStream.from(pieces) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>);
  await using serving = await serveFetcher(() => textStream("one", "two"));
  await assertRejects(async () => await (await fetch(serving.origin)).text());
  await until("the error is reported", () => serving.failures.length === 1);
  assertMatch(
    String(serving.failures[0]?.error),
    /yielded a string, expected a Uint8Array/,
  );
});

Deno.test("Response.body is cancelled when the client disconnects in the middle of it", async () => {
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
  await until("the stream is cancelled", () => isCancelled);
  const [closed] = await serving.closed(1);
  assertEquals(closed?.endedBy, "client");
  assertEquals(serving.failures, []);
});

Deno.test("Response.body is cancelled by the next write after the client has disconnected", async () => {
  const feed = makeFeed();
  await using serving = await serveFetcher(() => new Response(feed.stream));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  feed.put("one");
  await client.receiveUntil("one\r\n");
  client.close();
  // The system notices when the client's side rejects the first write.
  await until("the stream is cancelled", () => {
    if (!feed.isCancelled) feed.put("more");
    return feed.isCancelled;
  });
  assertEquals((await serving.closed(1))[0]?.endedBy, "client");
});

Deno.test("Response.body is read no faster than the client reads", async () => {
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
  assert(given < 50, `${given} pieces for a client that has read one`);
  await reader?.cancel();
  await serving.closed(1);
});

Deno.test("Response that is not a Response, or was used, becomes 500, and is reported", async () => {
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
    [() => undefined, /fetch returned undefined, expected a Response/],
    [() => null, /fetch returned null, expected a Response/],
    [() => "text", /fetch returned a string, expected a Response/],
    [() => ({ status: 200 }), /fetch returned a plain object, expected a Response/],
    [used, /the body of the Response was already used/],
    [locked, /the body of the Response was already used/],
    [() => Response.error(), /an error Response/],
  ];
  for (const [make, message] of cases) {
    const { status, fields, body, failures } = await responseOf(make as () => Response, "GET", "/");
    assertEquals(status, 500);
    assertEquals(fields["x-request-id"], failures[0]?.id);
    assertEquals(body, `Internal Server Error: request ${failures[0]?.id}\n`);
    assertMatch(String(failures[0]?.error), message);
  }
});

Deno.test("Response that fetch() has decompressed is sent without the fields about its old coding", async () => {
  const text = "hello ".repeat(1000);
  const gzip = new CompressionStream("gzip");
  const packed = await new Response(new Blob([text]).stream().pipeThrough(gzip)).bytes();
  const fields = { "Content-Encoding": "gzip", "X-Test": "1" };
  await using origin = await serveFetcher(() => new Response(packed, { headers: fields }));
  const ways: ((response: Response) => Response)[] = [
    (response) => response,
    (response) => response.clone(),
  ];
  for (const way of ways) {
    const response = await receive(async () => way(await fetch(origin.origin)));
    assertEquals(response.fields["content-encoding"], undefined);
    assertEquals([response.fields["x-test"], response.body === text], ["1", true]);
  }
});

Deno.test("Response is used up by being sent, unless it has no body", async () => {
  const makes: [make: () => Response, again: number][] = [
    [() => new Response("text"), 500],
    [() => new Response("text", { headers: { "X-Test": "1" } }), 500],
    [() => new Response(encoder.encode("bytes")), 500],
    [() => Response.json({}), 500],
    [() => new Response(null, { status: 201 }), 201],
  ];
  for (const [make, again] of makes) {
    const response = make();
    await using serving = await serveFetcher(() => response);
    using client = await Client.connect(serving);
    await client.send(requestText("GET", "/"));
    assertEquals((await receiveResponse(client)).status, response.status);
    assertEquals(response.bodyUsed, again === 500);
    await client.send(requestText("GET", "/"));
    assertEquals((await receiveResponse(client)).status, again);
  }
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { fetchRequest, realRequest } from "../../../src/http/fetch/fetch_request.ts";
import type { HttpRequest } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { found, serveFetcher } from "../../helpers/fetch.ts";
import { ask, chunked, receiveResponse, requestText } from "../../helpers/http_client.ts";

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };
const MULTIPART = { "Content-Type": "multipart/form-data; boundary=B" };
const CHUNKED = { "Transfer-Encoding": "chunked" };
const decoder = new TextDecoder();

/** Sends a POST with the body "abcdef"; returns the result of `look` in the handler. */
function inPost(look: (request: Request) => unknown): Promise<unknown> {
  return found(look, "POST", "/path", { "X-Test": "1" }, "abcdef");
}

/** Sends the text of a request; returns the result of `look` in the handler. */
async function foundIn(text: string, look: (request: Request) => unknown): Promise<string> {
  await using serving = await serveFetcher(async (request) =>
    new Response(`${await look(request)}`)
  );
  using client = await Client.connect(serving);
  await client.send(text);
  return (await receiveResponse(client)).body.replace(`:${serving.port}`, ":PORT");
}

/** Reads a whole stream. */
async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stream) text += decoder.decode(piece);
  return text;
}

Deno.test("Request is an instance of the runtime's class", async () => {
  const look = (request: Request) => [
    request instanceof Request,
    Object.prototype.toString.call(request),
    Deno.inspect(request).includes("http://localhost/path"),
    request.redirect,
  ];
  assertEquals(await inPost(look), [true, "[object Request]", true, "follow"]);
});

Deno.test("Request asks for a part of the request only when the handler does", async () => {
  const asked: (string | symbol)[] = [];
  const signal = AbortSignal.abort("reason");
  const parts = {
    method: "GET",
    url: "http://localhost/",
    headers: [["x-test", "1"]],
    header: () => "1",
    body: { length: 0 },
    signal,
  };
  const recording = new Proxy(parts as unknown as HttpRequest, {
    get: (target, key) => {
      asked.push(key);
      return Reflect.get(target, key);
    },
  });
  const request = fetchRequest(recording);
  assertEquals(asked.splice(0), []);
  assertEquals(request.url, parts.url);
  assertEquals(asked.splice(0), ["url"]);
  assertEquals([...request.headers], [["x-test", "1"]]);
  assertEquals(new Set(asked.splice(0)), new Set(["headers"]));
  assertEquals(request.signal.reason, "reason");
  assertEquals(await request.clone().text(), "");
});

Deno.test("Request is one of the runtime, whatever looks at it", async () => {
  const names = (object: object) =>
    Reflect.ownKeys(object).map(String).filter((name) => name !== "Symbol(signalCache)");
  const real = names(new Request("http://localhost/"));
  const look = (request: Request) => {
    const proxy = new Proxy(request, {});
    return [
      request.constructor === Request,
      Object.getPrototypeOf(request) === Request.prototype,
      Object.keys(request),
      names(request),
      proxy.url,
      proxy.headers.get("x-test"),
      (Object.create(request) as Request).method,
      Object.assign({}, request) instanceof Request,
    ];
  };
  assertEquals(await inPost(look), [
    true,
    true,
    [],
    real,
    "http://localhost/path",
    "1",
    "POST",
    false,
  ]);
});

Deno.test("Request keeps its parts after the response, when the next one has arrived", async () => {
  const kept: Request[] = [];
  await using serving = await serveFetcher((request) => {
    kept.push(request);
    return new Response();
  });
  using client = await Client.connect(serving);
  // The same length, so that one lies exactly where the other was.
  for (const mark of ["one", "two"]) {
    await ask(client, "GET", `/${mark}`, { "X-Mark": mark, Host: mark });
  }
  const seen = kept.map(({ url, headers }) => `${url} ${headers.get("x-mark")}`);
  assertEquals(seen, ["http://one/one one", "http://two/two two"]);
});

Deno.test("realRequest() makes a Request of a runtime with other slots", async () => {
  const text = "abc";
  let rest: Uint8Array<ArrayBuffer> | null = new TextEncoder().encode(text);
  const read = () => {
    const part = rest;
    rest = null;
    return Promise.resolve(part);
  };
  const parts = {
    method: "POST",
    url: "http://localhost/path",
    headers: [["cookie", "a"], ["x-test", "1"], ["cookie", "b"]],
    body: { length: 3, read },
    signal: AbortSignal.abort("reason"),
  };
  const request = realRequest(parts as unknown as HttpRequest);
  assertEquals([...request.headers], [["cookie", "a; b"], ["x-test", "1"]]);
  assertEquals([request.method, request.url, request.signal.reason], ["POST", parts.url, "reason"]);
  assertEquals(await request.text(), text);
});

Deno.test("Request.method is the method as sent, in any case", async () => {
  for (const method of ["GET", "DELETE", "patch", "M-SEARCH", "TRACE"]) {
    assertEquals(await found((request) => request.method, method, "/"), method);
  }
});

Deno.test("Request.url combines Host with each form of target", async () => {
  const cases: [request: string, url: string][] = [
    ["GET /a%20b?c=d HTTP/1.1\r\nHost: Example.org:81\r\n\r\n", "http://Example.org:81/a%20b?c=d"],
    ["GET //a/../b HTTP/1.1\r\nHost: [::1]\r\n\r\n", "http://[::1]//a/../b"],
    ["GET http://other/x?y HTTP/1.1\r\nHost: a\r\n\r\n", "http://other/x?y"],
    ["OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "http://a/*"],
    ["GET /x HTTP/1.0\r\n\r\n", "http://127.0.0.1:PORT/x"],
    ["GET /x HTTP/1.0\r\nHost: a\r\n\r\n", "http://a/x"],
  ];
  for (const [text, url] of cases) {
    assertEquals(await foundIn(text, (request) => request.url), url, text);
  }
});

Deno.test("Request.url that is invalid becomes 400 if it makes the handler fail", async () => {
  for (const host of ["a:99999", "1.2.3.256", "a%zz", "[1::2::3]"]) {
    await using serving = await serveFetcher((request) => new Response(new URL(request.url).host));
    using client = await Client.connect(serving);
    await client.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assertEquals((await receiveResponse(client)).status, 400, host);
    assertEquals(serving.failures, []);
  }
});

Deno.test("Request.headers are case-insensitive, and join repeated fields", async () => {
  const text = "GET / HTTP/1.1\r\nHost: a\r\nX-Test: one\r\nx-TEST:two \r\nX-Empty:\r\n" +
    "Cookie: a=1\r\nCookie: b=2\r\nX-Latin: caf\xe9\r\n\r\n";
  const look = ({ headers }: Request) =>
    ["x-test", "X-Empty", "Cookie", "X-Latin", "x-none"].map((name) => headers.get(name)).join("|");
  await using serving = await serveFetcher((request) => new Response(look(request)));
  using client = await Client.connect(serving);
  await client.send(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  assertEquals((await receiveResponse(client)).body, "one, two||a=1; b=2|café|");
});

Deno.test("Request has a body that can be read in each way", async () => {
  const look: Record<string, (request: Request) => unknown> = {
    text: (request) => request.text(),
    bytes: async (request) => decoder.decode(await request.bytes()),
    arrayBuffer: async (request) => decoder.decode(await request.arrayBuffer()),
    blob: async (request) => await (await request.blob()).text(),
    iteration: ({ body }) => body && textOf(body),
    "the body of a clone": (request) => request.clone().text(),
    "the body after a clone": (request) => (request.clone(), request.text()),
    "iteration after a clone": (request) => (request.clone(), request.body && textOf(request.body)),
    "after the body was looked at": (request) => request.body && request.text(),
    "a new Request": (request) => new Request(request).text(),
  };
  for (const [way, read] of Object.entries(look)) {
    assertEquals(await inPost(read), "abcdef", way);
    const inChunks = await found(read, "POST", "/", CHUNKED, chunked("abc", "de", "f"));
    assertEquals(inChunks, "abcdef", `${way}, in chunks`);
  }
});

Deno.test("Request.body fills the buffers of a BYOB reader", async () => {
  const look = async ({ body }: Request) => {
    const reader = body?.getReader({ mode: "byob" });
    const pieces: (string | undefined)[] = [];
    for (;;) {
      const result = await reader?.read(new Uint8Array(4));
      if (result?.value?.length) pieces.push(decoder.decode(result.value));
      if (result?.done !== false) return pieces;
    }
  };
  assertEquals(await inPost(look), ["abcd", "ef"]);
});

Deno.test("Request.body yields pieces as they arrive", async () => {
  const pieces: string[] = [];
  const first = Promise.withResolvers<void>();
  await using serving = await serveFetcher(async ({ body }) => {
    for await (const piece of body ?? []) {
      pieces.push(decoder.decode(piece));
      first.resolve();
    }
    return new Response(pieces.join("|"));
  });
  using client = await Client.connect(serving);
  await client.send(requestText("POST", "/", CHUNKED, "3\r\nabc\r\n"));
  await first.promise;
  await client.send("2\r\nde\r\n0\r\n\r\n");
  assertEquals((await receiveResponse(client)).body, "abc|de");
});

Deno.test("Request.json parses the body, and rejects invalid JSON", async () => {
  const look = (request: Request) => request.json();
  assertEquals(await found(look, "POST", "/", {}, '{"a":[1,null]}'), { a: [1, null] });
  await assertRejects(() => found(look, "POST", "/", {}, '{"a":'), SyntaxError);
});

Deno.test("Request.formData reads urlencoded and multipart forms", async () => {
  const look = async (request: Request) => {
    const entries = [...await request.formData()].map(async ([name, value]) =>
      typeof value === "string" ? [name, value] : [name, value.name, value.type, await value.text()]
    );
    return await Promise.all(entries);
  };
  const urlencoded = await found(look, "POST", "/", FORM, "a=1&b=%20x&a=2");
  assertEquals(urlencoded, [["a", "1"], ["b", " x"], ["a", "2"]]);
  const part = (head: string, body: string) =>
    `--B\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
  const body = part('name="a"', "1") +
    part('name="f"; filename="x.txt"\r\nContent-Type: text/x', "hello") + "--B--\r\n";
  const multipart = await found(look, "POST", "/", MULTIPART, body);
  assertEquals(multipart, [["a", "1"], ["f", "x.txt", "text/x", "hello"]]);
});

Deno.test("Request.blob has the type of the body", async () => {
  const look = async (request: Request) => (await request.blob()).type;
  assertEquals(await found(look, "POST", "/", { "Content-Type": "text/x" }, "abc"), "text/x");
});

Deno.test("Request has no body if none was sent, or for GET, however often it is read", async () => {
  const look = async (request: Request) => [
    request.body,
    await request.text(),
    request.bodyUsed,
    await request.text(),
    (await request.arrayBuffer()).byteLength,
    (await request.blob()).size,
    await request.clone().text(),
  ];
  const nothing = [null, "", false, "", 0, 0, ""];
  assertEquals(await found(look, "POST", "/"), nothing);
  assertEquals(await found(look, "GET", "/"), nothing);
  assertEquals(await found(look, "GET", "/", {}, "abc"), nothing, "skipped");
});

Deno.test("Request.bodyUsed is true after the first read", async () => {
  const look = async (request: Request) => {
    const before = [request.bodyUsed, request.body?.locked, request.bodyUsed];
    const text = request.text();
    return [...before, request.bodyUsed, await text, request.bodyUsed];
  };
  assertEquals(await inPost(look), [false, false, false, true, "abcdef", true]);
});

Deno.test("Request rejects a second read in each way, and a copy after a read", async () => {
  const first: Record<string, (request: Request) => unknown> = {
    text: (request) => request.text(),
    bytes: (request) => request.bytes(),
    blob: (request) => request.blob(),
    iteration: ({ body }) => body && textOf(body),
    "a lock": (request) => request.body?.getReader(),
    cancel: (request) => request.body?.cancel(),
    "a new Request": (request) => void new Request(request),
  };
  const second: Record<string, (request: Request) => unknown> = {
    text: (request) => request.text(),
    json: (request) => request.json(),
    arrayBuffer: (request) => request.arrayBuffer(),
    blob: (request) => request.blob(),
    formData: (request) => request.formData(),
    clone: (request) => request.clone(),
    "a new Request": (request) => void new Request(request),
  };
  const pairs = Object.entries(first).flatMap(([way, read]) =>
    Object.entries(second).map(([again, readAgain]) => ({
      name: `${way}, then ${again}`,
      look: async (request: Request) => {
        await read(request);
        await assertRejects(async () => await readAgain(request), TypeError);
      },
    }))
  );
  let at = 0;
  await using serving = await serveFetcher(async (request) => {
    await pairs[at++]?.look(request);
    return new Response();
  });
  using client = await Client.connect(serving);
  for (const { name } of pairs) {
    const { status } = await ask(client, "POST", "/", {}, "abcdef");
    assertEquals([status, String(serving.failures[0]?.error)], [200, "undefined"], name);
  }
});

Deno.test("Request can be copied with other headers, another URL or another body", async () => {
  const whole = async (request: Request) => [
    request.method,
    request.url,
    request.headers.get("x-test"),
    await request.text(),
  ];
  const url = "http://localhost/path";
  const other = "http://other/";
  const cases: [make: (request: Request) => Request, unknown][] = [
    [(request) => request.clone(), ["POST", url, "1", "abcdef"]],
    [(request) => new Request(request), ["POST", url, "1", "abcdef"]],
    [(request) => new Request(request, { headers: { "X-Test": "2" } }), [
      "POST",
      url,
      "2",
      "abcdef",
    ]],
    [(request) => new Request(request, { method: "PUT" }), ["PUT", url, "1", "abcdef"]],
    [(request) => new Request(request, { body: "x" }), ["POST", url, "1", "x"]],
    [(request) => new Request(other, request), ["POST", other, "1", "abcdef"]],
  ];
  for (const [make, expected] of cases) {
    assertEquals(await inPost((request) => whole(make(request))), expected, String(make));
  }
  const spent = async (request: Request) => {
    await request.text();
    return await whole(new Request(request, { body: "x" }));
  };
  assertEquals(await inPost(spent), ["POST", url, "1", "x"]);
});

Deno.test("Request can be forwarded with fetch(), including its body", async () => {
  const body = "x".repeat(1_000_000);
  await using target = await serveFetcher(async (request) => {
    const { pathname } = new URL(request.url);
    const text = await request.text();
    const headers = { "X-Seen": `${request.method} ${pathname} ${request.headers.get("x-test")}` };
    return new Response(text, { status: text === body ? 203 : 500, headers });
  });
  await using proxy = await serveFetcher(async (request) => {
    const { pathname } = new URL(request.url);
    return await fetch(new Request(`${target.origin}${pathname}`, request));
  });
  const init = { method: "PUT", headers: { "X-Test": "1" }, body };
  const response = await fetch(`${proxy.origin}/path`, init);
  assertEquals(response.status, 203);
  assertEquals(response.headers.get("x-seen"), "PUT /path 1");
  assert(await response.text() === body);

  await using plain = await serveFetcher(async (request) => await fetch(request));
  using client = await Client.connect(plain);
  const { hostname, port } = new URL(target.origin);
  const text = requestText(
    "POST",
    `${target.origin}/absolute`,
    { Host: `${hostname}:${port}` },
    "a",
  );
  await client.send(text);
  assertEquals((await receiveResponse(client)).fields["x-seen"], "POST /absolute null");
});

/** Whatever a route returns or throws, what goes out is well-formed HTTP, and the server goes on. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { HttpError } from "../../src/http/error.ts";
import { Client } from "../helpers/client.ts";
import { ask, receiveResponse, requestText } from "../helpers/http_client.ts";
import { serveTable } from "../helpers/routes.ts";

const throws = (): never => {
  throw new Error("a getter");
};

/** An object whose getter throws. */
function broken<T extends object>(target: T, key: PropertyKey): T {
  return Object.defineProperty(target, key, { get: throws, enumerable: true });
}

/** A value whose text changes each time. */
function changing(...texts: string[]) {
  return { toString: () => texts.shift() ?? "\r\n" };
}

const source = (length: unknown) => ({
  length,
  read: () => Promise.resolve(null),
  close: () => {},
});

function used(): Response {
  const response = new Response("x");
  void response.text();
  return response;
}

function circular(): object {
  const object: { self?: object } = {};
  return Object.assign(object, { self: object });
}

/** What an untyped route may return, by a description. */
const INVALID: Readonly<Record<string, unknown>> = {
  "the status 99": { status: 99 },
  "the status 101 without an upgrade": { status: 101 },
  "the status 1000": { status: 1000 },
  "the status NaN": { status: NaN },
  "the status Infinity": { status: Infinity },
  "the status 200.5": { status: 200.5 },
  "the status null": { status: null, body: "x" },
  "a status as text": { status: "204", body: "x" },
  "a status in a list": { status: [204], body: "x" },
  "the name of a property as status": { status: "length", body: "x" },
  "a field name with a space": { headers: [["A b", "c"]] },
  "a field without a name": { headers: [["", "c"]] },
  "a field name in a list": { headers: [[["Connection"], "close"]] },
  "a field value with CR LF": { headers: [["A", "b\r\nC: d"]] },
  "a field value with LF": { headers: [["A", "b\nC: d"]] },
  "a field value with NUL": { headers: [["A", "\0"]] },
  "a field value beyond Latin-1": { headers: [["A", "€"]] },
  "a field without a value": { headers: [["A"]] },
  "a field that is null": { headers: [null] },
  "fields as text": { headers: "A: b" },
  "fields as an object": { headers: { A: "b" } },
  "fields that are a number": { headers: 5 },
  "a body that is a number": { body: 5 },
  "a body that is true": { body: true },
  "a body that is a function": { body: () => "x" },
  "a body that is a list": { body: ["x"] },
  "a body that is an object": { body: {} },
  "a body that is an ArrayBuffer": { body: new ArrayBuffer(8) },
  "a body that is a Blob": { body: new Blob(["x"]) },
  "a body that is a web stream": { body: new Blob(["x"]).stream() },
  "a body without close()": { body: { length: null, read: () => null } },
  "a Response whose body was read": used(),
  "an error Response": Response.error(),
  "a Map": new Map([["a", 1]]),
  "an object of a class": new (class User {
    name = "Ada";
  })(),
  "a circular object": circular(),
  "a bigint in an object": { count: 1n },
  "a body of length -1": { body: source(-1) },
  "a body of length NaN": { body: source(NaN) },
  "a body of length 1.5": { body: source(1.5) },
  "a body of length Infinity": { body: source(Infinity) },
  "a body of length 2^60": { body: source(2 ** 60) },
  "a body with a length as text": { body: source("5") },
  "a status that throws": broken({}, "status"),
  "fields that throw": broken({}, "headers"),
  "a body that throws": broken({}, "body"),
  "an upgrade that throws": broken({}, "upgrade"),
  "a then that throws": broken({}, "then"),
  "a length that throws": { body: broken(source(0), "length") },
  "an object that throws": new Proxy({}, { get: throws, has: throws }),
  "an upgrade that is not a function": { upgrade: 5 },
  "an upgrade that is null": { upgrade: null },
  "an upgrade that was not asked for": { status: 101, upgrade: () => Promise.resolve() },
  "an upgrade with a malformed field": { upgrade: () => {}, headers: [["A", "b\r\nC: d"]] },
  "a number": 5,
  "a function": () => "x",
  "a promise of null instead of a response": Promise.resolve({ body: null, status: null }),
  "a thenable that throws": { then: throws },
  "a thenable that rejects": { then: (_: unknown, reject: (e: unknown) => void) => reject(1) },
};

for (const [what, value] of Object.entries(INVALID)) {
  Deno.test(`a route that returns ${what} becomes 500, and the connection goes on`, async () => {
    await using serving = await serveTable({
      "GET /": () => value,
      "GET /later": () => Promise.resolve().then(() => value),
      "GET /nothing": () => null,
      "GET /ok": () => "ok",
    });
    for (const target of ["/", "/later"]) {
      using client = await Client.connect(serving);
      assertEquals((await ask(client, "GET", "/nothing")).status, 204);
      const { status, fields, body } = await ask(client, "GET", target);
      assertEquals([status, body], [
        500,
        `Internal Server Error: request ${fields["x-request-id"]}\n`,
      ]);
      assertEquals((await ask(client, "GET", "/ok")).body, "ok");
    }
    assertEquals(serving.failures.length, 2);
  });
}

const hostileError = Object.assign(new Error(), { name: "HttpError", reason: "r" });
/** What a handler may throw, by a description. */
const THROWN: Readonly<Record<string, unknown>> = {
  "undefined": undefined,
  "an object without a prototype": Object.create(null),
  "an error whose message throws": broken(new Error(), "message"),
  "an error whose name throws": broken(new Error(), "name"),
  "an error whose stack throws": broken(new Error(), "stack"),
  "an error whose cause throws": broken(new Error(), "cause"),
  "an object whose toString() throws": { toString: throws },
  "an object whose Symbol.toPrimitive throws": { [Symbol.toPrimitive]: throws },
  "a proxy that throws": new Proxy(new Error(), {
    get: throws,
    has: throws,
    getPrototypeOf: throws,
  }),
  "an HttpError of status 99": new HttpError(99, "r"),
  "an HttpError of status NaN": new HttpError(NaN, "r"),
  "an HttpError with a malformed field": new HttpError(400, "r", [["A", "b\r\nC: d"]]),
  "a half HttpError": hostileError,
  "an HttpError whose text throws": broken(Object.assign(new Error(), hostileError), "text"),
};

for (const [what, value] of Object.entries(THROWN)) {
  Deno.test(`a route that throws ${what} becomes 500, and the connection goes on`, async () => {
    const fail = () => {
      throw value;
    };
    await using serving = await serveTable({
      "GET /": fail,
      // deno-lint-ignore require-await -- rejects instead of throwing
      "GET /later": async () => fail(),
      "GET /ok": () => "ok",
    });
    for (const target of ["/", "/later"]) {
      using client = await Client.connect(serving);
      assertEquals((await ask(client, "GET", target)).status, 500);
      assertEquals((await ask(client, "GET", "/ok")).body, "ok");
    }
    assertEquals(serving.failures.length, 2);
  });
}

Deno.test("a field value that is not text is converted once", async () => {
  await using serving = await serveTable({
    "GET /": () => ({ headers: [["A", 5], ["B", changing("b", "x\r\nEvil: yes")]] }),
  });
  using client = await Client.connect(serving);
  const { status, fields } = await ask(client, "GET", "/");
  assertEquals([status, fields["a"], fields["b"], fields["evil"]], [200, "5", "b", undefined]);
});

Deno.test("fields that only the server writes are dropped, and the first Date is kept", async () => {
  const headers = [
    ["Connection", "x"],
    ["Keep-Alive", "timeout=1"],
    ["Transfer-Encoding", "gzip"],
    ["content-length", "99"],
    ["Date", "Sat, 28 Nov 2026 00:00:00 GMT"],
    ["date", "Sun, 29 Nov 2026 00:00:00 GMT"],
  ];
  await using serving = await serveTable({
    "GET /text": () => ({ headers, body: "text" }),
    "GET /none": () => ({ headers }),
    "GET /source": () => ({ headers, body: sourceOf(["text"], 4) }),
  });
  using client = await Client.connect(serving);
  for (const path of ["text", "none", "source"]) {
    const { status, fields } = await ask(client, "GET", `/${path}`);
    assertEquals([status, fields], [200, {
      "content-length": path === "none" ? "0" : "4",
      "date": "Sat, 28 Nov 2026 00:00:00 GMT",
    }]);
  }
});

const BODIES: Readonly<Record<string, () => unknown>> = {
  text: () => "text",
  bytes: () => new Uint8Array(5000),
  source: () => sourceOf(["te", "xt"], 4),
  chunks: () => sourceOf(["te", "xt"], null),
  nothing: () => null,
};

for (const status of [204, 205, 304]) {
  Deno.test(`a ${status} has no body, whatever its route gives`, async () => {
    await using serving = await serveTable({
      "/:body": ({ params }) => ({ status, body: BODIES[params["body"] ?? ""]?.() }),
    });
    using client = await Client.connect(serving);
    for (const method of ["GET", "HEAD"]) {
      for (const body of Object.keys(BODIES)) {
        const response = await ask(client, method, `/${body}`);
        const length = response.fields["content-length"];
        // RFC 9110, 15.3.6: a 205 says that there is none.
        assertEquals([response.status, length], [status, status === 205 ? "0" : undefined]);
        assertEquals(response.fields["transfer-encoding"], undefined);
      }
    }
    assertEquals(serving.failures, []);
  });
}

/** A body of these pieces, which may be anything. */
function sourceOf(pieces: readonly unknown[], length: unknown) {
  const left = pieces.map((piece) =>
    typeof piece === "string" ? new TextEncoder().encode(piece) : piece
  );
  return { length, read: () => Promise.resolve(left.length > 0 ? left.shift() : null), close() {} };
}

Deno.test("a body that is not as long as announced ends the connection before it is complete", async () => {
  await using serving = await serveTable({
    "GET /more": () => ({ body: sourceOf(["12", "3456"], 5) }),
    "GET /less": () => ({ body: sourceOf(["12", "34"], 5) }),
  });
  for (const path of ["/more", "/less"]) {
    using client = await Client.connect(serving);
    await client.send(requestText("GET", path));
    const [head = "", body = ""] = (await client.receiveAll()).split("\r\n\r\n");
    assertStringIncludes(head, "Content-Length: 5");
    assertMatch(body, /^12(34)?$/);
  }
  assertEquals(serving.failures.length, 2);
});

Deno.test("a body whose pieces are not bytes ends the connection before it is complete", async () => {
  const odd = [5, undefined, true, { length: 3 }, new ArrayBuffer(3), [1, 2, 3], new String("abc")];
  for (const piece of odd) {
    for (const length of [null, 5]) {
      await using serving = await serveTable({
        "GET /": () => ({ body: sourceOf(["12", piece], length) }),
      });
      using client = await Client.connect(serving);
      await client.send(requestText("GET", "/"));
      const [, body] = (await client.receiveAll()).split("\r\n\r\n");
      assertEquals(body, length === null ? "2\r\n12\r\n" : "12", `a piece of type ${typeof piece}`);
      assertEquals(serving.failures.length, 1);
    }
  }
});

Deno.test("a body without a length ends with the connection for HTTP/1.0", async () => {
  await using serving = await serveTable({
    "GET /": () => ({ body: sourceOf(["12"], undefined) }),
  });
  using client = await Client.connect(serving);
  await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  assertMatch(await client.receiveAll(), /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n\r\n12$/);
});

Deno.test("the body of a response that cannot be sent is closed, even if that fails", async () => {
  let closed = 0;
  const failing = {
    ...sourceOf(["12"], -1),
    close: () => {
      closed++;
      return Promise.reject(new Error("closing"));
    },
  };
  await using serving = await serveTable({
    "GET /length": () => ({ body: failing }),
    "GET /status": () => ({ status: 99, body: { ...failing, length: null } }),
    "GET /fields": () => ({ headers: [null], body: { ...failing, length: 2 } }),
  });
  using client = await Client.connect(serving);
  for (const path of ["/length", "/status", "/fields"]) {
    assertEquals((await ask(client, "GET", path)).status, 500);
  }
  assertEquals(closed, 3);
});

Deno.test("headers that are not a list are named in the error, also for HEAD and upgrades", async () => {
  const upgrade = () => Promise.resolve();
  await using serving = await serveTable({
    "/object": () => ({ headers: { A: "b" } }),
    "/null": () => ({ headers: null }),
    "/upgrade": () => ({ upgrade, headers: { A: "b" } }),
    "/field": () => ({ headers: [null] }),
  });
  const upgraded = { connection: "upgrade", upgrade: "x" };
  for (const method of ["GET", "HEAD"]) {
    using client = await Client.connect(serving);
    for (const path of ["/object", "/null", "/upgrade", "/field"]) {
      const fields = path === "/upgrade" ? upgraded : {};
      assertEquals((await ask(client, method, path, fields)).status, 500, path);
    }
  }
  const messages = serving.failures.map(({ error }) => (error as Error).message.split(",")[0]);
  const expected = [
    "Cannot send the headers: found a plain object",
    "Cannot send the headers: found null",
    "Cannot send the headers: found a plain object",
    "Cannot send the header field a value of type undefined: found a value of type undefined",
  ];
  assertEquals(messages, [...expected, ...expected]);
});

Deno.test("a route may return an object with a `then` that is not a function: it is data", async () => {
  let turns = 0;
  const alternating = {
    get then() {
      return turns++ % 2 === 0 ? (give: (v: unknown) => void) => give(alternating) : 1;
    },
    body: "x",
  };
  await using serving = await serveTable({
    "GET /": () => ({ then: 1, body: "x" }),
    "GET /later": () => Promise.resolve({ then: null, body: "x" }),
    "GET /alternating": () => alternating,
    "POST /json": async ({ body }) => await body.json(),
  });
  using client = await Client.connect(serving);
  for (const target of ["/", "/later", "/alternating"]) {
    const { status, body } = await ask(client, "GET", target);
    assertEquals([status, JSON.parse(body).body], [200, "x"], target);
  }
  const { status, body } = await ask(client, "POST", "/json", {}, '{"then":1,"body":"x"}');
  assertEquals([status, body], [200, '{"then":1,"body":"x"}']);
});

Deno.test("a thenable is awaited: its value is the response", async () => {
  const thenable = (value: unknown) => ({ then: (give: (value: unknown) => void) => give(value) });
  class Lazy extends Promise<string> {
    // Not called: await reads the promise itself.
    override catch = throws;
  }
  await using serving = await serveTable({
    "GET /text": () => thenable("x"),
    "GET /nothing": () => thenable(undefined),
    "GET /nested": () => thenable(thenable({ status: 201 })),
    "GET /subclass": () => Lazy.resolve("x"),
    "GET /own": () => Object.assign(Promise.resolve("x"), { then: throws }),
    "GET /never": () => ({ then() {} }),
  }, { requestTimeout: 50 });
  const expected = { text: 200, nothing: 204, nested: 201, subclass: 200, own: 200, never: 503 };
  for (const [path, status] of Object.entries(expected)) {
    using client = await Client.connect(serving);
    await client.send(requestText("GET", `/${path}`));
    assertEquals((await receiveResponse(client)).status, status, path);
  }
});

import type { Shape, Theme } from "../case.ts";
import { fails, fine, refuses, TIMES_OUT } from "../outcomes.ts";

const HTTP: readonly Shape[] = ["fetch", "routes"];
const FETCH: readonly Shape[] = ["fetch"];
const ROUTES: readonly Shape[] = ["routes"];
const HANDLE: readonly Shape[] = ["handle"];

const refused = (does: string, code: string, error: string, shapes = FETCH) => ({
  does,
  code,
  shapes,
  outcome: refuses(error),
});
/** Throws while the response is made or read. */
const thrown = (does: string, code: string, error: string, shapes = FETCH) => ({
  does,
  code,
  shapes,
  outcome: fails(error),
});
const accepted = (does: string, code: string, answer: string, shapes = FETCH) => ({
  does,
  code,
  shapes,
  outcome: fine(answer),
});
/** A Response whose status the constructor would reject. */
const withStatus = (status: string, init = "") =>
  `return Object.defineProperty(new Response("text"${init}), "status", { value: ${status} });`;
const NO_RESPONSE = "TypeError: Cannot respond: fetch returned";

export const RETURNING: Theme = {
  title: "Returning something else",
  text:
    `What cannot be sent becomes a 500, before anything of it is sent, and a line in the log that says what was returned. A plain object or an array from a route is JSON, unless it has only members of a response: see [http.md](http.md#routes). Fields that belong to the server (Connection, Content-Length, Transfer-Encoding and the like) replace the handler's.`,
  deeds: [
    refused("returns undefined", "return undefined;", `${NO_RESPONSE} undefined`),
    refused("returns null", "return null;", `${NO_RESPONSE} null`),
    refused("returns a number", "return 200;", `${NO_RESPONSE} a number`),
    refused("returns a string", `return "text";`, `${NO_RESPONSE} a string`),
    refused("returns a symbol", "return Symbol();", `${NO_RESPONSE} a symbol`),
    refused(
      "returns an object that looks like a Response",
      `return { status: 200, headers: new Headers(), body: null };`,
      `${NO_RESPONSE} a plain object`,
    ),
    refused("returns a Request", "return request;", `${NO_RESPONSE} an instance of Request`),
    accepted(
      "returns a promise of a promise",
      "return Promise.resolve(Promise.resolve(new Response('deep')));",
      `200 "deep"`,
    ),
    refused(
      "returns `{ then: 1 }` from fetch",
      "return { then: 1 };",
      `${NO_RESPONSE} a plain object`,
    ),
    accepted(
      "returns a thenable that resolves",
      `return { then(resolve) { resolve(new Response("thenable")); } };`,
      `200 "thenable"`,
    ),
    thrown(
      "returns a thenable that throws",
      `return { then() { throw new Error("in then"); } };`,
      "Error: in then",
      HTTP,
    ),
    thrown(
      "returns an object whose getter then throws",
      `return { get then() { throw new Error("get then"); } };`,
      "Error: get then",
      HTTP,
    ),
    {
      does: "returns a thenable that never calls back",
      code: "return { then() {} };",
      shapes: HTTP,
      outcome: TIMES_OUT,
    },
    accepted(
      "returns a thenable that calls back twice",
      `return { then(resolve, reject) { resolve(new Response("first")); reject(new Error("second")); resolve(1); } };`,
      `200 "first"`,
    ),
    accepted(
      "returns a thenable from routes that calls back twice",
      `return { then(resolve, reject) { resolve("first"); reject(new Error("second")); resolve(1); } };`,
      `200 "first"`,
      ROUTES,
    ),
    accepted(
      "returns a thenable that resolves to a thenable",
      `const last = { then(resolve) { resolve(new Response("last")); } };
      return { then(resolve) { resolve(last); } };`,
      `200 "last"`,
    ),
    thrown(
      "returns a thenable that resolves to itself",
      `const promise = new Promise((resolve) => setTimeout(() => resolve(promise))); return promise;`,
      "TypeError: Chaining cycle",
      HTTP,
    ),
    refused(
      "returns a Response whose body was read",
      `const response = new Response("x"); response.text(); return response;`,
      "TypeError: Cannot respond: the body of the Response was already used",
    ),
    refused(
      "returns a Response whose body is locked",
      `const response = new Response("x"); response.body.getReader(); return response;`,
      "TypeError: Cannot respond: the body of the Response was already used",
    ),
    refused(
      "returns the same Response to every request",
      `globalThis.same ??= new Response("same"); globalThis.same.body?.cancel(); return globalThis.same;`,
      "TypeError: Cannot respond: the body of the Response was already used",
    ),
    accepted(
      "returns the same Response without a body to every request",
      `return globalThis.empty ??= new Response(null);`,
      "200",
    ),
    refused(
      "returns `Response.error()`",
      "return Response.error();",
      "TypeError: Cannot respond: found an error Response",
    ),
    accepted(
      "returns a Proxy of a Response",
      `return new Proxy(new Response("x"), {});`,
      `200 "x"`,
    ),
    thrown(
      "returns an object with the prototype of Response",
      "return Object.create(Response.prototype);",
      "TypeError",
    ),
    thrown(
      "makes a Response with an invalid header",
      `return new Response("x", { headers: { a: "b\\r\\nc: d" } });`,
      "TypeError",
    ),
    thrown(
      "makes a Response with a status of 99",
      `return new Response("x", { status: 99 });`,
      "RangeError",
    ),
    thrown(
      "makes a Response with a body and a status of 204",
      `return new Response("x", { status: 204 });`,
      "TypeError",
    ),
    refused("returns a Response that pretends a status of 101", withStatus("101"), ""),
    refused("returns a Response that pretends a status of 100", withStatus("100"), ""),
    refused("returns a Response that pretends a status of 99", withStatus("99"), ""),
    refused("returns a Response that pretends a status of 1000", withStatus("1000"), ""),
    refused("returns a Response that pretends a status of NaN", withStatus("NaN"), ""),
    refused("returns a Response that pretends a status of 200.5", withStatus("200.5"), ""),
    refused(
      "returns a Response that pretends a status of text",
      withStatus(`"200 OK\\r\\nSet-Cookie: a"`),
      "",
    ),
    accepted(
      "returns a Response with a body that pretends a status of 204",
      withStatus("204"),
      "204",
    ),
    accepted(
      "returns a Response with a body that pretends a status of 205",
      withStatus("205"),
      "205",
    ),
    accepted(
      "returns a Response with a body that pretends a status of 304",
      withStatus("304"),
      "304",
    ),
    thrown(
      "returns a Response whose status throws",
      `return Object.defineProperty(new Response("x"), "status", { get() { throw new Error("status"); } });`,
      "Error: status",
    ),
    thrown(
      "returns a Response whose headers throw",
      `return Object.defineProperty(new Response("x"), "headers", { get() { throw new Error("headers"); } });`,
      "Error: headers",
    ),
    thrown(
      "returns a Response whose body is a string",
      `return Object.defineProperty(new Response(), "body", { value: "text" });`,
      "TypeError",
    ),
    accepted(
      "announces a Content-Length that is too short",
      `return new Response("Hello", { headers: { "content-length": "2" } });`,
      `200 "Hello"`,
    ),
    accepted(
      "announces a Content-Length that is too long",
      `return new Response("Hello", { headers: { "content-length": "20" } });`,
      `200 "Hello"`,
    ),
    accepted(
      "announces a Content-Length that is not a number",
      `return new Response("Hello", { headers: { "content-length": "five" } });`,
      `200 "Hello"`,
    ),
    accepted(
      "announces two lengths",
      `const headers = new Headers({ "content-length": "2" }); headers.append("content-length", "3");
      return new Response("Hello", { headers });`,
      `200 "Hello"`,
    ),
    accepted(
      "announces chunks for a whole body",
      `return new Response("Hello", { headers: { "transfer-encoding": "chunked" } });`,
      `200 "Hello"`,
    ),
    accepted(
      "announces another connection",
      `return new Response("Hello", { headers: { connection: "upgrade", upgrade: "h2c", "keep-alive": "timeout=1e9", trailer: "x" } });`,
      `200 "Hello"`,
    ),
    accepted(
      "announces a proxy's fields",
      `return new Response("Hello", { headers: { "proxy-connection": "close", te: "trailers", host: "evil", date: "never", server: "x" } });`,
      `200 "Hello"`,
    ),
    accepted(
      "returns 1,000 header fields",
      `const headers = new Headers(); for (let i = 0; i < 1000; i++) headers.append("x" + i, "y"); return new Response("many", { headers });`,
      `200 "many"`,
    ),
    accepted(
      "returns a header field of 100 KB",
      `return new Response("long", { headers: { x: "y".repeat(1e5) } });`,
      `200 "long"`,
    ),
    // Routes.
    accepted("returns nothing from a route", "return undefined;", "204", ROUTES),
    refused(
      "returns a number from a route",
      "return 42;",
      "TypeError: Cannot respond: the route returned a number",
      ROUTES,
    ),
    refused(
      "returns a symbol from a route",
      "return Symbol();",
      "TypeError: Cannot respond: the route returned a symbol",
      ROUTES,
    ),
    refused(
      "returns true from a route",
      "return true;",
      "TypeError: Cannot respond: the route returned a boolean",
      ROUTES,
    ),
    refused(
      "returns a function from a route",
      "return () => 1;",
      "TypeError: Cannot respond: the route returned a function",
      ROUTES,
    ),
    refused(
      "returns a Map from a route",
      "return new Map();",
      "TypeError: Cannot respond: the route returned an instance of Map",
      ROUTES,
    ),
    refused(
      "returns a ReadableStream from a route",
      "return new ReadableStream();",
      "TypeError: Cannot respond: the route returned an instance of ReadableStream",
      ROUTES,
    ),
    refused(
      "returns an object of a class from a route",
      "return new (class User { name = 'Ada'; })();",
      "TypeError: Cannot respond: the route returned an instance of User",
      ROUTES,
    ),
    accepted("returns an empty object from a route", "return {};", `200 "{}"`, ROUTES),
    accepted("returns an array from a route", `return ["a"];`, `200 "[\\"a\\"]"`, ROUTES),
    accepted(
      "returns an object from a route that says nothing about a response",
      `return { message: "Hello" };`,
      `200 "{\\"message\\":\\"Hello\\"}"`,
      ROUTES,
    ),
    accepted(
      "returns an object from a route whose status is a string",
      `return { status: "ok" };`,
      `200 "{\\"status\\":\\"ok\\"}"`,
      ROUTES,
    ),
    accepted(
      "returns an object from a route with a member that no response has",
      `return { status: 404, error: "none" };`,
      `200 "{\\"status\\":404,\\"error\\":\\"none\\"}"`,
      ROUTES,
    ),
    accepted(
      "returns a Date from a route",
      "return new Date(0);",
      `200 "\\"1970-01-01T00:00:00.000Z\\""`,
      ROUTES,
    ),
    accepted("returns a Response from a route", `return new Response("x");`, `200 "x"`, ROUTES),
    accepted(
      "returns a promise of a Response from a route",
      `await null; return new Response("x", { status: 201 });`,
      `201 "x"`,
      ROUTES,
    ),
    refused(
      "returns a Response from a route whose body was read",
      `const response = new Response("x"); response.text(); return response;`,
      "TypeError: Cannot respond: the body of the Response was already used",
      ROUTES,
    ),
    refused(
      "returns a circular object from a route",
      "const object = {}; object.object = object; return object;",
      "TypeError: Cannot respond: what the route returned is not JSON: Converting circular",
      ROUTES,
    ),
    refused(
      "returns an object with a bigint from a route",
      "return { count: 1n };",
      "TypeError: Cannot respond: what the route returned is not JSON: Do not know how to serialize",
      ROUTES,
    ),
    refused(
      "returns an object from a route whose toJSON returns nothing",
      "return { toJSON() {} };",
      "TypeError: Cannot respond: found a plain object whose JSON is undefined",
      ROUTES,
    ),
    thrown(
      "returns an object from a route whose toJSON throws",
      `return { toJSON() { throw new Error("in toJSON"); } };`,
      "Error: in toJSON",
      ROUTES,
    ),
    accepted(
      "returns `{ then: 1 }` from a route",
      "return { then: 1 };",
      `200 "{\\"then\\":1}"`,
      ROUTES,
    ),
    accepted(
      "returns a promise of `{ then: 1 }` from a route",
      `return Promise.resolve(JSON.parse('{"then":1}'));`,
      `200 "{\\"then\\":1}"`,
      ROUTES,
    ),
    accepted(
      "returns a promise of `{ then: 1 }` as JSON from a route",
      `await null; return JSON.stringify({ then: 1 });`,
      `200 "{\\"then\\":1}"`,
      ROUTES,
    ),
    thrown(
      "returns an object from a route whose status throws",
      `return { get status() { throw new Error("status"); } };`,
      "Error: status",
      ROUTES,
    ),
    thrown(
      "returns a revoked Proxy from a route",
      `const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy;`,
      "TypeError",
      ROUTES,
    ),
    ...["99", "1000", "NaN", `"200"`, "-1", "null", "101", "100", "200.5", "{}"].map((status) =>
      refused(
        `returns a status of \`${status}\` from a route`,
        `return { status: ${status}, body: "x" };`,
        "TypeError",
        ROUTES,
      )
    ),
    ...["204", "205", "304"].map((status) =>
      accepted(
        `returns a status of \`${status}\` with a body from a route`,
        `return { status: ${status}, body: "text" };`,
        status,
        ROUTES,
      )
    ),
    ...[
      "{}",
      "null",
      "1",
      `"a: b"`,
      `[["a"]]`,
      `[["a", null]]`,
      `[[1, "b"]]`,
      `[["", "b"]]`,
      `[["a b", "c"]]`,
      `[["a", "b\\r\\nc: d"]]`,
      `[["a", "b\\0"]]`,
      `[["a", "\\u20ac"]]`,
      "[null]",
    ].map((headers) =>
      refused(
        `returns the headers \`${headers}\` from a route`,
        `return { headers: ${headers}, body: "x" };`,
        "TypeError",
        ROUTES,
      )
    ),
    ...[
      "1",
      "true",
      "{}",
      "[]",
      "Symbol()",
      "new ArrayBuffer(3)",
      "new DataView(new ArrayBuffer(3))",
      "new Uint16Array(3)",
      "new Blob(['x'])",
      "new ReadableStream()",
    ].map((body) =>
      refused(
        `returns the body \`${body}\` from a route`,
        `return { body: ${body} };`,
        "TypeError",
        ROUTES,
      )
    ),
    accepted(
      "returns a Content-Length that is too short from a route",
      `return { headers: [["Content-Length", "2"]], body: "Hello" };`,
      `200 "Hello"`,
      ROUTES,
    ),
    accepted(
      "returns a Content-Length that is too long from a route",
      `return { headers: [["Content-Length", "20"]], body: "Hello" };`,
      `200 "Hello"`,
      ROUTES,
    ),
    accepted(
      "returns a Transfer-Encoding from a route",
      `return { headers: [["Transfer-Encoding", "chunked"]], body: "Hello" };`,
      `200 "Hello"`,
      ROUTES,
    ),
    accepted(
      "returns a number as the value of a header",
      `return { headers: [["a", 1]], body: "x" };`,
      `200 "x"`,
      ROUTES,
    ),
    accepted(
      "returns Headers from a route",
      `return { headers: new Headers({ a: "b" }), body: "x" };`,
      `200 "x"`,
      ROUTES,
    ),
    refused(
      "returns an upgrade that is not a function from a route",
      `return { upgrade: 1 };`,
      "TypeError",
      ROUTES,
    ),
    // Framing.
    ...[
      ["a number", "42", "a number"],
      ["an object", "{}", "a plain object"],
      ["true", "true", "a boolean"],
      ["a function", "() => 1", "a function"],
      ["a symbol", "Symbol()", "a symbol"],
      ["a Blob", "new Blob()", "an instance of Blob"],
      ["`{ then: 1 }`", "{ then: 1 }", "a plain object"],
      ["an ArrayBuffer", "new ArrayBuffer(3)", "an instance of ArrayBuffer"],
    ].map(([what = "", code = "", kind = ""]) =>
      refused(
        `returns ${what} from handle`,
        `return ${code};`,
        `TypeError: Cannot respond: handle returned ${kind}, expected text, bytes or nothing`,
        HANDLE,
      )
    ),
    accepted("returns nothing from handle", "return;", "open", HANDLE),
    accepted("returns a line feed from handle", `return "a\\nb";`, `"a\\nb", open`, HANDLE),
    accepted(
      "returns half a surrogate pair from handle",
      `return "\\ud800";`,
      `"ï¿½", open`,
      HANDLE,
    ),
    refused(
      "returns detached bytes from handle",
      `const bytes = new Uint8Array(4); structuredClone(bytes.buffer, { transfer: [bytes.buffer] }); return bytes;`,
      "TypeError",
      HANDLE,
    ),
    thrown(
      "returns a thenable from handle that throws",
      `return { then() { throw new Error("in then"); } };`,
      "Error: in then",
      HANDLE,
    ),
    refused(
      "throws a TypeError of a broken Uint8Array from handle",
      `return Object.create(Uint8Array.prototype);`,
      "TypeError",
      HANDLE,
    ),
    accepted("returns 64 MB from handle", `return "x".repeat(64e6);`, `"xxx...`, HANDLE),
  ],
};

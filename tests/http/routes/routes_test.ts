import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HttpError } from "../../../src/http/error.ts";
import { fixed } from "../../../src/http/fixed_response.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "../../../src/http/message.ts";
import {
  checkRoutes,
  type RouteHandler,
  type RouteTable,
  serveRoutes,
} from "../../../src/http/routes/routes.ts";
import { requestOf } from "../../helpers/http_request.ts";

/** The response of a table to a request, given as `METHOD target`. */
async function ask(table: RouteTable, line: string): Promise<HttpResponse> {
  return await served(serveRoutes(table, null), line);
}

function served(handler: HttpHandler, line: string): HttpResponse | Promise<HttpResponse> {
  const [method = "", target = ""] = line.split(" ");
  return handler(requestOf(method, target));
}

async function bodyOf(table: RouteTable, line: string): Promise<HttpResponse["body"]> {
  return (await ask(table, line)).body;
}

async function failureOf(table: RouteTable, line: string): Promise<HttpError> {
  return await assertRejects(async () => await ask(table, line), HttpError);
}

/** A route that responds with its name and parameters. */
function named(name: string): RouteHandler {
  return ({ params }) => [name, ...Object.entries(params).map((pair) => pair.join("="))].join(" ");
}

/** A table whose routes respond with their keys. */
function tableOf(...keys: readonly string[]): RouteTable {
  return Object.fromEntries(keys.map((key) => [key, named(key)]));
}

Deno.test("serveRoutes finds a route by method and path, and ignores the query", async () => {
  const table = tableOf("GET /", "GET /a", "POST /a", "GET /a/b");
  assertEquals(await bodyOf(table, "GET /"), "GET /");
  assertEquals(await bodyOf(table, "GET /a?b=c"), "GET /a");
  assertEquals(await bodyOf(table, "POST /a"), "POST /a");
  assertEquals(await bodyOf(table, "GET /a/b"), "GET /a/b");
});

Deno.test("serveRoutes percent-decodes path parameters", async () => {
  const table = tableOf("GET /users/:id", "GET /users/:id/books/:book", "GET /files/**:path");
  assertEquals(await bodyOf(table, "GET /users/42"), "GET /users/:id id=42");
  assertEquals(
    await bodyOf(table, "GET /users/%C3%A9%2F/books/a%20b"),
    "GET /users/:id/books/:book id=é/ book=a b",
  );
  assertEquals(await bodyOf(table, "GET /files/a/b%2Ec"), "GET /files/**:path path=a/b.c");
  assertEquals((await failureOf(table, "GET /users")).status, 404);
});

Deno.test("serveRoutes sets parameters of any name, and no others", async () => {
  const keys = (request: { params: object }) => JSON.stringify(request.params);
  const table = { "GET /:__proto__/:constructor": keys, "GET /plain": keys };
  assertEquals(await bodyOf(table, "GET /a/b"), `{"__proto__":"a","constructor":"b"}`);
  assertEquals(await bodyOf(table, "GET /plain"), "{}");
});

Deno.test("serveRoutes responds with 400 to a malformed parameter, without calling the route", async () => {
  let calls = 0;
  const table = { "GET /users/:id": () => String(++calls) };
  for (const id of ["%", "%4", "%zz", "%ff", "a%C3"]) {
    const { status, reason } = await failureOf(table, `GET /users/${id}`);
    assertEquals([status, reason], [
      400,
      `the path parameter "id" is not percent-encoded UTF-8`,
    ]);
  }
  assertEquals(calls, 0);
});

Deno.test("serveRoutes prefers the most specific path among those of the method", async () => {
  const table = tableOf("GET /a/b", "GET /a/:x", "/a/:x", "POST /a/*", "GET /a/**");
  assertEquals(await bodyOf(table, "GET /a/b"), "GET /a/b");
  assertEquals(await bodyOf(table, "GET /a/c"), "GET /a/:x x=c");
  assertEquals(await bodyOf(table, "PUT /a/b"), "/a/:x x=b");
  assertEquals(await bodyOf(table, "POST /a/b/c"), "POST /a/* 0=b/c");
});

Deno.test("serveRoutes uses a key without a method for every method without a route", async () => {
  for (const path of ["/a", "/:x"]) {
    const table = tableOf(path, `GET ${path}`);
    for (const method of ["PUT", "OPTIONS", "BREW"]) {
      assertEquals(String(await bodyOf(table, `${method} /a`)).split(" ")[0], path, method);
    }
    for (const method of ["GET", "HEAD"]) {
      const [first] = String(await bodyOf(table, `${method} /a`)).split(" /");
      assertEquals(first, "GET", `${method} of ${path}`);
    }
  }
});

Deno.test("serveRoutes uses the route of GET for HEAD, unless HEAD has a route", async () => {
  const table = tableOf("GET /a", "GET /b", "HEAD /b", "GET /c/:x", "GET /d/:x", "HEAD /d/:y");
  assertEquals(await bodyOf(table, "HEAD /a"), "GET /a");
  assertEquals(await bodyOf(table, "HEAD /b"), "HEAD /b");
  assertEquals(await bodyOf(table, "HEAD /c/1"), "GET /c/:x x=1");
  assertEquals(await bodyOf(table, "HEAD /d/1"), "HEAD /d/:y y=1");
});

Deno.test("serveRoutes ignores a trailing slash", async () => {
  const table = tableOf("GET /a", "GET /b/", "GET /c/:x", "GET /d/:x/");
  assertEquals(await bodyOf(table, "GET /a/"), "GET /a");
  assertEquals(await bodyOf(table, "GET /b"), "GET /b/");
  assertEquals(await bodyOf(table, "GET /c/1/"), "GET /c/:x x=1");
  assertEquals(await bodyOf(table, "GET /d/1"), "GET /d/:x/ x=1");
  assertEquals((await failureOf(table, "GET /a//")).status, 404);
  assertEquals((await failureOf(table, "GET /c/")).status, 404);
});

Deno.test("serveRoutes compares paths as sent, and encodes routes beyond ASCII", async () => {
  const table = tableOf("GET /café", "GET /a.b", "GET /%7Ea");
  assertEquals(await bodyOf(table, "GET /caf%C3%A9"), "GET /café");
  assertEquals(await bodyOf(table, "GET /%7Ea"), "GET /%7Ea");
  for (const path of ["/axb", "/~a", "/A.B"]) {
    assertEquals((await failureOf(table, `GET ${path}`)).status, 404, path);
  }
});

Deno.test("serveRoutes responds with 404 to an unknown path, for any method", async () => {
  for (const table of [tableOf("GET /a"), tableOf("GET /a/:x")]) {
    for (const line of ["GET /", "GET /b", "OPTIONS /b", "BREW /b", "GET /__proto__"]) {
      const { status, fields } = await failureOf(table, line);
      assertEquals([status, fields], [404, []], line);
    }
  }
});

Deno.test("serveRoutes responds with 405 to other methods, and to OPTIONS with the methods of the path", async () => {
  const table = tableOf("GET /a", "DELETE /a", "POST /:x", "PUT /:x/b", "OPTIONS /o", "GET /o");
  const { status, reason, fields } = await failureOf(table, "BREW /a");
  assertEquals(status, 405);
  assertEquals(reason, "found BREW, expected one of DELETE, GET, HEAD, OPTIONS, POST");
  assertEquals(fields, [["Allow", "DELETE, GET, HEAD, OPTIONS, POST"]]);
  assertEquals((await failureOf(table, "GET /c/b")).fields, [["Allow", "OPTIONS, PUT"]]);
  assertEquals((await failureOf(table, "get /a")).status, 405, "methods are case-sensitive");
  assertEquals(await ask(table, "OPTIONS /a"), {
    status: 204,
    headers: [["Allow", "DELETE, GET, HEAD, OPTIONS, POST"]],
  });
  assertEquals(await bodyOf(table, "OPTIONS /o"), "OPTIONS /o");
});

Deno.test("serveRoutes responds to OPTIONS * with all methods, without calling a route", async () => {
  const table = tableOf("GET /a", "PATCH /:x", "/**");
  assertEquals(await ask(table, "OPTIONS *"), {
    status: 204,
    headers: [["Allow", "GET, HEAD, OPTIONS, PATCH"]],
  });
});

Deno.test("serveRoutes makes responses from text, bytes and nothing, and passes on responses", async () => {
  const bytes = new Uint8Array([1, 2]);
  const response: HttpResponse = { status: 201, body: "made" };
  const table: RouteTable = {
    "GET /text": () => "é",
    "GET /empty": () => "",
    "GET /bytes": () => bytes,
    "GET /null": () => null,
    "GET /undefined": () => undefined,
    "GET /response": () => response,
    "GET /later": () => Promise.resolve("later"),
  };
  const text = [["Content-Type", "text/plain; charset=utf-8"]] as const;
  assertEquals(await ask(table, "GET /text"), { headers: text, body: "é" });
  assertEquals(await ask(table, "GET /empty"), { headers: text, body: "" });
  assertEquals(await ask(table, "GET /bytes"), {
    headers: [["Content-Type", "application/octet-stream"]],
    body: bytes,
  });
  assertEquals(await ask(table, "GET /null"), { status: 204 });
  assertEquals(await ask(table, "GET /undefined"), { status: 204 });
  assert(await ask(table, "GET /response") === response);
  assertEquals(await ask(table, "GET /later"), { headers: text, body: "later" });
});

Deno.test("serveRoutes sends objects and arrays as JSON, unless they are responses by their members", async () => {
  const type = [["Content-Type", "application/json"]] as const;
  const data: readonly object[] = [
    { hello: "world" },
    {},
    [],
    [{ status: 201 }],
    { status: "ok" },
    { status: undefined, id: 1 },
    { status: 200, id: 1 },
    { body: "text", author: "Ada" },
    { headers: [], then: 1 },
    Object.assign(Object.create(null), { a: 1 }),
    new Date(0),
    { toJSON: () => 1 },
  ];
  for (const value of data) {
    const found = await ask({ "GET /": () => value }, "GET /");
    assertEquals(found, { headers: type, body: JSON.stringify(value) });
  }
  const responses: readonly object[] = [
    { status: 404 },
    { body: "text" },
    { body: undefined },
    { headers: [["a", "b"]] },
    { status: "200", body: "" },
    Object.assign(Object.create(null), { body: "text" }),
    fixed({ body: "text" }),
  ];
  for (const response of responses) {
    assert(await ask({ "GET /": () => response }, "GET /") === response);
  }
});

Deno.test("serveRoutes sends a fixed response of another copy of the module, as in a bundled handler", async () => {
  const url = import.meta.resolve("../../../src/http/fixed_response.ts");
  const other: { fixed: typeof fixed } = await import(`${url}?copy`);
  const response = other.fixed({ status: 201, body: "made" });
  assert(await ask({ "GET /": () => response }, "GET /") === response);
});

Deno.test("serveRoutes sends a Response, and passes a context to every route", async () => {
  const context = { name: "context" };
  const table: RouteTable<typeof context> = {
    "GET /a": (_request, { name }) => new Response(name, { status: 201 }),
    "GET /a/:x": ({ params }, { name }) => Promise.resolve(Response.json([name, params])),
  };
  const handler = serveRoutes(table, context);
  const [plain, dynamic] = [await served(handler, "GET /a"), await served(handler, "GET /a/1")];
  assertEquals([plain.status, plain.body], [201, "context"]);
  assertEquals(dynamic.body, '["context",{"x":"1"}]');
});

Deno.test("serveRoutes throws if a route returns, or resolves to, anything else", async () => {
  const table = { "GET /now": () => 42, "GET /later": () => Promise.resolve(true) };
  const handler = serveRoutes(table as unknown as RouteTable, null);
  assertThrows(
    () => void served(handler, "GET /now"),
    TypeError,
    "Cannot respond: the route returned a number, expected text, bytes, a plain object or an array for JSON, { status, headers, body }, a Response or nothing",
  );
  await assertRejects(
    async () => await served(handler, "GET /later"),
    TypeError,
    "returned a boolean",
  );
});

Deno.test("serveRoutes responds synchronously if the route does, and passes on what it throws", async () => {
  const failure = new HttpError(418, "short and stout");
  const handler = serveRoutes({
    "GET /a": () => "a",
    "GET /a/:x": () => "b",
    "GET /teapot": () => {
      throw failure;
    },
    "GET /later": () => Promise.reject(failure),
  }, null);
  assertEquals((served(handler, "GET /a") as HttpResponse).body, "a");
  assert(assertThrows(() => void served(handler, "GET /teapot")) === failure);
  assert(await assertRejects(async () => await served(handler, "GET /later")) === failure);
  await served(handler, "GET /a/1"); // Loads the matcher of patterns.
  assertEquals((served(handler, "GET /a/1") as HttpResponse).body, "b");
});

Deno.test("serveRoutes passes on the whole request, with and without parameters", async () => {
  const request = requestOf("POST", "/a/b?c=d", { accept: "*/*" });
  for (const key of ["POST /a/b", "POST /a/:x"]) {
    const handler = serveRoutes({
      [key]: (seen) => {
        for (const name of Object.keys(request) as (keyof HttpRequest)[]) {
          if (name !== "header") assert(seen[name] === request[name], `${name} for ${key}`);
        }
        return seen.header("accept");
      },
    }, null);
    assertEquals((await handler(request)).body, "*/*");
  }
});

Deno.test("checkRoutes accepts valid tables", async () => {
  const handler = () => null;
  for (
    const key of ["GET /", "/", "M-SEARCH /a", "GET /:a/:b?", "GET /:id(\\d+)", "POST /a{.json}?"]
  ) {
    assertEquals(await checkRoutes({ [key]: handler }), null, key);
  }
  const apart = { "GET /a/:x": handler, "GET /a/:x(\\d+)": handler, "POST /a/:x": handler };
  assertEquals(await checkRoutes(apart), null);
});

Deno.test("checkRoutes returns what was found and what was expected", async () => {
  const handler = () => null;
  const cases: readonly (readonly [table: unknown, problem: string])[] = [
    [42, `found routes of type number, expected an object such as { "GET /path/:id": handler }`],
    [null, `found routes of type null, expected an object such as { "GET /path/:id": handler }`],
    [{}, `found no routes, expected an object such as { "GET /path/:id": handler }`],
    ...["", "GET", "get /a", "GET a", "GET  /a", " /a", "GET /a b", "G@T /a", "a"].map((key) =>
      [
        { [key]: handler },
        `found the route "${key}", expected "METHOD /path" with the method in capitals, ` +
        `or "/path" for every method`,
      ] as const
    ),
    [{ "GET /a": "text" }, `found the route "GET /a" of type string, expected a function`],
    [{ "GET /a": null }, `found the route "GET /a" of type null, expected a function`],
    [
      { "GET /a": handler, "GET /a/": handler },
      `found the routes "GET /a" and "GET /a/", expected one of them`,
    ],
    [
      { "GET /:id/a": handler, "GET /:name/a": handler },
      `found the routes "GET /:id/a" and "GET /:name/a", expected one of them`,
    ],
  ];
  for (const [table, problem] of cases) assertEquals(await checkRoutes(table), problem);
});

Deno.test("checkRoutes names a malformed pattern, and the reason", async () => {
  for (const key of ["GET /a(", "GET /:x/:x", "GET /*/*", "GET /a?b"]) {
    const problem = String(await checkRoutes({ "GET /": () => null, [key]: () => null }));
    assert(problem.startsWith(`found the route "${key}": `), `${key}: ${problem}`);
    assert(!problem.includes("rou3"), problem);
  }
});

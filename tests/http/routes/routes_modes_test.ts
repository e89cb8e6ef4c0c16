/** Tables of routes on whole servers. */
import { assertEquals, assertMatch } from "@std/assert";
import { makeHandler } from "../../helpers/handlers.ts";
import { askAlone, type ReceivedResponse } from "../../helpers/http_client.ts";
import { testEachPlace } from "../../helpers/modes.ts";
import { runMain, type Server, startServer } from "../../helpers/server.ts";
import { waitFor } from "../../helpers/until.ts";

const SOURCE = `
export default {
  routes: {
    "GET /": () => "text",
    "GET /bytes": () => new TextEncoder().encode("bytes"),
    "GET /nothing": () => null,
    "GET /later": () => Promise.resolve("later"),
    "GET /users/:id": ({ params, query }) => params.id + " " + query,
    "GET /files/**:path": async ({ params }) => params.path,
    "POST /echo": async ({ body }) => ({ status: 201, body: await body.text() }),
    "POST /json": async ({ body }) => JSON.stringify(await body.json()),
    "GET /fail": () => { throw new Error("secret"); },
    "GET /odd": () => 5,
    "/any": ({ method }) => method,
    "GET /object": () => ({ hello: "world" }),
    "GET /array": async () => [1, { a: "é" }],
    "GET /health": () => ({ status: "ok" }),
    "GET /empty": () => ({}),
    "GET /response": () => new Response("made", { status: 201, headers: { a: "b" } }),
    "GET /streamed": async () => new Response(new Blob(["x".repeat(100_000)]).stream()),
    "GET /json": () => Response.json({ a: 1 }),
    "GET /date": () => new Date(0),
    "GET /map": () => new Map(),
    "GET /circular": () => { const a = {}; a.a = a; return a; },
    "GET /record": () => ({ status: 200, headers: { "Content-Type": "text/html" }, body: "" }),
  },
};`;

/** Sends a request, given as a line such as `GET /`, and receives the response. */
function send(server: Server, line: string, body?: string): Promise<ReceivedResponse> {
  const [method = "", target = ""] = line.split(" ");
  return askAlone(server, method, target, {}, body);
}

testEachPlace("{ routes } respond with what they return or resolve to", async ({ args }) => {
  await using handler = await makeHandler(SOURCE);
  await using server = await startServer(args(...handler.args));
  const cases: [line: string, status: number, body: string, sent?: string][] = [
    ["GET /", 200, "text"],
    ["GET /bytes", 200, "bytes"],
    ["GET /nothing", 204, ""],
    ["GET /later", 200, "later"],
    ["GET /users/a%2Fb?a=%20", 200, "a/b a=%20"],
    ["GET /files/a/b%20c", 200, "a/b c"],
    ["POST /echo", 201, "hello", "hello"],
    ["POST /json", 200, '{"a":1}', ' { "a": 1 } '],
    ["POST /json", 400, "Bad Request: the body is not JSON", "{"],
    ["PURGE /any", 200, "PURGE"],
    ["GET /object", 200, '{"hello":"world"}'],
    ["GET /array", 200, '[1,{"a":"é"}]'],
    ["GET /health", 200, '{"status":"ok"}'],
    ["GET /empty", 200, "{}"],
    ["GET /response", 201, "made"],
    ["GET /streamed", 200, "x".repeat(100_000)],
    ["GET /json", 200, '{"a":1}'],
    ["GET /date", 200, '"1970-01-01T00:00:00.000Z"'],
    ["GET /fail", 500, "Internal Server Error: request "],
    ["GET /odd", 500, "Internal Server Error: request "],
    ["GET /nowhere", 404, "Not Found: "],
    ["DELETE /users/1", 405, "Method Not Allowed: found DELETE, expected one of "],
  ];
  for (const [line, status, body, sent] of cases) {
    const found = await send(server, line, sent);
    assertEquals([found.status, found.body.slice(0, body.length)], [status, body], line);
  }
});

testEachPlace(
  "{ routes } that return a client's object with a `then` respond at once",
  async (mode) => {
    await using handler = await makeHandler(`
    export default { routes: { "POST /": async ({ body }) => await body.json() } };`);
    await using server = await startServer(mode.args(...handler.args));
    let response: ReceivedResponse | null = null;
    askAlone(server, "POST", "/", {}, '{"then":1,"status":201,"body":"x"}')
      .then((received) => response = received, () => {});
    const { status, body } = await waitFor("the route responds", () => response, 10_000);
    assertEquals([status, body], [200, '{"then":1,"status":201,"body":"x"}']);
  },
);

testEachPlace(
  "{ routes } that return what cannot be sent get a 500, and a line in the log that says what it was",
  async ({ args }) => {
    await using handler = await makeHandler(SOURCE);
    await using server = await startServer(args(...handler.args));
    const cases: [path: string, message: string][] = [
      ["/odd", "Cannot respond: the route returned a number, expected text, bytes, a plain object"],
      ["/map", "Cannot respond: the route returned an instance of Map, expected text, bytes"],
      [
        "/circular",
        "Cannot respond: what the route returned is not JSON: Converting circular structure to JSON -->",
      ],
      [
        "/record",
        "Cannot send the headers: found a plain object, expected an array of [name, value]",
      ],
    ];
    for (const [i, [path, message]] of cases.entries()) {
      const { status, fields } = await send(server, `GET ${path}`);
      assertEquals(status, 500, path);
      const id = fields["x-request-id"];
      const line = await server.logged((line) => line["sluice.request.id"] === id);
      assertEquals(line.message, "Request failed: the handler returned no valid response");
      const found = String(line["exception.message"]);
      assertEquals(found.slice(0, message.length), message);
      assertEquals(line["exception.stacktrace"], undefined, path);
      assertEquals(server.records((line) => line["severity"] !== "INFO").length, i + 1, path);
    }
  },
);

testEachPlace("{ routes } send a Response without its body to HEAD", async ({ args }) => {
  await using handler = await makeHandler(SOURCE);
  await using server = await startServer(args(...handler.args));
  const { status, fields, body } = await send(server, "HEAD /response");
  assertEquals([status, fields["a"], fields["content-length"], body], [201, "b", "4", ""]);
});

testEachPlace("{ routes } answer HEAD and OPTIONS without routes for them", async ({ args }) => {
  await using handler = await makeHandler(SOURCE);
  await using server = await startServer(args(...handler.args));
  const head = await send(server, "HEAD /users/abc");
  assertEquals([head.status, head.fields["content-length"]], [200, "4"]);
  const options = await send(server, "OPTIONS /users/abc");
  assertEquals([options.status, options.fields["allow"]], [204, "GET, HEAD, OPTIONS"]);
  const all = await send(server, "OPTIONS *");
  assertEquals([all.status, all.fields["allow"]], [204, "GET, HEAD, OPTIONS, POST"]);
  const refused = await send(server, "DELETE /users/abc");
  assertEquals([refused.status, refused.fields["allow"]], [405, "GET, HEAD, OPTIONS"]);
});

testEachPlace(
  "{ routes } that are malformed fail the start with exit code 78 and one line",
  async ({ args }) => {
    await using handler = await makeHandler(`export default { routes: { "get /": () => "" } };`);
    const { code, stdout, stderr } = await runMain(args(...handler.args, "--port", "0"));
    assertEquals([code, stdout], [78, ""]);
    assertMatch(
      stderr,
      /^sluice: Cannot use the handler ".*": found the route "get \/", expected .*\n$/,
    );
  },
);

testEachPlace(
  "{ serve } with an HTTP option fails the start with exit code 78 and one line",
  async ({ args }) => {
    await using handler = await makeHandler("export default { serve() {} };");
    const given = args(...handler.args, "--port", "0", "--root", "/");
    const { code, stdout, stderr } = await runMain(given);
    assertEquals([code, stdout], [78, ""]);
    assertMatch(stderr, /^sluice: Cannot use .*: found \{ serve \}, expected .* with --root\n$/);
  },
);

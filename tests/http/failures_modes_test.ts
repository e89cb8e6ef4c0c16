/** What the logs say of requests that fail or are refused, in every mode. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { askAlone, receiveLastResponse, requestText } from "../helpers/http_client.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";

const ROUTES = `const users = {};

export default { routes: {
  "GET /users/:id": async ({ params }) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return users[params.id].name;
  },
  "GET /exact/": () => JSON.parse("{"),
  "POST /": async ({ body }) => await body.text(),
} };`;

testEachPlace(
  "a handler that throws is logged with method, path, route, id and place",
  async ({ args }) => {
    await using handler = await makeHandler(ROUTES);
    await using server = await startServer(args(...handler.args));
    const { status, fields, body } = await askAlone(server, "GET", "/users/7?secret=1");
    const record = await server.logged("Request failed");
    const id = record["sluice.request.id"];
    assertEquals([status, fields["x-request-id"], body.includes(String(id))], [500, id, true]);
    assertEquals(record["http.request.method"], "GET");
    assertEquals(record["url.path"], "/users/7");
    assertEquals(record["http.route"], "/users/:id");
    assertEquals(record["code.file.path"], handler.path);
    assertEquals([record["code.line.number"], record["code.column.number"]], [6, 29]);
    assertEquals(record["sluice.code.source"], "    return users[params.id].name;");
    const [message, ...frames] = String(record["exception.stacktrace"]).split("\n");
    assertMatch(String(message), /^TypeError: Cannot read properties of undefined/);
    assert(frames.length > 0 && frames.every((line) => line.includes(handler.path)), `${frames}`);
    await askAlone(server, "GET", "/exact");
    const second = await server.logged((line) => line["url.path"] === "/exact");
    assertEquals([second["http.route"], second["code.line.number"]], ["/exact", 8]);
  },
);

for (const format of ["combined", "json"]) {
  testEachPlace(
    `--access-log-format ${format} has the id of a request that failed`,
    async ({ args }) => {
      await using handler = await makeHandler(ROUTES);
      const file = await Deno.makeTempFile();
      const logs = ["--access-log", file, "--access-log-format", format];
      await using server = await startServer(args(...handler.args, ...logs));
      const { fields } = await askAlone(server, "GET", "/users/7");
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      const line = (await Deno.readTextFile(file)).trimEnd();
      await Deno.remove(file);
      const id = format === "json" ? JSON.parse(line)["sluice.request.id"] : line.split(" ").at(-1);
      assertMatch(id, /^\d+-\d+-1$/);
      assertEquals(id, fields["x-request-id"]);
    },
  );
}

/** Requests that are refused, and what is known of them. */
const REFUSED: Readonly<
  Record<string, readonly [request: string, status: number, method?: string, path?: string]>
> = {
  "a body that is announced too large": [
    requestText("POST", "/a?b", { "Content-Length": 1e6 }),
    413,
    "POST",
    "/a",
  ],
  "a body that becomes too large": [
    requestText("POST", "/", { "Transfer-Encoding": "chunked" }, `7d0\r\n${"x".repeat(2000)}\r\n`),
    413,
    "POST",
    "/",
  ],
  "a header that is too large": [
    requestText("GET", "/c", { x: "y".repeat(600) }),
    431,
    "GET",
    "/c",
  ],
  "a header that does not end": ["GET /d?e HTTP/1.1\r\nHost: x\r\nX: ", 408, "GET", "/d"],
  "a line that does not end": ["GET /f", 408, "GET", "/f"],
  "a line that is too large": [`GET /${"g".repeat(600)}`, 414, "GET", `/${"g".repeat(295)}…`],
  "a body that does not come": [
    requestText("POST", "/", { "Content-Length": 5 }),
    408,
    "POST",
    "/",
  ],
  "bytes that are not HTTP": ["\x16\x03\x01", 400],
};
const LIMITS = [
  "--max-body-size",
  "1kb",
  "--max-header-size",
  "512",
  "--header-timeout",
  "200ms",
  "--body-timeout",
  "200ms",
];

testEachPlace("a request that is refused is logged with what is known of it", async ({ args }) => {
  await using handler = await makeHandler(ROUTES);
  const file = await Deno.makeTempFile();
  const logs = ["--access-log", file, "--access-log-format", "json"];
  await using server = await startServer(args(...handler.args, ...LIMITS, ...logs));
  for (const [what, [request, status]] of Object.entries(REFUSED)) {
    using client = await Client.connect(server);
    await client.send(request);
    assertEquals((await receiveLastResponse(client)).status, status, what);
  }
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  const found = server.records("Request refused").map((line) =>
    [line["http.response.status_code"], line["http.request.method"], line["url.path"]].join(" ")
      .trim()
  );
  const expected = Object.values(REFUSED).map(([, ...rest]) => rest.join(" ").trim());
  assertEquals(found.toSorted(), expected.toSorted());
  const lines = (await Deno.readTextFile(file)).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  await Deno.remove(file);
  const pathOf = (status: number) =>
    lines.filter((line) => line["http.response.status_code"] === status).map((line) =>
      line["url.path"]
    );
  assertEquals(pathOf(413).toSorted(), ["/", "/a"]);
  assertEquals(pathOf(431), ["/c"]);
  assertEquals(pathOf(408).toSorted(), ["/", "/d", undefined]);
});

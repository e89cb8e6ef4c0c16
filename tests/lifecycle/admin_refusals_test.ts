/** Requests to the admin port that must be refused: tokens, origins, rebinding, types and sizes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ADMIN, adminOf } from "../helpers/admin.ts";
import { Client } from "../helpers/client.ts";
import { ask, askAlone, receiveResponse, requestText } from "../helpers/http_client.ts";
import { type Server, startServer } from "../helpers/server.ts";

type Fields = Readonly<Record<string, string | number>>;

const JSON_TYPE = { "Content-Type": "application/json" };
const TOKEN = "correct-horse-battery";

/** What must be refused without a token, on loopback: the status, and the request. */
const REFUSED: readonly (readonly [number, string, string, Fields?, string?])[] = [
  // DNS rebinding: the name of another site leads to this machine.
  [403, "GET", "/status", { Host: "evil.example" }],
  [403, "GET", "/livez", { Host: "evil.example:9900" }],
  [403, "GET", "/", { Host: "localhost.evil.example" }],
  [403, "POST", "/reload", { Host: "evil.example", Origin: "http://evil.example" }],
  [403, "GET", "/status", { Host: "10.0.0.1:9900" }],
  [403, "GET", "/status", { Host: "127.0.0.1.evil.example" }],
  [403, "GET", "/status", { Host: "2130706433" }],
  // Cross-site requests.
  [403, "POST", "/drain", { Origin: "http://evil.example" }],
  [403, "POST", "/drain", { Origin: "null" }],
  [403, "POST", "/drain", { Origin: "http://localhost:1" }],
  [403, "POST", "/drain", { Origin: "http://localhost.evil.example" }],
  [403, "POST", "/drain", { Origin: "file://" }],
  [403, "POST", "/drain", { "Sec-Fetch-Site": "cross-site" }],
  [403, "POST", "/drain", { "Sec-Fetch-Site": "same-site" }],
  [403, "POST", "/drain", {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
  }],
  [403, "GET", "/status", { "Sec-Fetch-Site": "cross-site" }],
  [403, "GET", "/events", { Origin: "http://evil.example" }],
  [403, "GET", "/livez", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" }],
  [403, "GET", "/status", {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
  }],
  [403, "GET", "/", {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "iframe",
  }],
  [403, "OPTIONS", "/drain", { Origin: "http://evil.example" }],
  // Bodies that a form of another site can send.
  [415, "POST", "/scale", { "Content-Type": "text/plain" }, '{"by":1}'],
  [415, "POST", "/scale", { "Content-Type": "application/x-www-form-urlencoded" }, '{"by":1}'],
  [415, "POST", "/scale", {}, '{"by":1}'],
  [415, "POST", "/reload", { "Content-Type": "text/plain", "Content-Length": 0 }],
  // Methods.
  [405, "GET", "/reload"],
  [405, "HEAD", "/drain"],
  [405, "POST", "/status"],
  [405, "DELETE", "/connections/0-1"],
  [405, "OPTIONS", "/status"],
  // What is not as expected.
  [400, "POST", "/scale", JSON_TYPE, '{"by":'],
  [400, "POST", "/scale", JSON_TYPE, "null"],
  [400, "POST", "/reload", JSON_TYPE, '{"now":true}'],
  [400, "POST", "/log-level", JSON_TYPE, '{"level":"trace"}'],
  [400, "POST", "/backends/app", JSON_TYPE, '{"address":"127.0.0.1:1"}'],
  [400, "POST", "/backends/app", JSON_TYPE, '{"address":"127.0.0.1:1","state":"down"}'],
  [400, "GET", "/connections?limit=0"],
  [400, "GET", "/connections?limit=1001"],
  [400, "GET", "/connections?phase=sleeping"],
  [400, "GET", "/connections?min_age=-1"],
  [400, "GET", "/connections?user=me"],
  [404, "GET", "/../status"],
  [404, "GET", "/status/"],
  [404, "POST", "/backends/a/b", JSON_TYPE, "{}"],
  [413, "POST", "/scale", JSON_TYPE, " ".repeat(16 * 1024 + 1)],
];

Deno.test("the admin port refuses forty requests that nobody may send, and says why in JSON", async () => {
  for (const mode of ["async", "pooled"]) {
    await using server = await startServer(["--mode", mode, "--workers", "1", ...ADMIN]);
    for (const [status, method, target, fields, body] of REFUSED) {
      const what = `${method} ${target} ${JSON.stringify(fields)}`;
      const response = await askAlone(adminOf(server), method, target, fields, body);
      assertEquals(response.status, status, what);
      if (method !== "HEAD") assert(JSON.parse(response.body).error.length > 10, what);
      if (status === 405) assert("allow" in response.fields, what);
      const cors = Object.keys(response.fields).filter((name) => name.startsWith("access-control"));
      assertEquals(cors, [], what);
    }
    const { status, body } = await askAlone(adminOf(server), "GET", "/status");
    const now = JSON.parse(body);
    assertEquals([status, now.state, now.generation], [200, "serving", 0]);
  }
});

Deno.test("the admin port answers what browsers send from its own pages, and links to its page", async () => {
  await using server = await startServer(["--mode", "pooled", "--workers", "1", ...ADMIN]);
  const { port } = adminOf(server);
  const statusOf = async (...request: Parameters<typeof requestText>) =>
    (await askAlone({ port }, ...request)).status;
  const own = { Host: `localhost:${port}`, Origin: `http://localhost:${port}` };
  const site = { "Sec-Fetch-Site": "same-origin" };
  assertEquals(
    await statusOf("POST", "/scale", { ...own, ...site, ...JSON_TYPE }, '{"by":1}'),
    200,
  );
  assertEquals(await statusOf("GET", "/status", { "Sec-Fetch-Site": "none" }), 200);
  const link = {
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
  };
  assertEquals(await statusOf("GET", "/", link), 200);
  for (const Host of [`127.0.0.1:${port}`, `[::1]:${port}`, "LOCALHOST", "127.9.9.9"]) {
    assertEquals(await statusOf("GET", "/status", { Host }), 200, Host);
  }
});

async function startGuarded(): Promise<Server & { readonly tokenFile: string }> {
  const tokenFile = await Deno.makeTempFile();
  await Deno.writeTextFile(tokenFile, `${TOKEN}\n`);
  const admin = [...ADMIN, "--admin-token-file", tokenFile];
  const server = await startServer(["--mode", "async", ...admin]);
  return Object.assign(server, { tokenFile });
}

Deno.test("the admin port wants its token for everything but the state", async () => {
  await using server = await startGuarded();
  const port = adminOf(server);
  const paths = ["/status", "/metrics", "/config", "/events", "/connections", "/nope", "/drain"];
  for (const path of paths) {
    for (
      const Authorization of ["", "Bearer", "Bearer ", `Basic ${TOKEN}`, `Bearer ${TOKEN} x`, TOKEN]
    ) {
      const fields = Authorization === "" ? {} : { Authorization };
      // Wrong tokens are answered slowly.
      if (Authorization !== "" && path !== "/status") continue;
      const { status, fields: got } = await askAlone(port, "GET", path, fields);
      assertEquals(status, 401, `${path} ${Authorization}`);
      assertEquals(got["www-authenticate"], 'Bearer realm="sluice"');
    }
  }
  for (
    const path of ["/reload", "/drain", "/scale", "/log-level", "/backends/a", "/connections/1"]
  ) {
    const { status } = await askAlone(port, "POST", path, JSON_TYPE, "{}");
    assertEquals(status, 401, path);
  }
  const Authorization = `Bearer ${TOKEN}`;
  assertEquals((await askAlone(port, "GET", "/status", { Authorization })).status, 200);
  // Its clients know the name that it has for them.
  const renamed = { Authorization, Host: "box.example" };
  assertEquals((await askAlone(port, "GET", "/status", renamed)).status, 200);
  assertEquals((await askAlone(port, "GET", "/livez")).body, '{"status":"ok"}\n');
  assertEquals((await askAlone(port, "GET", "/readyz")).body, '{"ready":true}\n');
  const { body } = await askAlone(port, "GET", "/readyz", { Authorization });
  assertEquals(body, '{"ready":true,"reasons":[]}\n');
  const warning = await server.logged("A client of the admin port has sent a wrong token");
  assertEquals(warning["client.address"], "127.0.0.1");
  assert(server.log.every((line) => !JSON.stringify(line).includes(TOKEN)));
});

Deno.test("a browser logs in by the form, and has a session until it logs out or the token changes", async () => {
  await using server = await startGuarded();
  using client = await Client.connect(adminOf(server));
  const page = await ask(client, "GET", "/");
  assertEquals([page.status, page.fields["location"]], [303, "/login"]);
  const form = await ask(client, "GET", "/login");
  assertStringIncludes(form.body, '<form method="post" action="/login">');
  const type = { "Content-Type": "application/x-www-form-urlencoded" };
  const logIn = (token: string, fields: Fields = {}) =>
    ask(client, "POST", "/login", { ...type, ...fields }, `token=${token}`);
  assertEquals((await logIn("wrong")).status, 401);
  assertEquals((await logIn(TOKEN, { Origin: "http://evil.example" })).status, 403);
  assertEquals((await logIn(TOKEN, { Origin: "null" })).status, 403);
  const { status, fields } = await logIn(TOKEN, { Origin: "http://localhost" });
  assertEquals([status, fields["location"]], [303, "/"]);
  const [pair = "", ...rules] = (fields["set-cookie"] ?? "").split("; ");
  assertEquals(rules, ["Max-Age=43200", "Path=/", "HttpOnly", "SameSite=Strict"]);
  assert(!pair.includes(TOKEN));
  const withCookie = { Cookie: `a=b; ${pair}` };
  assertEquals((await ask(client, "GET", "/", withCookie)).status, 200);
  assertEquals((await ask(client, "GET", "/status", withCookie)).status, 200);
  const forged = { Cookie: `${pair.slice(0, -1)}` };
  assertEquals((await ask(client, "GET", "/status", forged)).status, 401);
  // With its session, a browser is still refused what comes from another site.
  const foreign = { ...withCookie, Origin: "http://evil.example", "Content-Length": 0 };
  assertEquals((await ask(client, "POST", "/drain", foreign)).status, 403);
  const out = await ask(client, "POST", "/logout", { ...withCookie, "Content-Length": 0 });
  assertEquals(out.fields["location"], "/login");
  assertEquals((await ask(client, "GET", "/status", withCookie)).status, 401);
});

Deno.test("a reload reads the token again, keeps the old one if it is bad, and ends the sessions of another", async () => {
  await using server = await startGuarded();
  const port = adminOf(server);
  const reload = (token: string) =>
    askAlone(port, "POST", "/reload", { Authorization: `Bearer ${token}`, "Content-Length": 0 });
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const { fields } = await askAlone(port, "POST", "/login", form, `token=${TOKEN}`);
  const Cookie = (fields["set-cookie"] ?? "").split(";")[0] ?? "";
  const statusOf = async () => (await askAlone(port, "GET", "/status", { Cookie })).status;
  assertEquals((await reload(TOKEN)).status, 200);
  assertEquals(await statusOf(), 200);
  await Deno.writeTextFile(server.tokenFile, "short");
  const { status, body } = await reload(TOKEN);
  assertEquals(status, 503);
  assertStringIncludes(
    JSON.parse(body).error,
    "found 5 characters, expected a token of at least 16",
  );
  const other = "another-long-token";
  await Deno.writeTextFile(server.tokenFile, other);
  assertEquals((await reload(TOKEN)).status, 200);
  assertEquals(await statusOf(), 401);
  assertEquals((await reload(TOKEN)).status, 401);
  assertEquals((await reload(other)).status, 200);
  await Deno.remove(server.tokenFile);
});

Deno.test("the admin port refuses requests that are too large or malformed, and goes on", async () => {
  await using server = await startServer(["--mode", "pooled", "--workers", "1", ...ADMIN]);
  const port = adminOf(server);
  assertEquals((await askAlone(port, "GET", `/${"x".repeat(20_000)}`)).status, 414);
  const large = { "Content-Length": 2 * 1024 ** 2, "Content-Type": "application/json" };
  assertEquals((await askAlone(port, "POST", "/scale", large)).status, 413);
  using client = await Client.connect(port);
  await client.send("GET /status HTTP/1.1\r\n\r\n");
  assertEquals((await receiveResponse(client)).status, 400);
  assertEquals((await askAlone(port, "GET", "/livez")).status, 200);
});

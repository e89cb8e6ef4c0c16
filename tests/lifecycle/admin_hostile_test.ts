/** The admin port among clients that are hostile, broken, or many. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ADMIN, adminGet, adminOf, adminPost } from "../helpers/admin.ts";
import { Client } from "../helpers/client.ts";
import { ask, askAlone, receiveResponse, requestText } from "../helpers/http_client.ts";
import { startServer } from "../helpers/server.ts";
import { until, waitFor } from "../helpers/until.ts";

const TOKEN = "correct-horse-battery";
/** More than may listen to events. */
const LISTENERS = 100;
/** Shorter than the answer to any wrong token waits, in milliseconds. */
const AT_ONCE = 150;

const POOLED = ["--mode", "pooled", "--workers", "1", ...ADMIN];

async function withToken(act: (args: readonly string[]) => Promise<void>): Promise<void> {
  const tokenFile = await Deno.makeTempFile();
  await Deno.writeTextFile(tokenFile, TOKEN);
  await act([...POOLED, "--admin-token-file", tokenFile]);
  await Deno.remove(tokenFile);
}

Deno.test("the admin port answers probes while more clients than may listen to events", async () => {
  await using server = await startServer(POOLED);
  const clients = await Promise.all(
    Array.from({ length: LISTENERS }, () => Client.connect(adminOf(server))),
  );
  const statuses = await Promise.all(clients.map(async (client) => {
    await client.send(requestText("GET", "/events"));
    return (await client.receiveUntil("\r\n\r\n")).slice(9, 12);
  }));
  assertEquals(statuses.filter((status) => status === "200").length, 32);
  assertEquals((await adminGet(server, "/livez")).status, 200);
  for (const client of clients) client.close();
});

Deno.test("the admin port answers probes that speak HTTP/1.0 and send no Host", async () => {
  await using server = await startServer(POOLED);
  using client = await Client.connect(adminOf(server));
  await client.send("GET /readyz HTTP/1.0\r\n\r\n");
  const answer = await client.receiveAll();
  assertStringIncludes(answer, "HTTP/1.1 200 OK\r\n");
});

Deno.test("the admin port does not make a probe with a wrong token wait, nor lets it guess", async () => {
  await withToken(async (args) => {
    await using server = await startServer(args);
    const port = adminOf(server);
    const wrong = { Authorization: "Bearer not-the-right-token" };
    const right = { Authorization: `Bearer ${TOKEN}` };
    for (const path of ["/livez", "/readyz"]) {
      // An answer that has to wait takes longer each time, and another one on a busy machine at times.
      await until(`${path} is answered at once`, async () => {
        const started = performance.now();
        assertEquals((await askAlone(port, "GET", path, wrong)).status, 200);
        return performance.now() - started < AT_ONCE;
      });
    }
    // As long as the answer to a guess would wait, even the right one gets no reasons.
    await until("it has no reasons", async () => {
      await askAlone(port, "GET", "/readyz", wrong);
      return (await askAlone(port, "GET", "/readyz", right)).body === '{"ready":true}\n';
    });
    await waitFor("it has reasons again", async () => {
      const { body } = await askAlone(port, "GET", "/readyz", right);
      return body.includes("reasons") || null;
    });
    await server.logged("A client of the admin port has sent a wrong token");
  });
});

Deno.test("the admin port takes no part of a refused body for a request", async () => {
  await withToken(async (args) => {
    await using server = await startServer(args);
    using client = await Client.connect(adminOf(server));
    const hidden = requestText("POST", "/drain", { Authorization: `Bearer ${TOKEN}` });
    await client.send(requestText("POST", "/reload", {}, hidden) + requestText("GET", "/livez"));
    assertEquals((await receiveResponse(client)).status, 401);
    assertEquals((await receiveResponse(client)).body, '{"status":"ok"}\n');
    const right = { Authorization: `Bearer ${TOKEN}` };
    const { body } = await askAlone(adminOf(server), "GET", "/status", right);
    assertEquals(JSON.parse(body).state, "serving");
  });
});

Deno.test("the admin port has a browser send its session by https alone, if it has come by that", async () => {
  await withToken(async (args) => {
    await using server = await startServer(args);
    using client = await Client.connect(adminOf(server));
    const type = { "Content-Type": "application/x-www-form-urlencoded" };
    const origin = { Host: "box.example", Origin: "https://box.example" };
    const { fields } = await ask(
      client,
      "POST",
      "/login",
      { ...type, ...origin },
      `token=${TOKEN}`,
    );
    assert(fields["set-cookie"]?.endsWith("; SameSite=Strict; Secure"), fields["set-cookie"]);
  });
});

Deno.test("the admin port changes the level of its own log and of the settings that it shows, too", async () => {
  for (const mode of ["async", "pooled"]) {
    await using server = await startServer(["--mode", mode, "--workers", "1", ...ADMIN]);
    const shown = async () => (await adminGet(server, "/config")).json.settings["log-level"];
    assertEquals((await adminPost(server, "/log-level", { level: "debug" })).status, 200);
    assertEquals(await shown(), { value: "debug", source: "POST /log-level" });
    using client = await Client.connect(adminOf(server));
    await client.send("not a request\r\n\r\n");
    await server.logged("Request to the admin port refused");
    assertEquals((await adminPost(server, "/log-level", { level: "info" })).status, 200);
    assertEquals(await shown(), { value: "info", source: "default" });
  }
});

Deno.test("the admin port scales nothing and reloads nothing while the server drains", async () => {
  await using server = await startServer(POOLED);
  using client = await Client.connect(server);
  await client.send("GET / HTTP/1.1\r\n");
  await waitFor("it is accepted", async () => {
    const { json } = await adminGet(server, "/status");
    return json.totals.open === 1 || null;
  });
  assertEquals((await adminPost(server, "/drain")).status, 202);
  const stopping = "the server is stopping";
  for (const [path, body] of [["/scale", { by: 1 }], ["/reload", {}], ["/drain", {}]] as const) {
    const { status, json } = await adminPost(server, path, body);
    assertEquals(status, 503, path);
    assertStringIncludes(json.error.toLowerCase(), stopping, path);
  }
  client.close();
  assertEquals(await server.exited, 0);
});

Deno.test("the admin port has room for other clients when one takes all that it may", async () => {
  await using server = await startServer([...POOLED.slice(0, -1), "localhost:0"]);
  const { port } = adminOf(server);
  const clients = await Promise.all(
    Array.from({ length: 220 }, () => Client.connect({ port })),
  );
  assertEquals((await adminGet(server, "/livez")).status, 503);
  const conn = await Deno.connect({ hostname: "::1", port });
  using other = new Client(conn);
  assertEquals((await ask(other, "GET", "/livez")).status, 200);
  for (const client of clients) client.close();
});

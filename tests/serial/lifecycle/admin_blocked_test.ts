/** The admin port while a handler blocks the main thread. */
import { assert, assertEquals } from "@std/assert";
import { ADMIN, adminGet, adminOf, adminPost, askUnix } from "../../helpers/admin.ts";
import { Client } from "../../helpers/client.ts";
import { makeHandler, TROUBLE } from "../../helpers/handlers.ts";
import { ask } from "../../helpers/http_client.ts";
import { launchServer, startServer } from "../../helpers/server.ts";
import { waitFor } from "../../helpers/until.ts";

/** The longest that an answer may take, in milliseconds: until the end of the block it would be more. */
const PROMPT = 500;

/** The median of how long some requests take, in milliseconds. */
async function durationOf(act: () => Promise<unknown>): Promise<number> {
  const durations: number[] = [];
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    await act();
    durations.push(performance.now() - started);
  }
  return durations.toSorted((a, b) => a - b)[2] ?? Infinity;
}

/** Answers a line, blocking until the file that it names is there; not for ever, should a test fail. */
const BLOCKS = `export default {
  framing: { type: "lines" },
  handle(path) {
    for (const end = performance.now() + 25000; performance.now() < end;) {
      try {
        Deno.statSync(path);
        return "blocked";
      } catch { /* It is not there yet. */ }
    }
    return "late";
  },
};`;

for (const mode of ["async", "single"]) {
  Deno.test(`in ${mode}, the admin port answers at once while a handler blocks, and tells by whom`, async () => {
    await using handler = await makeHandler(BLOCKS);
    await using server = await startServer(["--mode", mode, ...handler.args, ...ADMIN]);
    const end = `${handler.path}.end`;
    using client = await Client.connect(server);
    const peer = `127.0.0.1 port ${client.localAddr.port}`;
    const blocked = client.ask(end);
    blocked.catch(() => {});
    const seen = await waitFor("it is seen to be blocked", async () => {
      const { json } = await adminGet(server, "/livez");
      return json.status === "blocked" ? json : null;
    });
    assertEquals(seen.blocked.length, 1);
    assertEquals(seen.blocked[0].peer, peer);
    assert(seen.blocked[0].for_s >= 1, JSON.stringify(seen));
    using probe = await Client.connect(adminOf(server));
    for (const path of ["/livez", "/readyz", "/metrics", "/status", "/"]) {
      const duration = await durationOf(async () =>
        assertEquals((await ask(probe, "GET", path)).status, 200, path)
      );
      assert(duration < PROMPT, `${path} took ${duration} ms`);
    }
    const { status, json } = await adminPost(server, "/reload");
    assertEquals(status, 503);
    assertEquals(json.error, "Service Unavailable: the main thread is blocked, nothing was done");
    await Deno.writeTextFile(end, "");
    assertEquals(await blocked, "blocked\n");
    await Deno.remove(end);
    await waitFor("it is seen to run again", async () => {
      const { json } = await adminGet(server, "/livez");
      return json.status === "ok" || null;
    });
    // The command that came too late is not carried out afterwards.
    assertEquals((await adminPost(server, "/reload")).json, { generation: 1 });
  });
}

Deno.test("the admin port says that the process hangs once a handler has blocked it for --worker-timeout", async () => {
  const args = ["--mode", "async", "--worker-timeout", "2s", ...TROUBLE, ...ADMIN];
  await using server = await startServer(args);
  using client = await Client.connect(server);
  await client.send("loop\n");
  const { json } = await waitFor("it hangs", async () => {
    const answer = await adminGet(server, "/livez");
    return answer.status === 503 ? answer : null;
  });
  assertEquals(json.status, "hung");
  assert(json.blocked[0].for_s >= 2);
  const ready = await adminGet(server, "/readyz");
  assertEquals([ready.status, ready.json.reasons[0].code], [503, "no_lane"]);
});

Deno.test("the admin port says that a handler blocks the start, and hangs after --start-timeout", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/admin.sock`;
  await using handler = await makeHandler(`
    const exists = () => { try { return Deno.statSync("${folder}/go").isFile; } catch { return false; } };
    for (const end = performance.now() + 60000; performance.now() < end && !exists(););
    export default { fetch: () => new Response("ok") };`);
  const args = ["--mode", "async", ...handler.args, "--start-timeout", "5s"];
  await using server = launchServer([...args, "--admin", `unix:${path}`]);
  const livez = async (status: string) =>
    await waitFor(status, async () => {
      const answer = await askUnix(path, "GET", "/livez").catch(() => null);
      return answer?.json.status === status ? answer : null;
    });
  const blocked = await livez("blocked");
  assertEquals([blocked.status, blocked.json.blocked.length], [200, 1]);
  assert(blocked.json.blocked[0].for_s >= 1);
  assertEquals((await livez("hung")).status, 503);
  await Deno.writeTextFile(`${folder}/go`, "");
  assertEquals((await livez("ok")).status, 200);
  server.kill("SIGKILL");
  await server.exited;
  await Deno.remove(folder, { recursive: true });
});

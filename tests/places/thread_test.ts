import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { FORGED } from "../helpers/forged_messages.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { ask, askAlone } from "../helpers/http_client.ts";
import { workers } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

/** Posts what it gets on the channel of its worker, and tries other ways out of its thread. */
const POSTING = `
  export default {
    framing: { type: "lines", limit: 100_000 },
    handle(line) {
      self.postMessage(JSON.parse(line));
      for (const end of [self.close, Deno.exit]) try { end.call(self); } catch {}
      return "posted";
    },
  };`;

/** Stops the server; returns the last record. */
async function stop(server: Server): Promise<Record<string, unknown>> {
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  return server.log.at(-1) ?? {};
}

for (const flags of [[], ["--sandbox"]]) {
  Deno.test(`thread() ignores what a handler posts, and warns once for each lane: ${flags.join() || "no sandbox"}`, async () => {
    await using handler = await makeHandler(POSTING);
    await using server = await startServer([...workers("pooled", 1), ...flags, ...handler.args]);
    using client = await Client.connect(server);
    for (const forged of [...FORGED, `{"type":"log","lines":"{\\"message\\":\\"forged\\"}\\n"}`]) {
      assertEquals(await client.ask(forged), "posted\n", forged);
    }
    client.close();
    using other = await Client.connect(server);
    assertEquals(await other.ask("[]"), "posted\n");
    other.close();
    assertEquals((await stop(server))["sluice.workers.crashed"], 0);
    assertEquals(server.records("A handler posted a message").length, 1);
    assertEquals(server.records("forged").length, 0);
  });
}

Deno.test("thread() keeps its channel from a handler that replaces methods and listens for messages", async () => {
  await using handler = await makeHandler(`
    const seen = [];
    function spy(object, name) {
      const original = object[name];
      object[name] = function (...args) {
        if ([this, ...args].some((one) => one instanceof MessagePort)) seen.push(name);
        return original.apply(this, args);
      };
    }
    spy(MessagePort.prototype, "postMessage");
    spy(EventTarget.prototype, "dispatchEvent");
    spy(EventTarget.prototype, "addEventListener");
    spy(Function.prototype, "call");
    spy(Reflect, "apply");
    spy(Promise.prototype, "then");
    self.onmessage = () => seen.push("onmessage");
    self.addEventListener("message", () => seen.push("message"));
    export default {
      framing: { type: "lines" },
      async handle(line, context) {
        context.log.info("Line");
        await context.shared(line, 8);
        return seen.join() || "nothing";
      },
    };`);
  await using server = await startServer([...workers("pooled", 1), ...handler.args]);
  using client = await Client.connect(server);
  for (const name of ["one", "two"]) assertEquals(await client.ask(name), "nothing\n");
  client.close();
  await stop(server);
});

/** What a lane posts as lines of the access log if its handler corrupts them, as code. */
const CORRUPTED = ["null", "5", "'part of a line'", "{}", "new Map()", "[['x\\n']]", "undefined"];

Deno.test("thread() replaces a lane that sends something invalid, and no more than that", async () => {
  // The only way to the channel is to corrupt what the lane itself sends.
  await using handler = await makeHandler(`
    export default {
      fetch(request) {
        const { pathname, searchParams } = new URL(request.url);
        if (pathname === "/corrupt") {
          const value = eval(searchParams.get("value"));
          TextDecoder.prototype.decode = () => value;
        }
        return new Response("ok");
      },
    };`);
  const access = await Deno.makeTempFile();
  const args = [...workers("pooled", 2), "--access-log", access, ...handler.args];
  await using server = await startServer(args);
  const crashes = () => server.records("Worker crashed");
  for (const [i, value] of CORRUPTED.entries()) {
    // Not fetch(), which would use its connection again just as that ends with the lane.
    using client = await Client.connect(server);
    await ask(client, "GET", `/corrupt?value=${encodeURIComponent(value)}`);
    await until(`${value} is noticed`, () => crashes().length > i);
    assertEquals((await askAlone(server, "GET", "/")).body, "ok", value);
  }
  const messages = new Set(crashes().map((record) => record["exception.message"]));
  assertEquals([...messages], ['The worker sent an invalid message of the type "access"']);
  assertEquals((await stop(server))["sluice.workers.crashed"], CORRUPTED.length);
  const lines = (await Deno.readTextFile(access)).split("\n").slice(0, -1);
  assert(lines.every((line) => /" \d+-\d+-\d+$/.test(line)), "a line is incomplete");
  await Deno.remove(access);
});

/** What a connection holds that waits for its next request. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";

const CONNECTIONS = 2000;
/** The most live objects and buffers of a connection, in bytes. */
const MOST = 5350;
/** The same where requests do not fit into a small buffer: a lane lends 512 of 4 KB. */
const MOST_AFTER_LONG = MOST + 1100;
const HANDLER = `
  export default {
    routes: {
      "GET /": () => "Hello, World!",
      "GET /memory": () => {
        globalThis.gc();
        const { heapUsed, external } = Deno.memoryUsage();
        return String(heapUsed + external);
      },
    },
  };`;

async function ask(client: Client, path: string, field = "a: b"): Promise<string> {
  await client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n${field}\r\n\r\n`);
  const head = await client.receiveUntil("\r\n\r\n");
  return await client.receiveText(Number(/^content-length: (\d+)\r$/im.exec(head)?.[1]));
}

for (const mode of ["async", "pooled"]) {
  for (
    const [kind, field, most] of [
      ["short", "a: b", MOST],
      ["long", `a: ${"b".repeat(1000)}`, MOST_AFTER_LONG],
    ] as const
  ) {
    Deno.test(`--mode ${mode}: a connection holds at most ${most} bytes after a ${kind} request`, async () => {
      await using handler = await makeHandler(HANDLER);
      const args = [...workers(mode, 1), ...handler.args];
      await using server = await startServer(args, { env: { DENO_V8_FLAGS: "--expose-gc" } });
      using stack = new DisposableStack();
      const asking = stack.use(await Client.connect(server));
      const memory = async () => Number(await ask(asking, "/memory"));
      // What is made once is made before.
      for (let i = 0; i < 100; i++) await ask(asking, "/", field);
      await memory();
      const before = await memory();
      for (let i = 0; i < CONNECTIONS; i++) {
        const client = stack.use(await Client.connect(server));
        assertEquals(await ask(client, "/", field), "Hello, World!");
      }
      const each = Math.round((await memory() - before) / CONNECTIONS);
      assert(each > 0 && each <= most, `found ${each} bytes each`);
      stack.dispose();
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
    });
  }
}

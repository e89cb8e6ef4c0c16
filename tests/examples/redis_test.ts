import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../helpers/client.ts";
import { askAlone } from "../helpers/http_client.ts";
import { startServer } from "../helpers/server.ts";
import { statusFile } from "../helpers/status.ts";
import { testEachPlaceWith } from "../helpers/tools.ts";
import { until } from "../helpers/until.ts";

const EXAMPLE = fileURLToPath(import.meta.resolve("../../examples/redis.ts"));

/** A Redis that keeps nothing on disk, and listens on a Unix socket. */
async function startRedis(socket: string): Promise<AsyncDisposable> {
  const child = new Deno.Command("redis-server", {
    args: ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await until("Redis listens", () => isThere(socket));
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(socket).catch(() => {});
    },
  };
}

function isThere(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSocket === true;
  } catch {
    return false;
  }
}

testEachPlaceWith(
  "redis-server",
  "redis counts visits over a pool of connections, also after a restart of Redis",
  async ({ args }) => {
    const folder = await Deno.makeTempDir();
    const socket = `${folder}/redis`;
    await using status = await statusFile();
    const redis = await startRedis(socket);
    await using server = await startServer(args("--handler", EXAMPLE, ...status.args), {
      env: { REDIS: `unix:${socket}` },
    });
    const visit = async () => (await askAlone(server, "GET", "/home")).body;
    for (let i = 1; i <= 5; i++) assertEquals(await visit(), `${i} visits to home\n`);
    await redis[Symbol.asyncDispose]();
    const failing = askAlone(server, "GET", "/home");
    await using _second = await startRedis(socket);
    // The pool tries to connect until the acquire timeout.
    assertEquals((await failing).body, "1 visits to home\n");
    assertEquals(await visit(), "2 visits to home\n");
    using client = await Client.connect(server);
    await client.send("GET /home HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.receiveUntil("3 visits to home\n");
    await status.says("a connection in a pool", ({ totals }) => totals.resources > 0);
    await client.end();
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    await Deno.remove(folder, { recursive: true });
  },
);

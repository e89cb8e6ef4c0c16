/** What happens in a container whose memory is used up: the system kills a worker, not the server. */
import { assert, assertEquals } from "@std/assert";
import { makeHandler } from "../helpers/handlers.ts";
import { MemoryGroup } from "../helpers/memory_group.ts";
import { SERVER, startCommand } from "../helpers/server.ts";
import { waitFor } from "../helpers/until.ts";

const LIMIT = 384 * 1024 ** 2;

/** Says in which process it runs, and takes all memory that there is. */
const HANDLER = `const kept = [];
export default { fetch(request) {
  while (new URL(request.url).pathname === "/grow") {
    kept.push(new Uint8Array(8 * 1024 * 1024).fill(1));
  }
  return new Response(String(Deno.pid));
} };`;

const decoder = new TextDecoder();

/** A connection that stays with its worker. */
class Client implements Disposable {
  readonly #conn: Deno.Conn;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  static async connect(port: number): Promise<Client> {
    return new Client(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /**
   * @returns The worker's process.
   * @throws {Error} If the connection is lost.
   */
  async ask(path = "/"): Promise<number> {
    const request = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    await this.#conn.write(new TextEncoder().encode(request));
    const buffer = new Uint8Array(4096);
    const count = await this.#conn.read(buffer);
    if (count === null) throw new Error("The connection has ended");
    // All in one: the server writes its head and a small body at once.
    return Number(decoder.decode(buffer.subarray(0, count)).split("\r\n\r\n")[1]);
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}

async function oomScoreAdjustment(pid: number): Promise<number> {
  return Number(await Deno.readTextFile(`/proc/${pid}/oom_score_adj`));
}

Deno.test({
  name: "a worker in forked mode that uses up the container's memory is killed alone, and replaced",
  // Not every machine lets its root make control groups, as in a container.
  ignore: MemoryGroup.obstacle() !== null,
  async fn() {
    await using group = MemoryGroup.make(LIMIT);
    await using handler = await makeHandler(HANDLER);
    const args = ["--mode", "forked", "--workers", "2", "--port", "0", "--log-level", "debug"];
    await using server = await startCommand(group.command([...SERVER, ...args, ...handler.args]));
    const limited = await server.logged("The memory is limited");
    assertEquals(limited["sluice.memory_limit"], LIMIT);
    // Too little for a share that a healthy worker stays below.
    assertEquals(limited["sluice.memory_share"], null);

    using greedy = await Client.connect(server.port);
    const lost = await greedy.ask();
    using other = await waitFor("a client is with the other worker", async () => {
      const client = await Client.connect(server.port);
      if (await client.ask() !== lost) return client;
      client[Symbol.dispose]();
      return null;
    });
    const kept = await other.ask();
    const own = await oomScoreAdjustment(server.pid);
    for (const pid of [lost, kept]) {
      assertEquals(await oomScoreAdjustment(pid), Math.min(1000, own + 500));
    }

    const end = greedy.ask("/grow").catch(() => null);
    const crash = await waitFor("the worker is killed", async () => {
      assertEquals(await other.ask(), kept);
      return server.records("Worker crashed")[0] ?? null;
    });
    assertEquals(await end, null);
    const reason = `Process ${lost} was killed by SIGKILL: out of memory`;
    assertEquals(crash["exception.message"], reason);
    const started = await server.logged("Worker started to replace a lost one");
    assertEquals(await other.ask(), kept);
    using next = await waitFor("the new worker serves", async () => {
      const client = await Client.connect(server.port);
      if (await client.ask() === started["sluice.worker.pid"]) return client;
      client[Symbol.dispose]();
      return null;
    });
    assert(await next.ask() !== kept);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  },
});

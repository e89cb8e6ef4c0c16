/** How soon a server with `--respawn` serves again. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { workers } from "../../helpers/modes.ts";
import { processorWait } from "../../helpers/process.ts";
import { nextServer, servingPid, spareOf } from "../../helpers/respawn.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { waitFor } from "../../helpers/until.ts";

/**
 * Milliseconds from the death of a server until the first client that connects after it has its
 * answer, without those for which someone waited for a processor: the machine may be busy.
 */
const LIMIT = 200;
/** How often it is tried: there is more to wait for on a busy machine. */
const ATTEMPTS = 8;
/** Milliseconds between clients. */
const PAUSE = 10;

for (const mode of ["async", "pooled", "forked"]) {
  Deno.test(`in ${mode}, a killed server serves again within ${LIMIT} ms, and no client is refused`, async () => {
    const gaps: number[] = [];
    // Each time with another parent: after a second death in a row, it waits on purpose.
    while (!gaps.some((gap) => gap < LIMIT) && gaps.length < ATTEMPTS) {
      gaps.push(await measureGap(mode));
    }
    assert(gaps.some((gap) => gap < LIMIT), `it took ${gaps.map(Math.round)} ms`);
  });
}

/** Kills a server while clients connect, none of which may be refused. */
async function measureGap(mode: string): Promise<number> {
  await using parent = await startServer([
    ...workers(mode),
    ...["--service", "echo", "--respawn"],
  ]);
  const involved = [Deno.pid, parent.pid, await spareOf(parent)];
  const waited = () => involved.reduce((sum, pid) => sum + processorWait(pid), 0);
  await using visitors = new Visitors(parent);
  const pid = servingPid(parent);
  const before = waited();
  const killed = performance.now();
  Deno.kill(pid, "SIGKILL");
  const gap = await visitors.answeredAfter(killed) - killed - (waited() - before);
  await nextServer(parent, pid);
  assertEquals(visitors.refused, []);
  await visitors[Symbol.asyncDispose]();
  parent.kill("SIGTERM");
  assertEquals(await parent.exited, 0);
  return gap;
}

/** Clients that connect one after another, whether those before have been served or not. */
class Visitors implements AsyncDisposable {
  readonly refused: unknown[] = [];
  readonly #answered: { readonly begun: number; readonly ended: number }[] = [];
  readonly #visits: Promise<void>[] = [];
  readonly #running: Promise<void>;
  #isOver = false;

  constructor(server: Server) {
    this.#running = this.#run(server);
  }

  /** When the first client that has connected after a time was answered. */
  answeredAfter(time: number): Promise<number> {
    return waitFor(
      "a client is answered",
      () => this.#answered.find(({ begun }) => begun > time)?.ended ?? null,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#running;
    await Promise.all(this.#visits);
  }

  async #run(server: Server): Promise<void> {
    while (!this.#isOver) {
      this.#visits.push(this.#visit(server));
      await delay(PAUSE);
    }
  }

  async #visit(server: Server): Promise<void> {
    const begun = performance.now();
    let client: Client;
    try {
      client = await Client.connect(server);
    } catch (error) {
      if (!this.#isOver) this.refused.push(error);
      return;
    }
    // Those that are being served when the server dies are cut.
    const answer = await client.ask("hello").catch(() => "");
    client.close();
    if (answer !== "") this.#answered.push({ begun, ended: performance.now() });
  }
}

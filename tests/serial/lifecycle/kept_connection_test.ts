/** Kept connections across reloads, while handlers block the event loop now and then. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Random } from "../../../src/load/random.ts";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { receiveResponse, requestText } from "../../helpers/http_client.ts";
import { workers } from "../../helpers/modes.ts";
import { type Server, startServer } from "../../helpers/server.ts";

const CLIENTS = 60;
/** The most requests in a row that block the event loop. */
const MOST_BLOCKERS = 6;
/** Of each test in milliseconds; a longer one finds rarer losses. */
const DURATION = Number(Deno.env.get("KEPT_DURATION") ?? 8000);
/** What decides the pauses of each client; a failure says it. */
const SEED = Number(Deno.env.get("KEPT_SEED") ?? 1);
/** The shortest time between two reloads, in milliseconds. */
const RELOAD = 1200;
/** The longest silence of a client, in milliseconds: the server must wait for a second. */
const SILENCE = 900;

const SOURCE = `export default {
  fetch(request) {
    const end = performance.now() + Number(new URL(request.url).searchParams.get("spin"));
    while (performance.now() < end);
    return new Response("done");
  },
};`;

/** Tells when this process stood still: its clients were silent for longer then than they know. */
class Stalls implements Disposable {
  #last = performance.now();
  #over = -Infinity;
  readonly #timer = setInterval(() => this.#look(), 10);

  /** Whether it did so since a time. */
  since(time: number): boolean {
    this.#look();
    return this.#over >= time;
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#last > 50) this.#over = now;
    this.#last = now;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** What the clients saw. */
interface Figures {
  /** Requests on connections that had served one before. */
  reused: number;
  readonly losses: string[];
  readonly stalls: Stalls;
}

for (const mode of ["async", "pooled"]) {
  Deno.test(`--mode ${mode}: reloads close no kept connection that was used within a second`, async () => {
    await using handler = await makeHandler(SOURCE);
    await using server = await startServer([...workers(mode), ...handler.args]);
    using stalls = new Stalls();
    const figures: Figures = { reused: 0, losses: [], stalls };
    const end = performance.now() + DURATION;
    const isOver = () => performance.now() >= end;
    await Promise.all([
      ...Array.from({ length: CLIENTS }, async (_, i) => {
        const random = new Random(SEED + i);
        while (!isOver()) await visit(server, random, figures, isOver);
      }),
      blockOften(server, new Random(SEED + CLIENTS), isOver),
      reloadOften(server, new Random(SEED + CLIENTS + 1), isOver),
    ]);
    assertEquals(figures.losses, [], `KEPT_SEED=${SEED}`);
    assert(figures.reused > CLIENTS, `only ${figures.reused} requests on kept connections`);
  });
}

/** Sends requests on one connection until the server says that it ends, or loses one. */
async function visit(
  server: Server,
  random: Random,
  figures: Figures,
  isOver: () => boolean,
): Promise<void> {
  using client = await Client.connect(server);
  let used: number | null = null;
  // When the request before was sent.
  let sent = Infinity;
  while (!isOver()) {
    const idle = used === null ? 0 : performance.now() - used;
    const begun = performance.now();
    try {
      await client.send(requestText("GET", "/?spin=0"));
      const { fields } = await receiveResponse(client);
      if (used !== null && idle < SILENCE) figures.reused++;
      if (fields["connection"] === "close") return;
    } catch (error) {
      const lasted = performance.now() - begun;
      const what = `${
        (error as Error).message
      }, after ${idle.toFixed()} ms, in ${lasted.toFixed()} ms`;
      const isCertain = idle < SILENCE && !figures.stalls.since(Math.min(sent, begun));
      if (isCertain) figures.losses.push(used === null ? `fresh: ${what}` : `kept: ${what}`);
      return;
    }
    [used, sent] = [performance.now(), begun];
    await delay(random.below(SILENCE));
  }
}

/** Blocks the event loop with several requests in a row, and lets it run in between. */
async function blockOften(server: Server, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await delay(random.below(2000));
    const spins = Array.from(
      { length: 1 + random.below(MOST_BLOCKERS) },
      () => 50 + random.below(350),
    );
    await Promise.all(spins.map((spin) => block(server, spin)));
  }
}

/** @param spin In milliseconds. */
async function block(server: Server, spin: number): Promise<void> {
  using client = await Client.connect(server);
  await client.send(requestText("GET", `/?spin=${spin}`, { Connection: "close" }));
  await client.receiveAll().catch(() => {});
}

async function reloadOften(server: Server, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await delay(RELOAD + random.below(2 * RELOAD));
    server.kill("SIGHUP");
  }
}

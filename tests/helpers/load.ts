import { delay } from "@std/async/delay";
import { Client } from "./client.ts";

/** What a load has seen so far. */
export interface Load {
  readonly exchanges: number;
  /** What went wrong: a connection that was refused, reset or cut, an answer that was not the one. */
  readonly failures: readonly string[];
  /** Ends it, after the exchanges under way. */
  stop(): Promise<void>;
}

/** How much load there is. */
export interface LoadOptions {
  /** Clients that connect, exchange once, and leave, over and over. */
  readonly short: number;
  /** Clients that stay, and exchange at intervals. */
  readonly long: number;
  /** Milliseconds between two exchanges of a client. */
  readonly pause: number;
  /** Whether the answer to a line is right. */
  readonly isRight: (answer: string, line: string) => boolean;
}

/** Steadily sends lines and wants a line for each, until it is stopped. */
export function startLoad(server: { port: number }, options: LoadOptions): Load {
  const failures: string[] = [];
  let exchanges = 0;
  let isOver = false;
  async function exchange(client: Client, line: string): Promise<void> {
    const answer = await client.ask(line);
    if (!options.isRight(answer.slice(0, -1), line)) {
      throw new Error(`the answer to "${line}" was ${JSON.stringify(answer)}`);
    }
    exchanges++;
  }
  async function attempt(what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : error}`);
    }
  }
  async function short(name: string): Promise<void> {
    for (let i = 0; !isOver; i++) {
      await attempt(`short ${name}`, async () => {
        using client = await Client.connect(server);
        await exchange(client, `${name}-${i}`);
        await client.end();
        if (await client.receiveAll() !== "") throw new Error("more than one answer");
      });
      await delay(options.pause);
    }
  }
  async function long(name: string): Promise<void> {
    await attempt(`long ${name}`, async () => {
      using client = await Client.connect(server);
      for (let i = 0; !isOver; i++) {
        await exchange(client, `${name}-${i}`);
        await delay(options.pause);
      }
    });
  }
  const clients = [
    ...Array.from({ length: options.short }, (_, i) => short(`s${i}`)),
    ...Array.from({ length: options.long }, (_, i) => long(`l${i}`)),
  ];
  return {
    get exchanges() {
      return exchanges;
    },
    failures,
    async stop() {
      isOver = true;
      await Promise.all(clients);
    },
  };
}

import { delay } from "@std/async/delay";
import { Client } from "./client.ts";

/** A load in progress. */
export interface Load {
  readonly exchanges: number;
  /** What went wrong: a refused, reset or truncated connection, or a wrong answer. */
  readonly failures: readonly string[];
  /** Ends it, after the exchanges in progress. */
  stop(): Promise<void>;
}

/** The amount of load. */
export interface LoadOptions {
  /** Clients that connect, exchange once and disconnect, repeatedly. */
  readonly short: number;
  /** Clients that stay connected, and exchange at intervals. */
  readonly long: number;
  /** Milliseconds between the exchanges of a client. */
  readonly pause: number;
  /** Whether the answer to a line is right. */
  readonly isRight: (answer: string, line: string) => boolean;
}

/** Sends lines and expects a line in return for each, until it is stopped. */
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

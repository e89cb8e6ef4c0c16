/** A client on a host of a test: a program that is told by lines what to do, and tells how it went. */
import { delay } from "@std/async/delay";
import { writeText } from "../../src/base/write_text.ts";
import { readLines } from "../../src/testing/server_process.ts";
import { Client } from "./client.ts";

/** How a connection went that asks once. */
export interface Visit {
  /** The name of the backend that has answered; empty if none has. */
  readonly name: string;
  /** Why it has failed; null if it has not. */
  readonly error: string | null;
  /** In milliseconds. */
  readonly took: number;
}

/** What it is told to do. */
export type Command =
  /** Connects so many times, one after another; answers with the visits. */
  | { readonly do: "visit"; readonly count: number }
  /** Connects again and again, as several clients, until it is told to stop. */
  | { readonly do: "start" }
  /** Answers with the visits since the start. */
  | { readonly do: "stop" }
  /** Opens a connection that stays; answers with the name of the backend. */
  | { readonly do: "hold" }
  /** Says a line over such a connection; answers with what comes back. At its end, closes it. */
  | { readonly do: "say"; readonly held: number }
  /** Sends so many lines of a kilobyte over one, and ends it; answers with how many come back. */
  | { readonly do: "send"; readonly held: number; readonly lines: number };

/** Clients at a time, and milliseconds between the connections of each. */
const CLIENTS = 4;
const PAUSE = 20;
/** Bytes of a line of many. */
const LINE = 1024;

class Program {
  readonly #server: { readonly hostname: string; readonly port: number };
  readonly #held: Client[] = [];
  #visits: Visit[] = [];
  #running: Promise<unknown> | null = null;
  #isOver = false;

  constructor(hostname: string, port: number) {
    this.#server = { hostname, port };
  }

  async run(command: Command): Promise<unknown> {
    switch (command.do) {
      case "visit": {
        const visits: Visit[] = [];
        while (visits.length < command.count) visits.push(await this.#visit());
        return visits;
      }
      case "start":
        [this.#visits, this.#isOver] = [[], false];
        this.#running = Promise.all(Array.from({ length: CLIENTS }, () => this.#repeat()));
        return null;
      case "stop":
        this.#isOver = true;
        await this.#running;
        return this.#visits;
      case "hold": {
        const client = await Client.connect(this.#server);
        this.#held.push(client);
        return nameIn(await client.ask("hello"));
      }
      case "say":
        return await this.#say(command.held);
      case "send":
        return await sendLines(this.#held[command.held], command.lines);
    }
  }

  async #repeat(): Promise<void> {
    while (!this.#isOver) {
      this.#visits.push(await this.#visit());
      await delay(PAUSE);
    }
  }

  async #say(held: number): Promise<string> {
    const client = this.#held[held];
    const answer = await client?.ask("hello").catch(() => "") ?? "";
    if (answer === "") client?.close();
    return answer;
  }

  async #visit(): Promise<Visit> {
    const begun = performance.now();
    let [name, error]: [string, string | null] = ["", null];
    try {
      using client = await Client.connect(this.#server);
      name = nameIn(await client.ask("hello"));
      if (name === "") error = "the connection was ended";
    } catch (problem) {
      error = problem instanceof Error ? problem.message : String(problem);
    }
    return { name, error, took: performance.now() - begun };
  }
}

async function sendLines(client: Client | undefined, count: number): Promise<number> {
  if (client === undefined) return 0;
  const line = `${"x".repeat(LINE - 1)}\n`;
  const sending = client.send(line.repeat(count)).then(() => client.end());
  const back = await client.receiveAll();
  await sending;
  return back.split("\n").length - 1;
}

function nameIn(answer: string): string {
  return answer.split(" ")[0] ?? "";
}

if (import.meta.main) {
  const [hostname = "", port] = Deno.args;
  const program = new Program(hostname, Number(port));
  let last = Promise.resolve();
  await readLines(Deno.stdin.readable, (line) => {
    last = last.then(async () => {
      const result = await program.run(JSON.parse(line));
      writeText(Deno.stdout, `${JSON.stringify(result)}\n`);
    });
  });
}

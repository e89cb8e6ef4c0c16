/** A steady load from a host of a test. */
import type { Hosts } from "./hosts.ts";
import { SERVER } from "./server.ts";
import { until } from "./until.ts";

const CONNECTIONS = 8;

/** What came of a load. */
export interface HostLoadResult {
  readonly requests: number;
  /** Failed requests by kind. */
  readonly errors: Readonly<Record<string, number>>;
}

/** A load that goes on until it is stopped; killed on dispose. */
export class HostLoad implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #output: Promise<string>;
  #isOver = false;

  readonly #port: number;

  /** @param rate Requests a second, over eight connections. */
  constructor(hosts: Hosts, host: string, url: string, rate: number) {
    this.#port = Number(new URL(url).port);
    const options = [
      "--connections",
      String(CONNECTIONS),
      "--rate",
      String(rate),
      "--duration",
      "2m",
    ];
    const [program = "", ...args] = hosts.on(host, [
      ...[...SERVER, "load", url, ...options, "--json", "-"],
    ]);
    const pipes = { stdin: "null", stdout: "piped", stderr: "null" } as const;
    this.#process = new Deno.Command(program, { args, ...pipes }).spawn();
    this.#output = new Response(this.#process.stdout).text();
  }

  /** Waits until all of its connections are open. */
  async runs(): Promise<void> {
    const hex = this.#port.toString(16).toUpperCase().padStart(4, "0");
    const established = new RegExp(`^\\s*\\d+: \\S+ [0-9A-F]+:${hex} 01 `, "gm");
    await until("a load has its connections", async () => {
      // The network of the process is that of its host.
      const sockets = await Deno.readTextFile(`/proc/${this.#process.pid}/net/tcp`);
      return [...sockets.matchAll(established)].length >= CONNECTIONS;
    });
  }

  /** Ends it. */
  async stop(): Promise<HostLoadResult> {
    this.#process.kill("SIGINT");
    const text = await this.#output;
    await this.#process.status;
    this.#isOver = true;
    return JSON.parse(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) this.#process.kill("SIGKILL");
    await this.#output;
    await this.#process.status;
  }
}

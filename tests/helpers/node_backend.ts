import type { Address } from "../../src/base/address.ts";

/** Answers each request with "fine", so many milliseconds later. */
const PROGRAM = `
  const server = require("node:http").createServer((_request, response) => {
    setTimeout(() => response.end("fine"), Number(process.argv[1]));
  });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));`;

/** An HTTP server in a process of its own, which a test can stop and let go on. */
export class NodeBackend implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess, readonly address: Address) {
    this.#process = process;
  }

  /** @param delay How long it takes to answer, in milliseconds. */
  static async start(delay = 0): Promise<NodeBackend> {
    const process = new Deno.Command("node", {
      args: ["-e", PROGRAM, String(delay)],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const reader = process.stdout.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    const port = Number(new TextDecoder().decode(value));
    return new NodeBackend(process, { transport: "tcp", hostname: "127.0.0.1", port });
  }

  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }
}

/**
 * Tries to use files, the environment, programs and the network. Shows what
 * `--sandbox` denies to a handler.
 *
 * Run it:  deno run -A main.ts examples/sandbox.ts --mode pooled --sandbox
 * Try it:  nc 127.0.0.1 8000   (FILE, ENV, RUN, NET; then the same without --sandbox)
 *
 *     FILE     REFUSED NotCapable: Requires read access to ...
 *     ENV      REFUSED NotCapable: Requires env access to "PATH", ...
 *     RUN      REFUSED NotCapable: Requires run access to "true", ...
 *     NET      OK connected to itself
 *
 * Only threads can be sandboxed: in the modes `single`, `async` and `forked`, the
 * server does not start with `--sandbox`.
 */
import type { Handler } from "../src/mod.ts";

/** Each attempt returns a description of its result. */
const ATTEMPTS: ReadonlyMap<string, () => Promise<string>> = new Map([
  ["FILE", async () => {
    const { length } = await Deno.readFile(new URL(import.meta.url));
    return `read its own source, ${length} bytes`;
  }],
  ["ENV", () => Promise.resolve(`PATH is ${Deno.env.get("PATH") ?? "not set"}`)],
  ["RUN", async () => {
    const { code } = await new Deno.Command("true").output();
    return `"true" exited with ${code}`;
  }],
  ["NET", async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { hostname, port } = listener.addr;
    using _connection = await Deno.connect({ hostname, port });
    return "connected to itself";
  }],
]);

export default {
  framing: { type: "lines", limit: 64 },
  async handle(line: string): Promise<string> {
    const attempt = ATTEMPTS.get(line.trim().toUpperCase());
    if (attempt === undefined) {
      return `ERROR Unknown command: expected ${[...ATTEMPTS.keys()].join(", ")}`;
    }
    try {
      return `OK ${await attempt()}`;
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return `REFUSED ${name}: ${message.split("\n")[0]}`;
    }
  },
} satisfies Handler;

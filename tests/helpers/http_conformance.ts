/** Cases of HTTP over a connection of their own, to a server with the handler of `bodies.js`. */
import { assert } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "./client.ts";
import { receiveLastAnswer } from "./http_client.ts";
import { type Server, startServer } from "./server.ts";

/** The arguments of a server with it. */
export const HANDLER = [
  "--handler",
  fileURLToPath(import.meta.resolve("../handlers/bodies.js")),
] as const;
/** How long a case may take, in milliseconds, on a machine that is busy with other things. */
const DEADLINE = 20_000;

/** What happens on one connection. */
export type Case = (client: Client, server: Server) => Promise<void>;

/** Each case has a connection of its own to a server with these arguments. */
export function testAll(args: readonly string[], cases: Readonly<Record<string, Case>>): void {
  Deno.test(`HTTP, with ${args.join(" ") || "the defaults"}`, async (t) => {
    await using server = await startServer(["--mode", "async", ...HANDLER, ...args]);
    for (const [promise, run] of Object.entries(cases)) {
      await t.step(promise, async () => {
        using client = await Client.connect(server);
        // Who waits for an answer that never comes has none then.
        const deadline = setTimeout(() => client.close(), DEADLINE);
        try {
          await run(client, server);
        } finally {
          clearTimeout(deadline);
        }
      });
    }
    assert(!server.log.some(({ severity }) => severity === "ERROR"), "an error was logged");
  });
}

/** Sends a text as it is, and takes the last answer: its status and reason. */
export async function refused(
  client: Client,
  text: string,
): Promise<[status: number, body: string]> {
  await client.send(text);
  const { status, body } = await receiveLastAnswer(client);
  return [status, body];
}

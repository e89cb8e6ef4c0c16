/** Runs HTTP cases, each on its own connection to a server with the handler `bodies.js`. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "./client.ts";
import { receiveLastResponse } from "./http_client.ts";
import { type Server, startServer } from "./server.ts";

/** The server's arguments for the handler. */
export const HANDLER = [
  "--handler",
  fileURLToPath(import.meta.resolve("../handlers/bodies.js")),
] as const;
/** How long a case may take on a busy machine, in milliseconds. */
const DEADLINE = 20_000;

/** A case, which has a connection to itself. */
export type Case = (client: Client, server: Server) => Promise<void>;

/** Runs each case on its own connection to a server with these arguments. */
export function testAll(args: readonly string[], cases: Readonly<Record<string, Case>>): void {
  Deno.test(`HTTP, with ${args.join(" ") || "the defaults"}`, async (t) => {
    await using server = await startServer(["--mode", "async", ...HANDLER, ...args]);
    for (const [promise, run] of Object.entries(cases)) {
      await t.step(promise, async () => {
        using client = await Client.connect(server);
        // Ends a wait for a response that never comes.
        const deadline = setTimeout(() => client.close(), DEADLINE);
        try {
          await run(client, server);
        } finally {
          clearTimeout(deadline);
        }
      });
    }
    assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
  });
}

/** Sends a text unchanged, and receives the last response: its status and body. */
export async function refused(
  client: Client,
  text: string,
): Promise<[status: number, body: string]> {
  await client.send(text);
  const { status, body } = await receiveLastResponse(client);
  return [status, body];
}

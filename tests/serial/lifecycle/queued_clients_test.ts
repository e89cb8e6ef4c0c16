/** Clients in the queue of a full server that stops: it waits a few tenths of a second for room. */
import { assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import { startServer } from "../../helpers/server.ts";

Deno.test("TERM with a full server accepts those queued once there is room", async () => {
  await using handler = await makeHandler(
    `const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    export default {
      framing: { type: "lines" },
      handle: async (line) => {
        await wait(Number(line));
        return "answered";
      },
    };`,
  );
  await using server = await startServer([...handler.args, "--max-connections", "1"]);
  const first = await Client.connect(server);
  await first.send("1\n");
  assertEquals(await first.receiveText(9), "answered\n");
  await first.send("100\n");
  const queued = await Promise.all([1, 2, 3].map(() => Client.connect(server)));
  for (const client of queued) await client.send("1\n");
  server.kill("SIGTERM");
  assertEquals(await first.receiveText(9), "answered\n");
  first.close();
  for (const client of queued) {
    assertEquals(await client.receiveText(9), "answered\n");
    client.close();
  }
  assertEquals(await server.exited, 0);
});

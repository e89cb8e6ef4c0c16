/** Clients that vanish without a word, as when a network cable is pulled. */
import { assertEquals } from "@std/assert";
import { makeHandler } from "../../helpers/handlers.ts";
import { testEachPlace } from "../../helpers/modes.ts";
import {
  loseAllPackets,
  networkObstacle,
  startBeside,
  startServerApart,
} from "../../helpers/network.ts";
import { findTool, testUnless } from "../../helpers/tools.ts";

const PORT = 8000;
const SOURCE = `
export default {
  fetch(_request, { context }) {
    const event = new TextEncoder().encode("data: event\\n\\n");
    let timer;
    return new Response(new ReadableStream({
      start: (controller) => timer = setInterval(() => controller.enqueue(event), 200),
      cancel: () => {
        clearInterval(timer);
        context.log.info("Cancelled");
      },
    }));
  },
};`;

const found = findTool("curl") === null ? "curl is not installed" : await networkObstacle();
if (found !== null) {
  testUnless(found, "a client that vanishes is ended by --write-timeout", () => {});
} else {
  testEachPlace(
    "a client that vanishes is ended by --write-timeout once something is written",
    async ({ args }) => {
      await using handler = await makeHandler(SOURCE);
      const own = args(...handler.args, "--port", String(PORT), "--write-timeout", "1s");
      await using server = await startServerApart(own);
      const client = startBeside(server, ["curl", "-sN", `http://127.0.0.1:${PORT}/`]);
      const reader = client.stdout.getReader();
      await reader.read();
      await loseAllPackets(server);
      await server.logged("Cancelled");
      const closed = await server.logged("Connection closed");
      assertEquals(closed["sluice.connection.ended_by"], "timeout");
      client.kill("SIGKILL");
      await reader.cancel();
      await client.status;
    },
  );
}

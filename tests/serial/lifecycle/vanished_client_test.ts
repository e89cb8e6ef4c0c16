/** Clients that vanish without a word, as when a network cable is pulled. */
import { assertEquals } from "@std/assert";
import { makeHandler } from "../../helpers/handlers.ts";
import { testEachMode } from "../../helpers/modes.ts";
import { SERVER, startCommand } from "../../helpers/server.ts";
import { findTool, runTool, testUnless } from "../../helpers/tools.ts";

/** Runs a command in a network of its own. */
const APART = ["unshare", "--map-root-user", "--net", "sh", "-c", `ip link set lo up; exec "$@"`];
/** A queue too small for any packet: from then on, all are lost. */
const LOSE_ALL = ["tc", "qdisc", "add", "dev", "lo", "root"].concat(
  ["tbf", "rate", "8bit", "burst", "1", "latency", "1ms"],
);
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

async function obstacle(): Promise<string | null> {
  const missing = ["unshare", "nsenter", "ip", "tc", "curl"].filter((tool) => !findTool(tool));
  if (missing.length > 0) return `${missing.join(", ")} not installed`;
  const [program = "", ...args] = [...APART, "sh", ...LOSE_ALL];
  const { code } = await runTool(program, args);
  return code === 0 ? null : "the system does not allow it";
}

const found = await obstacle();
if (found !== null) {
  testUnless(found, "a client that vanishes is ended by --write-timeout", () => {});
} else {
  testEachMode(
    "a client that vanishes is ended by --write-timeout once something is written",
    async ({ args }) => {
      await using handler = await makeHandler(SOURCE);
      const own = args(...handler.args, "--port", String(PORT), "--write-timeout", "1s");
      await using server = await startCommand([...APART, "sh", ...SERVER, ...own]);
      const inside = ["-t", String(server.pid), "-U", "-n", "--preserve-credentials"];
      const client = new Deno.Command("nsenter", {
        args: [...inside, "curl", "-sN", `http://127.0.0.1:${PORT}/`],
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = client.stdout.getReader();
      await reader.read();
      assertEquals((await runTool("nsenter", [...inside, ...LOSE_ALL])).code, 0);
      await server.logged("Cancelled");
      const closed = await server.logged("Connection closed");
      assertEquals(closed["sluice.connection.ended_by"], "timeout");
      client.kill("SIGKILL");
      await reader.cancel();
      await client.status;
    },
  );
}

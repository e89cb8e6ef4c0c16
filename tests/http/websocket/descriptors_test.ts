/** WebSockets of a server that has run out of file descriptors. */
import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../../helpers/client.ts";
import { ask, requestText } from "../../helpers/http_client.ts";
import { childrenOf, descriptorsOf } from "../../helpers/process.ts";
import { startServer } from "../../helpers/server.ts";
import { testWith } from "../../helpers/tools.ts";
import { HANDSHAKE } from "../../helpers/websocket.ts";

const HANDLER = fileURLToPath(import.meta.resolve("../../../examples/websocket.ts"));

/** The fields of a handshake besides Host. */
const { host: _, ...UPGRADE } = HANDSHAKE;

/** Sets the soft limit of open files of a process. */
async function limitDescriptors(pid: number, limit: number): Promise<void> {
  const args = ["--pid", String(pid), `--nofile=${limit}:`];
  const { success } = await new Deno.Command("prlimit", { args }).output();
  assertEquals(success, true);
}

for (const mode of ["async", "forked"]) {
  testWith(
    "prlimit",
    `--mode ${mode} refuses the first WebSocket while no descriptor is left to load the library`,
    async () => {
      await using server = await startServer([
        "--mode",
        mode,
        "--workers",
        "1",
        "--handler",
        HANDLER,
      ]);
      const [pid = server.pid] = mode === "forked" ? childrenOf(server.pid) : [];
      using client = await Client.connect(server);
      assertEquals((await ask(client, "GET", "/chat")).status, 200);

      await limitDescriptors(pid, descriptorsOf(pid) + 3);
      const refusal = await ask(client, "GET", "/chat", UPGRADE);
      assertEquals(refusal.status, 503);
      assertMatch(refusal.body, /no file descriptor is left to load WebSockets/);

      await limitDescriptors(pid, 1024);
      await client.send(requestText("GET", "/chat", UPGRADE));
      assertMatch(await client.receiveUntil("\r\n\r\n"), /^HTTP\/1\.1 101 /);
    },
  );
}

/** How the connections of a retiring worker end: told first, and closed unasked only when silent. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { ask } from "../../helpers/http_client.ts";
import { HANDLER } from "../../helpers/http_conformance.ts";
import { testEachMode } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";

/** Between the requests of a client, in milliseconds: it is idle most of the time, but never silent. */
const PAUSE = 60;

for (const signal of ["SIGHUP", "SIGTERM"] as const) {
  testEachMode(
    `HTTP: after ${signal}, a client that keeps sending is told before its connection ends`,
    async (mode) => {
      await using server = await startServer(mode.args(...HANDLER, "--graceful-timeout", "10s"));
      const clients = await Promise.all(
        Array.from({ length: 4 }, () => Client.connect(server)),
      );
      using _ = { [Symbol.dispose]: () => clients.forEach((client) => client.close()) };
      for (const client of clients) assertEquals((await ask(client, "GET", "/")).status, 200);
      server.kill(signal);
      await Promise.all(clients.map(async (client) => {
        for (let isLast = false; !isLast;) {
          await delay(PAUSE);
          // Throws if there is no response.
          isLast = (await ask(client, "GET", "/")).fields["connection"] === "close";
        }
        assertEquals(await client.receiveAll(), "");
      }));
    },
    { clients: 4 },
  );
}

testEachMode(
  "HTTP: a drain closes an idle connection and one without any request after a second of silence",
  async (mode) => {
    await using server = await startServer(mode.args(...HANDLER));
    using idle = await Client.connect(server);
    using fresh = await Client.connect(server);
    assertEquals((await ask(idle, "GET", "/")).status, 200);
    const start = performance.now();
    server.kill("SIGTERM");
    await Promise.all([idle, fresh].map(async (client) => {
      assertEquals(await client.receiveAll(), "");
      const silence = performance.now() - start;
      assert(silence >= 1000, `closed after ${silence} ms`);
    }));
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
  },
  { clients: 2 },
);

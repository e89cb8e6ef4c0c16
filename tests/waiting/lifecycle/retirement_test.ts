/** How the connections of a retiring worker end: told first, and closed unasked only when silent. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { ask } from "../../helpers/http_client.ts";
import { HANDLER } from "../../helpers/http_conformance.ts";
import { testEachPlace } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";

/** Between the requests of a client, in milliseconds: it is idle most of the time, but never silent. */
const PAUSE = 60;
/** How long a client can be silent and is certainly not closed unasked, in milliseconds. */
const SILENCE = 900;

for (const signal of ["SIGHUP", "SIGTERM"] as const) {
  testEachPlace(
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
          const answered = performance.now();
          await delay(PAUSE);
          const response = await ask(client, "GET", "/").catch((error) => {
            // This process stood still, so that its client was silent.
            if (performance.now() - answered > SILENCE) return null;
            throw error;
          });
          if (response === null) return;
          isLast = response.fields["connection"] === "close";
        }
        assertEquals(await client.receiveAll(), "");
      }));
    },
    { clients: 4 },
  );
}

testEachPlace(
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

/** What every service must do in every mode, whatever it says. */
import { assert, assertEquals } from "@std/assert";
import { SERVICES } from "../../src/services/registry.ts";
import { Client } from "../helpers/client.ts";
import { testEachMode } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";

/** Proves that the server still takes and ends connections. */
async function isAlive(server: Server): Promise<void> {
  using client = await Client.connect(server);
  await client.end();
  assertEquals(await client.receiveAll(), "");
}

/** Sends data and its end. What a service answers is its own affair, and it may well close in the middle. */
async function sendAll(server: Server, data: Uint8Array): Promise<void> {
  using client = await Client.connect(server);
  const answer = client.receiveAll().catch(() => "");
  await client.send(data).then(() => client.end()).catch(() => {});
  await answer;
}

interface Case {
  readonly args?: readonly string[];
  run(server: Server): Promise<void>;
}

const CASES: Record<string, Case> = {
  "ends with a client that half-closes without a word, and counts it": {
    async run(server) {
      await isAlive(server);
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      assertEquals(server.log.at(-1)?.["sluice.connections.silent"], 1);
      assert(!server.log.some((line) => line.message === "Connection closed"), "it was logged");
    },
  },
  "ends a silent client at --idle-timeout": {
    args: ["--idle-timeout", "100ms"],
    async run(server) {
      using client = await Client.connect(server);
      assertEquals(await client.receiveAll(), "");
    },
  },
  "survives a line of a megabyte, bytes that are no text, and clients that reset": {
    async run(server) {
      await sendAll(server, new Uint8Array(1024 * 1024).fill(120));
      await isAlive(server);
      await sendAll(server, Uint8Array.from({ length: 4096 }, (_, i) => i * 31));
      await isAlive(server);
      for (let i = 0; i < 10; i++) {
        const client = await Client.connect(server);
        await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nBeautiful is better than?half of a");
        client.close();
      }
      await isAlive(server);
    },
  },
};

function logsNoError(server: Server): void {
  assert(!server.log.some((line) => line["severity"] === "ERROR"), "an error was logged");
}

for (const service of Object.keys(SERVICES)) {
  for (const [name, { args: own = [], run }] of Object.entries(CASES)) {
    testEachMode(`--service ${service} ${name}`, async ({ args }) => {
      await using server = await startServer(args("--service", service, ...own));
      await run(server);
      logsNoError(server);
    });
  }
}

// All at once: a client that is silent has a second or two until it is taken to be finished.
testEachMode("each service drains with an open connection", async ({ args }) => {
  await Promise.all(
    Object.keys(SERVICES).map(async (service) => {
      await using server = await startServer(args("--service", service));
      using client = await Client.connect(server);
      const end = client.receiveAll();
      server.kill("SIGTERM");
      assertEquals(await end, "", service);
      assertEquals(await server.exited, 0, service);
      assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0, service);
      logsNoError(server);
    }),
  );
});

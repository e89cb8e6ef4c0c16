/** What every service must do in every mode. */
import { assert, assertEquals } from "@std/assert";
import { SERVICES } from "../../src/services/registry.ts";
import { Client } from "../helpers/client.ts";
import { testEachMode, testEachPlace } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";

/** A backend for a service that needs one; null for the others. */
async function startBackend(service: string): Promise<Server | null> {
  return service === "proxy" ? await startServer(["--service", "echo"]) : null;
}

function upstreamOf(backend: Server | null): readonly string[] {
  return backend === null ? [] : ["--upstream", `127.0.0.1:${backend.port}`];
}

/** Checks that the server still accepts and closes connections. */
async function stillServes(server: Server): Promise<void> {
  using client = await Client.connect(server);
  await client.end();
  assertEquals(await client.receiveAll(), "");
}

/** Sends data and half-closes. The service may answer anything, or close before it has read all. */
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
  "closes after a silent client half-closes, counts it, and does not log it": {
    async run(server) {
      await stillServes(server);
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
      assertEquals(server.log.at(-1)?.["sluice.connections.silent"], 1);
      assert(!server.log.some((line) => line.message === "Connection closed"), "it was logged");
    },
  },
  "closes a silent connection at --idle-timeout": {
    args: ["--idle-timeout", "100ms"],
    async run(server) {
      using client = await Client.connect(server);
      assertEquals(await client.receiveAll(), "");
    },
  },
  "survives a one-megabyte line, binary data and clients that reset": {
    async run(server) {
      await sendAll(server, new Uint8Array(1024 * 1024).fill(120));
      await stillServes(server);
      await sendAll(server, Uint8Array.from({ length: 4096 }, (_, i) => i * 31));
      await stillServes(server);
      for (let i = 0; i < 10; i++) {
        const client = await Client.connect(server);
        await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nBeautiful is better than?half of a");
        client.close();
      }
      await stillServes(server);
    },
  },
};

function logsNoError(server: Server): void {
  assert(!server.log.some((line) => line["severity"] === "ERROR"), "an error was logged");
}

for (const service of Object.keys(SERVICES)) {
  for (const [name, { args: own = [], run }] of Object.entries(CASES)) {
    testEachPlace(`--service ${service} ${name}`, async ({ args }) => {
      await using backend = await startBackend(service);
      await using server = await startServer(
        args("--service", service, ...upstreamOf(backend), ...own),
      );
      await run(server);
      logsNoError(server);
    });
  }
}

// All services at once: a silent connection takes a second or two to drain.
testEachMode("each service drains with an open connection", async ({ args }) => {
  await Promise.all(
    Object.keys(SERVICES).map(async (service) => {
      await using backend = await startBackend(service);
      await using server = await startServer(args("--service", service, ...upstreamOf(backend)));
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

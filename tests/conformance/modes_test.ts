/** What every mode must do: the cases are the same, only `--mode` differs. */
import { assertEquals } from "@std/assert";
import { MODES } from "../../src/modes/registry.ts";
import { Client } from "../helpers/client.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

interface Case {
  readonly args: readonly string[];
  run(server: Server): Promise<void>;
}

async function talk(server: Server, text: string): Promise<void> {
  using client = await Client.connect(server);
  await client.send(text);
  assertEquals(await client.receiveText(text.length), text);
}

async function stop(server: Server, ...signals: Deno.Signal[]): Promise<number> {
  for (const signal of signals) {
    server.kill(signal);
    await server.logged((line) => line["sluice.signal"] === signal);
  }
  return await server.exited;
}

const CASES: Record<string, Case> = {
  "serves clients one after another, and logs each once": {
    args: ["--service", "echo"],
    async run(server) {
      for (let i = 0; i < 20; i++) await talk(server, `client ${i}`);
      assertEquals(await stop(server, "SIGTERM"), 0);
      const closed = server.log.filter((line) => line.message === "Connection closed");
      assertEquals(closed.length, 20);
      const ids = new Set(closed.map((line) => line["sluice.connection.id"]));
      assertEquals(ids.size, 20);
    },
  },
  "serves all of 30 clients that come at once": {
    args: ["--service", "echo", "--max-connections", "5"],
    async run(server) {
      await Promise.all(Array.from({ length: 30 }, (_, i) => talk(server, `client ${i}`)));
    },
  },
  "goes on after clients that fail, are reset, or are too long": {
    args: ["--service", "zen"],
    async run(server) {
      for (const question of ["half a quest", "x".repeat(5000), "late?"]) {
        const client = await Client.connect(server);
        await client.send(question);
        client.close();
      }
      using client = await Client.connect(server);
      await client.send("Simple is better than?");
      assertEquals(await client.receiveUntil("."), "Complex.");
    },
  },
  "refuses beyond its limit in the service's words": {
    args: ["--service", "zen", "--max-connections", "1", "--workers", "1", "--overload", "refuse"],
    async run(server) {
      using first = await Client.connect(server);
      await first.send("x?");
      await first.receiveUntil(".");
      using second = await Client.connect(server);
      assertEquals(await second.receiveAll(), "Error: too many clients.");
    },
  },
  "ends a silent client at --idle-timeout": {
    args: ["--service", "echo", "--idle-timeout", "100ms"],
    async run(server) {
      using client = await Client.connect(server);
      assertEquals(await client.receiveAll(), "");
      await talk(server, "next");
    },
  },
  "finishes what is in flight on TERM": {
    args: ["--service", "zen"],
    async run(server) {
      using client = await Client.connect(server);
      await client.send("x?Beautiful is ");
      await client.receiveUntil(".");
      server.kill("SIGTERM");
      await server.logged((line) => line["sluice.signal"] === "SIGTERM");
      await client.send("better than?");
      assertEquals(await client.receiveUntil("."), "Ugly.");
      assertEquals(await server.exited, 0);
      assertEquals(server.log.at(-1)?.["sluice.connections.cut"], 0);
    },
  },
  "closes at once on a second signal": {
    args: ["--service", "zen"],
    async run(server) {
      using client = await Client.connect(server);
      await client.send("x?never finished");
      await client.receiveUntil(".");
      assertEquals(await stop(server, "SIGTERM", "SIGINT"), 130);
    },
  },
  "survives the signals that change nothing here": {
    args: ["--service", "echo"],
    async run(server) {
      for (const signal of ["SIGHUP", "SIGTTIN", "SIGTTOU"] as const) {
        server.kill(signal);
        await server.logged((line) => line["sluice.signal"] === signal);
      }
      await talk(server, "still here");
      await until(
        "the connection is logged",
        () => server.log.some((line) => line.message === "Connection closed"),
      );
    },
  },
};

for (const mode of Object.keys(MODES)) {
  for (const [name, { args, run }] of Object.entries(CASES)) {
    Deno.test(`--mode ${mode} ${name}`, async () => {
      await using server = await startServer(["--mode", mode, ...args]);
      await run(server);
    });
  }
}

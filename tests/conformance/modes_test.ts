/** What every mode must do; only `--mode` differs between runs. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { type ModeUnderTest, type Needs, testEachMode } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { talk } from "../helpers/talk.ts";
import { until } from "../helpers/until.ts";

interface Case {
  readonly args: readonly string[];
  readonly needs?: Needs;
  run(server: Server, mode: ModeUnderTest): Promise<void>;
}

async function stop(server: Server, ...signals: Deno.Signal[]): Promise<number> {
  for (const signal of signals) {
    server.kill(signal);
    await server.logged((line) => line["sluice.signal"] === signal);
  }
  return await server.exited;
}

/** Waits for `count` logged connections, checks that their ids are distinct, and returns the ids. */
async function connectionIds(server: Server, count: number): Promise<readonly string[]> {
  const closed = () => server.records("Connection closed");
  await until(`${count} connections are logged`, () => closed().length >= count);
  const ids = closed().map((line) => String(line["sluice.connection.id"]));
  assertEquals([ids.length, new Set(ids).size], [count, count]);
  return ids;
}

const CASES: Record<string, Case> = {
  "serves clients one after another, and logs and counts each once": {
    args: ["--service", "echo"],
    async run(server) {
      for (let i = 0; i < 20; i++) await talk(server, `client ${i}`);
      assertEquals(await stop(server, "SIGTERM"), 0);
      await connectionIds(server, 20);
      assertEquals(server.log.at(-1)?.["sluice.connections.accepted"], 20);
    },
  },
  "serves 30 clients at once with room for 5, and logs and counts each once": {
    args: ["--service", "echo", "--max-connections", "5"],
    async run(server) {
      await Promise.all(Array.from({ length: 30 }, (_, i) => talk(server, `client ${i}`)));
      await connectionIds(server, 30);
      assertEquals(await stop(server, "SIGTERM"), 0);
      assertEquals(server.log.at(-1)?.["sluice.connections.accepted"], 30);
    },
  },
  "gives concurrent clients distinct ids across its lanes": {
    args: ["--service", "echo"],
    needs: { clients: 20 },
    async run(server, { lanes, name }) {
      // The kernel chooses a process for each client, by chance: with 40, it may choose only one
      // of two in fewer than one of 10^11 runs.
      const count = name === "forked" ? 40 : 20;
      const clients = await Promise.all(
        Array.from({ length: count }, () => Client.connect(server)),
      );
      await Promise.all(clients.map(async (client) => {
        await client.send("x");
        assertEquals(await client.receiveText(1), "x");
      }));
      for (const client of clients) client.close();
      const ids = await connectionIds(server, count);
      const used = new Set(ids.map((id) => id.split("-")[0])).size;
      assert(used >= lanes, `${used} of ${lanes} lanes served clients`);
    },
  },
  "keeps serving after clients that reset or exceed a size limit": {
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
  "refuses a client beyond its limit with the service's own message": {
    args: ["--service", "zen", "--max-connections", "1", "--overload", "refuse"],
    needs: { limits: "exact" },
    async run(server) {
      using first = await Client.connect(server);
      await first.send("x?");
      await first.receiveUntil(".");
      using second = await Client.connect(server);
      assertEquals(await second.receiveAll(), "Error: too many clients.");
    },
  },
  "closes a silent connection at --idle-timeout": {
    args: ["--service", "echo", "--idle-timeout", "100ms"],
    async run(server) {
      using client = await Client.connect(server);
      assertEquals(await client.receiveAll(), "");
      // On a loaded machine, the next client may be silent for too long as well.
      await until(
        "the next client is served",
        () => talk(server, "next").then(() => true, () => false),
      );
    },
  },
  "finishes requests in flight on TERM": {
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
      assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
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
  "keeps serving after HUP, TTIN and TTOU": {
    args: ["--service", "echo"],
    async run(server, { name }) {
      for (const signal of ["SIGHUP", "SIGTTIN", "SIGTTOU"] as const) {
        server.kill(signal);
        await server.logged((line) => line["sluice.signal"] === signal);
      }
      await until("a client is served", async () => {
        try {
          await talk(server, "still here");
          return true;
        } catch (error) {
          // In forked, the connection may have been queued at the process that TTOU removes.
          if (name !== "forked") throw error;
          return false;
        }
      });
      await server.logged("Connection closed");
    },
  },
};

for (const [promise, { args: own, needs, run }] of Object.entries(CASES)) {
  testEachMode(promise, async (mode) => {
    await using server = await startServer(mode.args(...own));
    await run(server, mode);
  }, needs);
}

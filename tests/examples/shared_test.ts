import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Client } from "../helpers/client.ts";
import { type ModeUnderTest, testEachMode, testEachPlace, workers } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { ask } from "../helpers/talk.ts";

function startExample(name: string, args: readonly string[]): Promise<Server> {
  const path = fileURLToPath(import.meta.resolve(`../../examples/${name}`));
  return startServer(["--handler", path, ...args]);
}

const CLIENTS = 12;
const EACH = 25;

/** Resets the counter, has many clients add at once, and returns the final count. */
async function addFromAll(server: Server, command: string): Promise<number> {
  assertEquals(await ask(server, "RESET"), "0");
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    using client = await Client.connect(server);
    for (let i = 0; i < EACH; i++) {
      assertMatch(await client.ask(command), /^\d+\n$/);
    }
  }));
  return Number(await ask(server, "GET"));
}

for (
  const args of [
    workers("pooled", 4),
    ["--mode", "threaded", "--max-threads", String(CLIENTS + 4)],
  ]
) {
  const [, mode] = args;
  Deno.test(`--mode ${mode}: counter loses no addition from many threads under a lock`, async () => {
    await using server = await startExample("counter.ts", args);
    assertEquals(await addFromAll(server, "ADD"), CLIENTS * EACH);
  });

  Deno.test(`--mode ${mode}: counter loses additions without a lock`, async () => {
    await using server = await startExample("counter.ts", args);
    const count = await addFromAll(server, "ADD UNLOCKED");
    assert(count < CLIENTS * EACH, `none of ${CLIENTS * EACH} was lost`);
  });
}

/** Processes share no memory, so `forked` runs one. */
function oneProcess({ name, args }: ModeUnderTest): string[] {
  return args(...name === "forked" ? ["--workers", "1"] : []);
}

testEachMode("counter adds, resets, and rejects unknown commands", async (mode) => {
  await using server = await startExample("counter.ts", oneProcess(mode));
  using client = await Client.connect(server);
  await client.send("GET\nADD\nadd unlocked\r\nADD\nGET\nRESET\nGET\nSUBTRACT\n");
  assertEquals(await client.receiveText(14), "0\n1\n2\n3\n3\n0\n0\n");
  assertMatch(
    await client.receiveUntil("\n"),
    /^ERROR .*: expected ADD, ADD UNLOCKED, GET, RESET\n/,
  );
});

testEachMode("counter is shared by all clients", async (mode) => {
  await using server = await startExample("counter.ts", oneProcess(mode));
  for (let i = 1; i <= 8; i++) assertEquals(await ask(server, "ADD"), String(i));
});

for (const mode of ["pooled", "threaded"]) {
  Deno.test(`--mode ${mode}: --sandbox denies files, environment and programs, and allows the network`, async () => {
    await using server = await startExample("sandbox.ts", ["--mode", mode, "--sandbox"]);
    assertMatch(await ask(server, "FILE"), /^REFUSED NotCapable: Requires read access/);
    assertMatch(await ask(server, "ENV"), /^REFUSED NotCapable: Requires env access to "PATH"/);
    assertMatch(await ask(server, "RUN"), /^REFUSED NotCapable: Requires run access to "true"/);
    assertMatch(await ask(server, "NET"), /^OK /, "the network is allowed");
  });
}

for (const mode of ["single", "async", "forked"]) {
  Deno.test(`--mode ${mode}: --sandbox fails the start, because only threads can be sandboxed`, async () => {
    const outcome = await startExample("sandbox.ts", ["--mode", mode, "--sandbox"]).then(
      async (server) => {
        await server[Symbol.asyncDispose]();
        return "it serves";
      },
      (error: Error) => error.message,
    );
    assertMatch(outcome, /Cannot sandbox the handler in --mode/);
  });
}

testEachPlace(
  "sandbox may do everything without --sandbox, and rejects unknown commands",
  async ({ args }) => {
    await using server = await startExample("sandbox.ts", args());
    for (const attempt of ["FILE", "ENV", "RUN", "NET"]) {
      assertMatch(await ask(server, attempt), /^OK /, attempt);
    }
    assertMatch(await ask(server, "DISK"), /^ERROR .*: expected FILE, ENV, RUN, NET$/);
  },
);

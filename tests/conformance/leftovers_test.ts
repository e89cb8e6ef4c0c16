/** A server in `forked` mode leaves no process behind, however it ends. */
import { assertEquals, assertMatch } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { makeMark } from "../helpers/mark.ts";
import { workers } from "../helpers/modes.ts";
import { runMain, SERVER, startServer } from "../helpers/server.ts";
import { talk } from "../helpers/talk.ts";
import { until } from "../helpers/until.ts";

const FORKED = workers("forked", 3);

Deno.test("--mode forked leaves no process behind after TERM", async () => {
  const mark = makeMark();
  await using server = await startServer([...FORKED, "--service", "echo"], mark);
  assertEquals(mark.processes().length, 4);
  await talk(server, "hello");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(mark.processes(), []);
});

Deno.test("--mode forked leaves no process behind after a second signal", async () => {
  const mark = makeMark();
  await using server = await startServer([...FORKED, "--service", "zen"], mark);
  using client = await Client.connect(server);
  await client.send("x?never finished");
  await client.receiveUntil(".");
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    server.kill(signal);
    await server.logged((line) => line["sluice.signal"] === signal);
  }
  assertEquals(await server.exited, 130);
  assertEquals(mark.processes(), []);
});

/** Runs with a handler that executes `first` in the first process to load it, and `others` elsewhere. */
async function withHandler(
  first: string,
  others: string,
  run: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/handler.js`,
    `let isFirst = true;
    try { Deno.mkdirSync("${folder}/first"); } catch { isFirst = false; }
    if (isFirst) { ${first} } else { ${others} }
    export default { serve() {} };`,
  );
  await run(`${folder}/handler.js`);
  await Deno.remove(folder, { recursive: true });
}

const FAILED_STARTS: Record<string, [first: string, others: string]> = {
  "when one process fails": [`throw new Error("at import");`, ""],
  "when one process fails and the others hang": [`throw new Error("at import");`, "for (;;);"],
  "when all processes fail": [`throw new Error("at import");`, `throw new Error("at import");`],
};

for (const [name, [first, others]] of Object.entries(FAILED_STARTS)) {
  Deno.test(`--mode forked leaves no process behind ${name} to start`, async () => {
    const mark = makeMark();
    await withHandler(first, others, async (path) => {
      const { code, stderr } = await runMain([...FORKED, "--port", "0", "--handler", path], mark);
      assertEquals(code, 78);
      assertMatch(stderr, /^sluice: .*at import at [^\n]*\n$/);
      await mark.allGone();
    });
  });
}

Deno.test("--mode forked leaves no process behind after KILL, with idle and busy processes", async () => {
  const mark = makeMark();
  await using server = await startServer(
    [...FORKED, "--service", "zen", "--graceful-timeout", "200ms"],
    mark,
  );
  using client = await Client.connect(server);
  await client.send("x?never finished");
  await client.receiveUntil(".");
  server.kill("SIGKILL");
  await server.exited;
  await mark.allGone();
});

Deno.test("--mode forked leaves no process behind after KILL during start", async () => {
  const mark = makeMark();
  const [program = "", ...args] = [...SERVER, ...FORKED, "--port", "0"];
  for (const count of [1, 2, 4]) {
    const child = new Deno.Command(program, {
      args,
      env: mark.env,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until(`${count} processes run`, () => mark.processes().length >= count);
    child.kill("SIGKILL");
    await child.status;
    await mark.allGone();
  }
});

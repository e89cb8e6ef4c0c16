/** What a server in `forked` mode leaves behind, however it ends: no process. */
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

/** A handler that is another in the first of all processes that load it. */
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
  "in which one process fails": [`throw new Error("at import");`, ""],
  "in which one process fails and the others hang": [`throw new Error("at import");`, "for (;;);"],
  "in which all processes fail": [`throw new Error("at import");`, `throw new Error("at import");`],
};

for (const [name, [first, others]] of Object.entries(FAILED_STARTS)) {
  Deno.test(`--mode forked leaves no process behind after a start ${name}`, async () => {
    const mark = makeMark();
    await withHandler(first, others, async (path) => {
      const { code, stderr } = await runMain([...FORKED, "--port", "0", "--handler", path], mark);
      assertEquals(code, 78);
      assertMatch(stderr, /^sluice: .*at import\n$/);
      await mark.allGone();
    });
  });
}

Deno.test("--mode forked leaves no process behind after KILL, idle or in the middle of a request", async () => {
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

Deno.test("--mode forked leaves no process behind after KILL during its start", async () => {
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
    await until(`${count} processes are there`, () => mark.processes().length >= count);
    child.kill("SIGKILL");
    await child.status;
    await mark.allGone();
  }
});

/** What a server that gives up leaves in the folder for what outlives it. */
import { assertEquals, assertMatch } from "@std/assert";
import { makeHandler } from "../../helpers/handlers.ts";
import { workers } from "../../helpers/modes.ts";
import { nextServer } from "../../helpers/respawn.ts";
import { startServer } from "../../helpers/server.ts";
import { StateFolder } from "../../helpers/state_folder.ts";

Deno.test("a server that cannot keep its workers alive reports that, and the one that its parent starts next announces it", async () => {
  await using state = new StateFolder();
  const folder = await Deno.makeTempDir();
  // Its workers die in the first server only.
  await using handler = await makeHandler(
    `const path = ${JSON.stringify(`${folder}/first`)};
    try {
      Deno.writeTextFileSync(path, String(Deno.pid), { createNew: true });
    } catch { // Written before.
    }
    const isFirst = Deno.readTextFileSync(path) === String(Deno.pid);
    const die = () => { throw new Error("dies young"); };
    export default {
      // Once it is ready.
      start: () => void (isFirst && setTimeout(die, 500)),
      async serve(c) { while (await c.read()); },
    };`,
  );
  await using server = await startServer([
    ...[...workers("pooled", 1), ...handler.args, ...state.args, "--respawn"],
  ]);
  const restart = await server.logged("Started again");
  assertEquals(
    restart.message,
    "Started again: the server before this one has exited with code 70",
  );
  const record = await server.logged("The server crashed at");
  assertMatch(record.message, /Cannot keep the workers alive: .*dies young/);
  const reports = await state.reports(1);
  const failed = reports.filter(({ kind }) => kind === "server_failed");
  assertEquals(failed.map(({ exit }) => exit?.code), [70]);
  await nextServer(server, Number(restart["sluice.crashed.pid"]));
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  await Deno.remove(folder, { recursive: true });
});

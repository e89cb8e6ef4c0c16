/** Handlers that compute while they start, and `--start-timeout`. */
import { assertEquals } from "@std/assert";
import { makeHandler, makeVersionHandler } from "../../helpers/handlers.ts";
import { failsToReload, failsToStart, LOOPS, SIX_SECONDS } from "../../helpers/late_start.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { statusFile } from "../../helpers/status.ts";
import { ask } from "../../helpers/talk.ts";
import { until } from "../../helpers/until.ts";

// Nothing can interrupt a loop on the main thread.
Deno.test("a handler that loops ends the start with 70 after --start-timeout, in threads and processes", async () => {
  await using handler = await makeHandler(LOOPS.source);
  // Only two loops at once, so that the others load in time.
  await failsToStart([...workers("threaded"), ...handler.args], LOOPS.says);
  await Promise.all(
    ["pooled", "forked"].map((mode) =>
      failsToStart([...workers(mode, 1), ...handler.args], LOOPS.says)
    ),
  );
});

for (const mode of ["threaded", "pooled"]) {
  Deno.test(`--mode ${mode}: threads that are stuck in their start refuse reloads, and do not end the server`, async () => {
    await using handler = await makeVersionHandler();
    await using status = await statusFile();
    const options = [...SIX_SECONDS, "--max-hung-threads", "2", ...status.args];
    await using server = await startServer([...workers(mode, 4), ...handler.args, ...options]);
    await handler.write(1, LOOPS.source);
    for (const stuck of [1, 2]) {
      await failsToReload(server, LOOPS.says);
      await until(
        "it is told how many are stuck",
        () => server.records("Worker stuck").at(-1)?.["sluice.workers.stuck"] === stuck,
      );
    }
    await failsToReload(
      server,
      "found 2 threads that are stuck in their start and cannot be ended",
    );
    await status.says(
      "what is stuck",
      ({ lanes, totals }) =>
        lanes.filter(({ state }) => state === "hung").length === 2 && totals.hung === 0,
    );
    for (let i = 0; i < 10; i++) assertEquals(await ask(server, "x"), "0 0 x");
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  });
}

Deno.test("a worker may take longer than --worker-timeout to start, as a thread and as a process", async () => {
  await using handler = await makeHandler(
    `const end = Date.now() + 3000; while (Date.now() < end); export default { serve() {} };`,
  );
  await Promise.all(["pooled", "forked"].map(async (mode) => {
    await using server = await startServer([
      ...[...workers(mode, 1), ...handler.args],
      ...["--worker-timeout", "1s", "--start-timeout", "0"],
    ]);
    assertEquals(server.records("Worker hung"), [], mode);
  }));
});

Deno.test("a thread that is no longer needed while it loops in its start is not forgotten", async () => {
  await using handler = await makeHandler("export default { serve() {} };");
  await using status = await statusFile();
  const args = [...workers("pooled", 1), ...handler.args, ...SIX_SECONDS, ...status.args];
  await using server = await startServer(args);
  const begun = `${handler.path}.begun`;
  await Deno.writeTextFile(
    handler.path,
    `Deno.writeTextFileSync(${JSON.stringify(begun)}, ""); ${LOOPS.source}`,
  );
  server.kill("SIGTTIN");
  await until("it loops", () => Deno.stat(begun).then(() => true, () => false));
  await Deno.remove(begun);
  server.kill("SIGTTOU");
  await server.logged("Worker stuck in its start");
  await status.says(
    "it is kept, and the other one serves",
    ({ lanes }) => String(lanes.map((lane) => lane.state)) === "ready,hung",
  );
});

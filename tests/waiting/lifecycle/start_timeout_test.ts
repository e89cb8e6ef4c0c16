/** Handlers that wait while they start, and `--start-timeout`. */
import { assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { makeHandler } from "../../helpers/handlers.ts";
import {
  failsToStart,
  IS_A_PROMISE,
  SIX_SECONDS,
  WAITS,
  WAITS_IN_START,
} from "../../helpers/late_start.ts";
import { OF_EACH_PLACE, workers } from "../../helpers/modes.ts";
import { childrenOf } from "../../helpers/process.ts";
import { launchServer } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";

const SECOND = ["--start-timeout", "1s"];

// Servers that wait are started together: they take no processor time.
for (const [name, { source, says }] of Object.entries({ WAITS, WAITS_IN_START })) {
  const where = name === "WAITS" ? "at the top level" : "in start()";
  Deno.test(`a handler that waits ${where} ends the start with 70 after --start-timeout, wherever its lanes run`, async () => {
    await using handler = await makeHandler(source);
    await Promise.all(
      OF_EACH_PLACE.map((mode) => failsToStart([...workers(mode, 1), ...handler.args], says)),
    );
  });
}

Deno.test("a handler that is a thenable ends the start with 70 after --start-timeout", async () => {
  await using handler = await makeHandler(IS_A_PROMISE.source);
  await failsToStart(handler.args, IS_A_PROMISE.says);
});

Deno.test("check ends with 70 if the handler is not ready within --start-timeout", async () => {
  await using handler = await makeHandler(WAITS.source);
  await using check = launchServer(["--check", ...handler.args, ...SECOND]);
  assertEquals(await check.exited, 70);
  assertMatch(
    check.stderr,
    /^sluice: Cannot use the handler [^\n]*not loaded within --start-timeout 1s[^\n]*\n$/,
  );
});

async function startsAfterStop(mode: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  await using handler = await makeHandler(
    `console.error("loading");
    const exists = () => { try { return Deno.statSync("${folder}/go").isFile; } catch { return false; } };
    while (!exists()) await new Promise((resolve) => setTimeout(resolve, 5));
    export default { serve() {} };`,
  );
  const args = [...workers(mode, 1), ...handler.args, ...SIX_SECONDS];
  await using server = launchServer([...args, "--worker-timeout", "0"]);
  await until("it loads", () => server.records("loading").length > 0);
  const processes = [server.pid, ...childrenOf(server.pid)];
  for (const pid of processes) Deno.kill(pid, "SIGSTOP");
  await delay(6500);
  for (const pid of processes) Deno.kill(pid, "SIGCONT");
  await Deno.writeTextFile(`${folder}/go`, "");
  await server.logged("Serving");
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  await Deno.remove(folder, { recursive: true });
}

Deno.test("a start goes on after its processes were stopped for longer than --start-timeout, wherever its lanes run", async () => {
  await Promise.all(OF_EACH_PLACE.map(startsAfterStop));
});

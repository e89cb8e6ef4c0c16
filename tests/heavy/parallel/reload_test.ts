import { assertEquals } from "@std/assert";
import { makeVersionHandler } from "../../helpers/handlers.ts";
import { startLoad } from "../../helpers/load.ts";
import { workers } from "../../helpers/modes.ts";
import { startServer } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";

const RELOADS = 4;
const BROKEN = 2;

// In the other modes, tests/lifecycle/reload_test.ts and reload_requests_test.ts do much the same.
for (const mode of ["async", "forked"]) {
  Deno.test(`--mode ${mode}: ${RELOADS} reloads under load refuse, reset and kill no connection`, async () => {
    await using handler = await makeVersionHandler();
    await using server = await startServer([...workers(mode), ...handler.args]);
    const versions = new Set<string>();
    const load = startLoad(server, {
      short: 4,
      long: 8,
      pause: 5,
      isRight(answer, line) {
        versions.add(answer.split(" ")[0] ?? "");
        return answer.endsWith(` ${line}`);
      },
    });
    const serves = (version: number) =>
      until(`version ${version} serves`, () => versions.has(String(version)));
    await serves(0);
    const outcomes = () =>
      server.records("Reloaded").length + server.records("Cannot reload").length;
    for (let i = 1; i <= RELOADS; i++) {
      // A broken version in the middle is logged and has no other effect.
      await (i === BROKEN ? handler.write(i, "export default {") : handler.write(i));
      server.kill("SIGHUP");
      await until(`reload ${i} is over`, () => outcomes() === i);
      // Before the next one may take its place.
      if (i !== BROKEN) await serves(i);
    }
    await until("many exchanges were made", () => load.exchanges > 1000);
    await load.stop();
    assertEquals(load.failures, []);
    assertEquals(versions.size, RELOADS, [...versions].join(" "));
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(server.log.at(-1)?.["sluice.connections.killed"], 0);
  });
}

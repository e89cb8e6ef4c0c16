/**
 * A bounded part of the chaos suite: every mode once, and the executable if there is one.
 * `deno task chaos --help` says how to run more of it. Memory is judged only by longer runs: that
 * takes six quiet windows, and these runs have two or three.
 */
import { assertEquals } from "@std/assert";
import { CHAOS_MODES, type ChaosMode, serverUnderTest } from "./options.ts";
import { report, violated } from "./report.ts";
import { runChaos } from "./run.ts";

/** Milliseconds for each mode; the start, the last quiet window and the end come on top. */
const DURATION = 12_000;
/** What decides the choices; CHAOS_SEED overrides it. */
const SEED = Number(Deno.env.get("CHAOS_SEED") ?? 12);
const EXECUTABLE = decodeURIComponent(new URL("../../../dist/sluice", import.meta.url).pathname);

/** A server to disturb: a name for the test, the mode and the command. */
type Server = readonly [name: string, mode: ChaosMode, command: readonly string[]];

const servers: Server[] = CHAOS_MODES.map((mode) => [`--mode ${mode}`, mode, serverUnderTest()]);
if (Deno.env.get("SERVER_UNDER_TEST") === undefined && exists(EXECUTABLE)) {
  servers.push(["dist/sluice --mode pooled", "pooled", [EXECUTABLE]]);
}

// Two at a time: they mostly wait.
for (let i = 0; i < servers.length; i += 2) {
  const pair = servers.slice(i, i + 2);
  const names = pair.map(([name]) => name).join(" and ");
  Deno.test(`${names}: the invariants hold under chaos with seed ${SEED}`, async () => {
    const worlds = await Promise.all(pair.map(([, mode, command]) =>
      runChaos({
        ...{ mode, command, duration: DURATION, seed: SEED, rate: null, log: null },
        ...{ isVerbose: false, only: [], without: [], tolerate: [] },
      })
    ));
    const found = worlds.flatMap(violated);
    assertEquals(found, [], worlds.flatMap((world) => report(world)).join("\n"));
  });
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

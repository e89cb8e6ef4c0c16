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

function testMode(name: string, mode: ChaosMode, command: readonly string[]): void {
  Deno.test(`${name}: the invariants hold under chaos with seed ${SEED}`, async () => {
    const world = await runChaos({
      ...{ mode, command, duration: DURATION, seed: SEED, rate: null, log: null, isVerbose: false },
      ...{ only: [], without: [], tolerate: [] },
    });
    assertEquals(violated(world), [], report(world).join("\n"));
  });
}

for (const mode of CHAOS_MODES) testMode(`--mode ${mode}`, mode, serverUnderTest());

if (Deno.env.get("SERVER_UNDER_TEST") === undefined && exists(EXECUTABLE)) {
  testMode("dist/sluice --mode pooled", "pooled", [EXECUTABLE]);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

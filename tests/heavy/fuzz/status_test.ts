import { EXIT } from "../../../src/base/exit.ts";
import { reportStatus } from "../../../src/cli/status.ts";
import { COUNT_NAMES } from "../../../src/lane/counts.ts";
import { STATES } from "../../../src/lane/row.ts";
import type { Random } from "../../../src/load/random.ts";
import { character, fuzz, mutate, oddNumber } from "../../helpers/fuzz.ts";
import { assertPrintable, orUsersError, SPLINTERS } from "../../helpers/settings_fuzz.ts";

const folder = await Deno.makeTempDir();
const path = `${folder}/status.json`;
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

Deno.test("fuzz: a status file is refused in one line, or shown without control characters", async () => {
  await fuzz("status files", 2_000, async (random) => {
    const text = JSON.stringify(status(random), null, random.pick([0, 2]));
    await Deno.writeTextFile(path, random.percent(60) ? text : mutate(random, text, SPLINTERS));
    const codes = [EXIT.noInput, EXIT.config];
    const shown = await orUsersError(codes, () => reportStatus(path));
    if (shown !== null) shown.text.split("\n").forEach(assertPrintable);
  });
});

Deno.test("fuzz: a status file of any bytes is refused in one line", async () => {
  await fuzz("status files of bytes", 1_000, async (random) => {
    await Deno.writeFile(path, random.bytes(random.below(100)));
    await orUsersError([EXIT.config], () => reportStatus(path));
  });
});

function status(random: Random): unknown {
  return {
    time: value(random, random.pick(["2026-01-31T11:59:59.500Z", "2026-02-30T25:00:00Z"])),
    mode: value(random, "forked"),
    service: value(random, "echo"),
    pid: value(random, 4711),
    uptime_s: value(random, 11_543.2),
    generation: value(random, 2),
    failed_generation: random.pick<unknown>([
      null,
      { generation: value(random, 3), reason: value(random, "Cannot load app.ts") },
    ]),
    lanes: value(random, Array.from({ length: random.below(3) }, () => lane(random))),
    totals: { ...counts(random), crashed: 0, hung: value(random, 1), recycled: 2 },
    upstreams: value(random, Array.from({ length: random.below(3) }, () => upstream(random))),
  };
}

function upstream(random: Random): unknown {
  return {
    name: value(random, "api"),
    balance: value(random, "p2c"),
    backends: value(random, Array.from({ length: random.below(3) }, () => backend(random))),
    totals: {
      backends: value(random, 2),
      available: value(random, 1),
      in_flight: 3,
      connects: value(random, 10),
      failures: 0,
    },
  };
}

function backend(random: Random): unknown {
  const time = "2026-01-31T11:59:59.500Z";
  const reason = value(random, random.pick([null, "connection refused"]));
  return {
    address: value(random, "10.0.0.1:8080"),
    state: value(random, random.pick(["up", "down", "draining"])),
    reason,
    since: value(random, random.pick([null, time])),
    weight: value(random, 1),
    backup: random.pick([true, false]),
    max: value(random, 0),
    in_flight: value(random, 2),
    connects: value(random, 100),
    failures: value(random, 1),
    ejected_until: value(random, random.pick([null, time])),
    latency_ms: value(random, random.pick([null, 1.5])),
    last_check: random.pick<unknown>([
      null,
      { result: random.pick(["ok", "failed", "drain"]), reason, duration_ms: value(random, 2) },
    ]),
  };
}

function lane(random: Random): unknown {
  return {
    ...counts(random),
    lane: value(random, 7),
    place: value(random, random.pick(["here", "thread", "process"])),
    state: value(random, random.pick(STATES as unknown as [string])),
    generation: value(random, 2),
    pid: value(random, 4712),
    heartbeat_age_ms: value(random, 12.4),
    busy: value(random, 0.354),
  };
}

function counts(random: Random): Record<string, unknown> {
  return Object.fromEntries(COUNT_NAMES.map((name) => [name, value(random, random.below(1e6))]));
}

/** Mostly the usual value; sometimes one of another type, or an odd one. */
function value(random: Random, usual: unknown): unknown {
  if (random.percent(97)) return usual;
  return random.pick<unknown>([
    ...[null, true, [], {}, "", -1, 0.5, 1e308, -1e308, Number(oddNumber(random))],
    ...[random.pick(SPLINTERS), character(random), "x".repeat(2000)],
  ] as [unknown, ...unknown[]]);
}

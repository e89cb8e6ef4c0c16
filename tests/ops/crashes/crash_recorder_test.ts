import { assertEquals, assertRejects } from "@std/assert";
import { RecentRecords } from "../../../src/log/recent_records.ts";
import { CrashRecorder } from "../../../src/ops/crashes/crash_recorder.ts";
import { LossLimit, MOST_LOSSES, WINDOW } from "../../../src/ops/crashes/loss_limit.ts";
import { changedOptions, lastRecords, servingOf } from "../../../src/ops/crashes/scene.ts";
import { sampleStatus } from "../../helpers/sample_status.ts";
import { SILENT } from "../../helpers/supervision.ts";
import { StateFolder } from "../../helpers/state_folder.ts";

function open(state: StateFolder): Promise<CrashRecorder> {
  return CrashRecorder.open({
    state: state.path,
    log: SILENT,
    recent: new RecentRecords(),
    mode: "pooled",
    service: "echo",
    options: () => ({}),
    before: null,
  });
}

const LOSS = {
  ...{ kind: "crashed", place: "thread", worker: 1, generation: 0, pid: 1 } as const,
  ...{ age: 5, open: 1, accepted: 2, requests: 3, current: null, silence: 0 },
};

Deno.test("CrashRecorder reports a crash loop with a few reports, the last of which counts the rest", async () => {
  await using state = new StateFolder();
  {
    await using recorder = await open(state);
    recorder.follow({
      read: () => sampleStatus(),
      connections: () => Promise.resolve({ total: 0, connections: [], silent_lanes: [] }),
    });
    for (let i = 0; i < 1000; i++) recorder.lost({ ...LOSS, error: new Error(`boom ${i}`) });
  }
  const reports = await state.reports(MOST_LOSSES + 1);
  assertEquals(reports.map(({ count }) => count).sort((a, b) => a - b), [
    ...Array(MOST_LOSSES).fill(1),
    1000 - MOST_LOSSES,
  ]);
  assertEquals(reports.find(({ count }) => count > 1)?.error?.message, "boom 999");
  assertEquals(state.names("running"), []);
});

Deno.test("CrashRecorder leaves its file to the next one if the server fails, which announces that", async () => {
  await using state = new StateFolder();
  {
    await using recorder = await open(state);
    assertEquals(recorder.last, null);
    recorder.failed(new Error("no luck"), true);
    recorder.failed(new Error("again"), false);
  }
  await using recorder = await open(state);
  assertEquals(recorder.last?.reason, "Cannot keep the workers alive: no luck");
  assertEquals((await state.reports(1)).length, 1);
});

Deno.test("CrashRecorder.open() throws if the folder cannot be written", async () => {
  await using state = new StateFolder();
  await Deno.writeTextFile(`${state.path}/running`, "in the way");
  await assertRejects(() => open(state), Deno.errors.AlreadyExists);
});

Deno.test("LossLimit lets some through within a minute, and tells the rest when that is over", () => {
  const limit = new LossLimit<number>();
  const admitted = Array.from({ length: MOST_LOSSES + 2 }, (_, i) => limit.admits(i, i));
  assertEquals(admitted.filter((is) => is).length, MOST_LOSSES);
  assertEquals(limit.rest(WINDOW - 1), null);
  assertEquals(limit.rest(WINDOW), { last: MOST_LOSSES + 1, count: 2 });
  assertEquals(limit.rest(WINDOW), null);
  assertEquals(limit.admits(0, WINDOW), true);
});

Deno.test("a scene has the options that are set, requests without their queries, and records up to a limit", () => {
  const setting = (value: string, source: string) => ({ value, source });
  const settings = { mode: setting("async", "default"), port: setting("1", "flag --port") };
  const tables = { upstreams: {}, routes: [] };
  assertEquals(changedOptions({ settings, ...tables }), { port: "1" });
  const one = { id: "0-1", lane: 0, peer: "unix", age_s: 1, phase: "serving" as const, phase_s: 1 };
  const rest = { bytes_in: 0, bytes_out: 0, requests: 1, upstream: null };
  const connections = [{ ...one, ...rest, request: "GET /a?password=b" }];
  const serving = servingOf({ total: 1, connections, silent_lanes: [] });
  assertEquals(serving.connections[0]?.request, "GET /a?...");
  const long = "x".repeat(2000);
  const records = Array.from({ length: 100 }, (_, number) => ({
    number,
    time: "2026-11-30T00:00:00Z",
    level: "error" as const,
    message: `${number}`,
    attributes: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${i}`, long])),
  }));
  const last = lastRecords(records);
  assertEquals([last.length, last.at(-1)?.message], [3, "99"]);
});

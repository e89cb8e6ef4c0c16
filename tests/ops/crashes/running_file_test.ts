import { assert, assertEquals } from "@std/assert";
import { ownIdentity } from "../../../src/base/process_identity.ts";
import { CrashFolder } from "../../../src/ops/crashes/crash_folder.ts";
import { reportLost, unreported } from "../../../src/ops/crashes/lost_servers.ts";
import type { ProcessEnd } from "../../../src/ops/crashes/make_report.ts";
import type { Running } from "../../../src/ops/crashes/report.ts";
import { findLost, RunningFile } from "../../../src/ops/crashes/running_file.ts";
import { firstScene } from "../../../src/ops/crashes/scene.ts";
import type { LastCrash } from "../../../src/ops/status/status.ts";
import { StateFolder } from "../../helpers/state_folder.ts";
import { SILENT } from "../../helpers/supervision.ts";

const SCENE = firstScene({ mode: "async", service: "echo", options: {} });

/** Looks for servers that are gone. @param before What a parent tells. */
function look(state: StateFolder, before: ProcessEnd | null = null): Promise<LastCrash | null> {
  return reportLost({ state: state.path, log: SILENT, before }, new CrashFolder(state.path));
}

/** Leaves the file of a server that is gone, as given. */
function leave(
  state: StateFolder,
  given: Partial<Running> | string,
  name = "4711-0123abcd",
): void {
  const running: Running = {
    ...{ format: 1, process: ownIdentity(), locked: true, report: null, scene: SCENE },
    ...typeof given === "string" ? {} : given,
  };
  Deno.mkdirSync(`${state.path}/running`, { recursive: true });
  const text = typeof given === "string" ? given : JSON.stringify(running);
  Deno.writeTextFileSync(`${state.path}/running/${name}.json`, text);
}

Deno.test("findLost() leaves servers alone that are alive, two in one folder, and finds nothing after their end", async () => {
  await using state = new StateFolder();
  const [one, two] = [
    await RunningFile.open(state.path, SCENE),
    await RunningFile.open(state.path, SCENE),
  ];
  assertEquals(state.names("running").length, 4);
  assertEquals(await findLost(state.path), []);
  await one.remove();
  assertEquals(await findLost(state.path), []);
  await two.remove();
  assertEquals(state.names("running"), []);
});

Deno.test("findLost() finds a server whose id another process has now, since its lock is free", async () => {
  await using state = new StateFolder();
  leave(state, {});
  const [lost] = await findLost(state.path);
  assertEquals(lost?.running?.process.pid, Deno.pid);
  assertEquals(await findLost(state.path), [], "another server takes it, too");
  await lost?.forget();
  assertEquals(state.names("running"), []);
});

Deno.test("findLost() asks for the process where there were no locks: by its start and the run of the machine", async () => {
  await using state = new StateFolder();
  const process = ownIdentity();
  leave(state, { locked: false });
  assertEquals(await findLost(state.path), [], "it is alive");
  leave(state, { locked: false, process: { ...process, ticks: (process.ticks ?? 0) - 1 } });
  const found = await findLost(state.path);
  assertEquals(found.map(({ isBeforeBoot }) => isBeforeBoot), [false]);
  found.forEach((lost) => lost.keep());
  leave(state, { locked: false, process: { ...process, boot: "another" } });
  const others = await findLost(state.path);
  assertEquals(others.map(({ isBeforeBoot }) => isBeforeBoot), [true]);
  others.forEach((lost) => lost.keep());
});

Deno.test("reportLost() tells a machine that was started anew from a server that died", async () => {
  await using state = new StateFolder();
  leave(state, { process: { ...ownIdentity(), boot: "another" } });
  const last = await look(state);
  assertEquals(last?.kind, "machine_rebooted");
  assertEquals(state.names("running"), []);
  assertEquals(state.names("crashes").length, 1);
});

Deno.test("reportLost() reports a server whose file is damaged, without what it knew", async () => {
  await using state = new StateFolder();
  leave(state, '{"format":1,"process":{"pi');
  Deno.writeTextFileSync(`${state.path}/running/4711-0123abcd.json.4711.new`, "a draft");
  const unknown = await unreported(state.path);
  assertEquals(unknown.map(({ id, report }) => [id, report?.scene]), [["4711-0123abcd", null]]);
  const last = await look(state);
  assertEquals(last?.kind, "server_died");
  const [report] = await state.reports(1);
  assertEquals(report?.scene, null);
  assertEquals(state.names("running"), []);
});

Deno.test("reportLost() adds what the parent knows of its child, and reports one that has left nothing", async () => {
  await using state = new StateFolder();
  const time = "2026-11-30T00:00:00.000Z";
  const end = { pid: Deno.pid, code: null, signal: "SIGKILL", time };
  leave(state, {});
  const last = await look(state, end);
  assertEquals(last?.time, time);
  assert(last?.reason.startsWith("The server was killed by SIGKILL"), last?.reason);
  const [first] = await state.reports(1);
  assertEquals(first?.exit, { code: null, signal: "SIGKILL" });
  assertEquals((await look(state, end))?.kind, "server_died");
  const [, second] = await state.reports(2);
  assertEquals([second?.scene, second?.exit], [null, first?.exit]);
});

Deno.test("reportLost() announces the report that a server has made of its own failure, and makes no second one", async () => {
  await using state = new StateFolder();
  const folder = new CrashFolder(state.path);
  leave(state, {});
  await look(state);
  const [id = ""] = await folder.ids();
  leave(state, { report: id });
  const last = await look(state);
  assertEquals(last?.report, `${folder.path}/${id}.json`);
  assertEquals(state.names("crashes").length, 1);
});

Deno.test("reportLost() leaves the file for the next start if the report cannot be written", async () => {
  await using state = new StateFolder();
  leave(state, {});
  Deno.writeTextFileSync(`${state.path}/crashes`, "in the way");
  const last = await look(state);
  assertEquals([last?.kind, last?.report], ["server_died", null]);
  assert(state.names("running").includes("4711-0123abcd.json"));
});

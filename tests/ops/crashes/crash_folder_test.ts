import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ExitError } from "../../../src/base/exit.ts";
import { showCrashes } from "../../../src/cli/crashes.ts";
import { CrashFolder, MOST_REPORTS } from "../../../src/ops/crashes/crash_folder.ts";
import { failureReport } from "../../../src/ops/crashes/make_report.ts";
import { firstScene } from "../../../src/ops/crashes/scene.ts";
import { StateFolder } from "../../helpers/state_folder.ts";

const SCENE = firstScene({ mode: "async", service: "echo", options: {} });

/** A report of a crash at so many milliseconds after the epoch. */
function reportAt(time: number) {
  return {
    ...failureReport(new Error("no luck"), true, SCENE),
    time: new Date(time).toISOString(),
  };
}

Deno.test("CrashFolder keeps the newest reports, and numbers those of the same moment", async () => {
  await using state = new StateFolder();
  const folder = new CrashFolder(state.path);
  assertEquals(await folder.ids(), []);
  for (let i = 0; i < MOST_REPORTS + 3; i++) await folder.add(reportAt(i));
  const last = reportAt(MOST_REPORTS + 2);
  await Promise.all([folder.add(last), folder.add(last)]);
  const ids = await folder.ids();
  assertEquals(ids.length, MOST_REPORTS);
  assertEquals(ids.slice(0, 4), [
    "1970-01-01T00-00-00.052Z-server_failed-3",
    "1970-01-01T00-00-00.052Z-server_failed-2",
    "1970-01-01T00-00-00.052Z-server_failed-1",
    "1970-01-01T00-00-00.051Z-server_failed-1",
  ]);
  assertEquals((await folder.read(ids[0] ?? "")).report, last);
});

Deno.test("CrashFolder lists damaged files as such: cut off, empty, of another shape, no file", async () => {
  await using state = new StateFolder();
  const folder = new CrashFolder(state.path);
  const { path, id } = await folder.add(reportAt(0));
  const text = await Deno.readTextFile(path);
  const damages = { [text.slice(0, 100)]: /cut off/, "": /empty/, '{"format":1}': /no valid kind/ };
  for (const [damaged, expected] of Object.entries(damages)) {
    await Deno.writeTextFile(path, damaged);
    const { report, damage } = await folder.read(id);
    assertEquals(report, null);
    assertMatch(damage ?? "", expected);
  }
  const json = { stateDir: state.path, json: false };
  const error = await assertRejects(() => showCrashes("last", json), ExitError);
  assertEquals(error.exitCode, 78);
  await Deno.remove(path);
  assertMatch((await folder.read(id)).damage ?? "", /no such file/);
});

Deno.test("sluice crashes refuses a folder and a report that are not there with 66", async () => {
  await using state = new StateFolder();
  const json = { stateDir: state.path, json: false };
  for (
    const run of [
      () => showCrashes("", { ...json, stateDir: `${state.path}/nowhere` }),
      () => showCrashes("last", json),
      () => showCrashes("2026", json),
    ]
  ) {
    assertEquals((await assertRejects(run, ExitError)).exitCode, 66);
  }
  const folder = new CrashFolder(state.path);
  await folder.add(reportAt(0));
  await folder.add(reportAt(1));
  const several = await assertRejects(() => showCrashes("1970", json), ExitError);
  assertMatch(several.message, /2 begin with "1970", expected one, such as 1970-/);
});

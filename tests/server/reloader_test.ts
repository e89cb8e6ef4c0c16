import { assertEquals } from "@std/assert";
import { Reloader } from "../../src/server/reloader.ts";
import type { Server } from "../../src/server/server.ts";
import type { Settings } from "../../src/settings/options.ts";
import { settingsWith } from "../helpers/settings.ts";
import { recordingLog } from "../helpers/supervision.ts";
import { until } from "../helpers/until.ts";

/** A reloader of a server whose settings and reloads end when told so. */
async function makeReloader() {
  const { log, records } = recordingLog();
  const settings = await settingsWith({});
  const [loaded, reloaded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const steps: string[] = [];
  const server = {
    supervisor: { generation: 1, lanes: [] },
    async reload(load: () => Promise<Settings>) {
      const settings = await load();
      steps.push("reload");
      await reloaded.promise;
      return settings;
    },
  };
  const load = async () => {
    steps.push("load");
    await loaded.promise;
    return { ...settings, port: 1 };
  };
  const reloader = new Reloader(server as unknown as Server, settings, load, log);
  return { reloader, records, steps, load: loaded.resolve, reload: reloaded.resolve };
}

Deno.test("Reloader neither reloads nor logs after it is disposed of", async () => {
  const { reloader, records, steps } = await makeReloader();
  reloader[Symbol.dispose]();
  reloader.request();
  await Promise.resolve();
  assertEquals([records, steps], [[], []]);
});

Deno.test("Reloader does not go on with a reload whose settings come after it is disposed of", async () => {
  const { reloader, records, steps, load } = await makeReloader();
  reloader.request();
  await until("it loads the settings", () => steps.length > 0);
  reloader[Symbol.dispose]();
  load();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assertEquals([records, steps], [[], ["load"]]);
});

Deno.test("Reloader does not report a reload that ends after it is disposed of", async () => {
  const { reloader, records, steps, load, reload } = await makeReloader();
  reloader.request();
  load();
  await until("it reloads", () => steps.includes("reload"));
  reloader[Symbol.dispose]();
  reload();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assertEquals(records, ["Some settings change only on restart and keep their values"]);
});

Deno.test("Reloader reloads at once when called, joined by requests that wait, and tells that it succeeded", async () => {
  const { reloader, records, steps, load, reload } = await makeReloader();
  load();
  reload();
  reloader.request();
  assertEquals(await Promise.all([reloader.reload(), reloader.reload()]), [null, null]);
  assertEquals(steps, ["load", "reload"]);
  assertEquals(records.at(-1), "Reloaded");
  assertEquals(reloader.settings.port, null);
  reloader[Symbol.dispose]();
});

Deno.test("Reloader reloads once more for a call during a reload", async () => {
  const { reloader, steps, load, reload } = await makeReloader();
  const first = reloader.reload();
  await until("it loads the settings", () => steps.length > 0);
  const second = reloader.reload();
  load();
  reload();
  assertEquals(await Promise.all([first, second]), [null, null]);
  assertEquals(steps, ["load", "reload", "load", "reload"]);
  reloader[Symbol.dispose]();
});

Deno.test("Reloader tells callers that the server stops, also those that wait", async () => {
  const { reloader, steps, load } = await makeReloader();
  const first = reloader.reload();
  await until("it loads the settings", () => steps.length > 0);
  const second = reloader.reload();
  reloader[Symbol.dispose]();
  load();
  const expected = "The server is stopping";
  assertEquals(await Promise.all([first, second, reloader.reload()]), [
    expected,
    expected,
    expected,
  ]);
});

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { ExitError } from "../../../src/base/exit.ts";
import type { Status } from "../../../src/ops/status/status.ts";
import { keepStatusFile } from "../../../src/ops/status/status_file.ts";
import { sampleLane, sampleStatus } from "../../helpers/sample_status.ts";
import { until, waitFor } from "../../helpers/until.ts";

/** @param uptime Distinguishes writes. */
function statusOf(uptime: number, lanes = 0): Status {
  return sampleStatus({
    time: new Date().toISOString(),
    pid: Deno.pid,
    uptime_s: uptime,
    lanes: Array.from({ length: lanes }, (_, lane) => sampleLane({ lane, pid: Deno.pid })),
  });
}

async function inFolder(body: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-status-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

function noOutage(error: Error): void {
  throw error;
}

Deno.test("keepStatusFile() writes at once, then every second, and removes the file when disposed", () =>
  inFolder(async (folder) => {
    const path = `${folder}/status.json`;
    let writes = 0;
    {
      const started = performance.now();
      await using _file = keepStatusFile(path, () => statusOf(writes++), noOutage);
      const text = Deno.readTextFileSync(path);
      assertEquals(text, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
      assertEquals(JSON.parse(text).uptime_s, 0);
      assertEquals(namesIn(folder), ["status.json"]);
      await until(
        "it is written again",
        async () => JSON.parse(await Deno.readTextFile(path)).uptime_s >= 1,
      );
      assert(performance.now() - started > 900);
    }
    assertEquals(namesIn(folder), []);
  }));

Deno.test("keepStatusFile() never lets a reader see a partial file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/status.json`;
    let writes = 0;
    await using _file = keepStatusFile(path, () => statusOf(writes++, 300), noOutage, 1);
    const seen = new Set<number>();
    await until("many writes have been seen", async () => {
      const { lanes, uptime_s } = JSON.parse(await Deno.readTextFile(path));
      assertEquals(lanes.length, 300);
      return seen.add(uptime_s).size > 30;
    }, 30_000);
  }));

Deno.test("keepStatusFile() never runs two writes at once, and waits for one when disposed", () =>
  inFolder(async (folder) => {
    const path = `${folder}/status.json`;
    const { rename } = Deno;
    let [running, most, done] = [0, 0, 0];
    Deno.rename = async (...paths) => {
      most = Math.max(most, ++running);
      await delay(50);
      await rename(...paths);
      running--;
      done++;
    };
    try {
      const file = keepStatusFile(path, () => statusOf(0), noOutage, 1);
      // The third one, unless the machine is slow.
      const before = await waitFor(
        "a later write is in progress",
        () => done >= 2 && running === 1 ? done : null,
      );
      await file[Symbol.asyncDispose]();
      assertEquals([running, most, done], [0, 1, before + 1]);
      assertEquals(namesIn(folder), []);
    } finally {
      Deno.rename = rename;
    }
  }));

Deno.test("keepStatusFile() does not remove a file that another program has overwritten", () =>
  inFolder(async (folder) => {
    for (const text of [`{"pid":1}\n`, "null", "mine"]) {
      const path = `${folder}/status.json`;
      const file = keepStatusFile(path, () => statusOf(0), noOutage, 60_000);
      Deno.writeTextFileSync(path, text);
      await file[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
      assertEquals(Deno.readTextFileSync(path), text);
      assertEquals(namesIn(folder), ["status.json"]);
    }
  }));

Deno.test("keepStatusFile() reports each outage once, and writes again after it", () =>
  inFolder(async (folder) => {
    const [path, there, away] = [`${folder}/a/s.json`, `${folder}/a`, `${folder}/b`];
    Deno.mkdirSync(there);
    const outages: string[] = [];
    let [takes, isWrong] = [0, false];
    const take = () => {
      takes++;
      if (isWrong) throw new TypeError("No\nlanes");
      return statusOf(takes);
    };
    const severalTakes = async () => {
      const enough = takes + 5;
      await until("several writes have been tried", () => takes > enough);
    };
    const written = async () => {
      const before = takes;
      await until("it is written again", async () => {
        const text = await Deno.readTextFile(path).catch(() => `{"uptime_s":0}`);
        return JSON.parse(text).uptime_s > before;
      });
    };
    await using _file = keepStatusFile(path, take, ({ message }) => outages.push(message), 2);

    for (const count of [1, 2]) {
      Deno.renameSync(there, away);
      await severalTakes();
      assertEquals(
        outages,
        Array(count).fill(
          `Cannot write the status file ${path}: its folder does not exist, ` +
            "retrying every second",
        ),
      );
      Deno.renameSync(away, there);
      await written();
    }
    isWrong = true;
    await severalTakes();
    assertEquals(outages.length, 3);
    assertMatch(outages[2] ?? "", /no lanes, retrying every second$/);
    isWrong = false;
    await written();
    assertEquals(outages.length, 3);
  }));

Deno.test("keepStatusFile() does not follow a link in place of its draft", () =>
  inFolder(async (folder) => {
    const [path, victim] = [`${folder}/status.json`, `${folder}/victim`];
    Deno.writeTextFileSync(victim, "precious");
    Deno.symlinkSync(victim, `${path}.${Deno.pid}.new`);
    await using _file = keepStatusFile(path, () => statusOf(0), noOutage);
    assertEquals(Deno.readTextFileSync(victim), "precious");
    assertEquals(namesIn(folder), ["status.json", "victim"]);
  }));

function refusalOf(path: string): ExitError {
  return assertThrows(() => keepStatusFile(path, () => statusOf(0), noOutage), ExitError);
}

Deno.test("keepStatusFile() exits 73 if the file cannot be created", () =>
  inFolder((folder) => {
    const missing = refusalOf(`${folder}/a/s.json`);
    assertEquals([missing.exitCode, missing.message], [
      73,
      `Cannot write the status file ${folder}/a/s.json: its folder does not exist, ` +
      "choose another --status-file",
    ]);
    Deno.mkdirSync(`${folder}/s.json`);
    const taken = refusalOf(`${folder}/s.json`);
    assertEquals(taken.exitCode, 73);
    assertMatch(taken.message, /: is a directory, choose another/);
    assertEquals(namesIn(folder), ["s.json"]);
  }));

Deno.test({
  name: "keepStatusFile() exits 77 if permission is denied",
  permissions: { write: false },
  fn() {
    const error = refusalOf("/tmp/sluice-status.json");
    assertEquals(error.exitCode, 77);
    assertMatch(error.message, /^Cannot write the status file \/tmp\/sluice-status\.json: /);
  },
});

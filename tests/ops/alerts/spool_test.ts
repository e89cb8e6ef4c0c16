import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ExitError } from "../../../src/base/exit.ts";
import { Spool } from "../../../src/ops/alerts/spool.ts";
import { messageLog, sampleAlert, sampleNotice } from "../../helpers/alerts.ts";

/** Runs a body with the path of a spool that does not exist yet. */
async function withPath(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(`${folder}/alerts.jsonl`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const { log } = messageLog();

/** How many notices wait in a spool for the next server. */
async function sizeOf(path: string): Promise<number> {
  const spool = await Spool.open(path, log);
  await spool.close();
  return spool.size;
}

Deno.test("Spool keeps what waits and what lasts for the next server", async () => {
  await withPath(async (path) => {
    const spool = await Spool.open(path, log);
    spool.add(sampleNotice("1", { key: "a" }), ["x", "y"]);
    spool.add(sampleNotice("2", { key: "b" }), ["x"]);
    spool.add(sampleNotice("3", { key: "a", state: "resolved" }), ["x"]);
    spool.done("1", "x");
    await spool.close();
    const next = await Spool.open(path, log);
    assertEquals([next.next("x")?.id, next.next("y")?.id, next.next("z")], ["2", "1", null]);
    assertEquals(next.active.map(({ alert }) => alert.key), ["b"]);
    next.retain(["x"]);
    assertEquals(next.next("y"), null);
    await next.close();
  });
});

Deno.test("Spool remembers how often a problem came back, and when it was told", async () => {
  await withPath(async (path) => {
    const spool = await Spool.open(path, log);
    spool.keep(sampleAlert({ count: 5 }), 1234);
    await spool.close();
    const next = await Spool.open(path, log);
    await next.close();
    const { active } = next;
    assertEquals(active.map(({ alert, told }) => [alert.count, told]), [[5, 1234]]);
  });
});

Deno.test("Spool skips damaged lines, with one warning", async () => {
  await withPath(async (path) => {
    const spool = await Spool.open(path, log);
    spool.add(sampleNotice("1"), ["x"]);
    await spool.close();
    const line = await Deno.readTextFile(path);
    const damaged = `{"notice":{"id":5},"to":[]}\nnonsense\n${line}${line.slice(0, 50)}`;
    await Deno.writeTextFile(path, damaged);
    const { log: kept, messages } = messageLog();
    const next = await Spool.open(path, kept);
    assertEquals(next.next("x")?.id, "1");
    assertEquals(messages.length, 1);
    assertStringIncludes(messages[0] ?? "", '"sluice.alert.damaged":3');
    next.add(sampleNotice("2"), ["x"]);
    await next.close();
    assertEquals([await sizeOf(path), messages.length], [2, 1]);
  });
});

Deno.test("Spool stays small, however many alerts have passed through", async () => {
  await withPath(async (path) => {
    const spool = await Spool.open(path, log);
    for (let i = 0; i < 2000; i++) {
      spool.add(sampleNotice(`${i}`, { state: "resolved" }), ["x"]);
      spool.done(`${i}`, "x");
    }
    await spool.close();
    assertEquals((await Deno.readTextFile(path)).split("\n").length < 600, true);
  });
});

Deno.test("Spool drops the oldest of a thousand notices that wait, and says so", async () => {
  const { log: kept, messages } = messageLog();
  const spool = await Spool.open(null, kept);
  for (let i = 0; i < 1002; i++) spool.add(sampleNotice(`${i}`), ["x"]);
  assertEquals([spool.size, spool.next("x")?.id, messages.length], [1000, "2", 2]);
});

Deno.test("Spool goes on in memory while its file cannot be written, and catches up", async () => {
  await withPath(async (path) => {
    const { log: kept, messages } = messageLog();
    const spool = await Spool.open(path, kept);
    await Deno.remove(path);
    await Deno.mkdir(path);
    spool.add(sampleNotice("1"), ["x"]);
    spool.add(sampleNotice("2"), ["x"]);
    await spool.flush();
    assertEquals([spool.size, spool.isKept, messages.length], [2, false, 1]);
    await Deno.remove(path);
    spool.add(sampleNotice("3"), ["x"]);
    await spool.close();
    assertEquals(await sizeOf(path), 3);
  });
});

Deno.test("Spool.open() refuses a file that cannot be kept", async () => {
  const { message } = await assertRejects(() => Spool.open("/nowhere/alerts", log), ExitError);
  assertStringIncludes(message, "Cannot write the spool of alerts /nowhere/alerts: its folder");
  await assertRejects(() => Spool.open("/dev/null", log), ExitError, "something other than a file");
  assertEquals(await Deno.stat("/dev/null.lock").catch(() => null), null);
});

Deno.test("Spool.open() refuses the spool of another server, until that has closed it", async () => {
  await withPath(async (path) => {
    const spool = await Spool.open(path, log);
    spool.add(sampleNotice("1"), ["x"]);
    await assertRejects(() => Spool.open(path, log), ExitError, "another server has it");
    await spool.close();
    const next = await Spool.open(path, log);
    assertEquals(next.size, 1);
    await next.close();
  });
});

Deno.test("Spool.close() leaves the spool to the next server at once, though children are started", async () => {
  const url = import.meta.resolve("../../helpers/spawning_worker.ts");
  const worker = new Worker(url, { type: "module" });
  const said = () => new Promise((resolve) => worker.onmessage = resolve);
  await said();
  await withPath(async (path) => {
    // Until a child runs its program, it has the files of this process, and the lock of one.
    for (let i = 0; i < 300; i++) await (await Spool.open(path, log)).close();
  });
  const ended = said();
  worker.postMessage("end");
  await ended;
  worker.terminate();
});

Deno.test("Spool.open() refuses a file of something else, and leaves it as it is", async () => {
  await withPath(async (path) => {
    for (const text of ["root:x:0:0\n", '{"name": "app"}', "\n{\n}\n"]) {
      await Deno.writeTextFile(path, text);
      await assertRejects(() => Spool.open(path, log), ExitError, "something other than a spool");
      assertEquals(await Deno.readTextFile(path), text);
    }
    // What a machine may leave that has lost its power.
    await Deno.writeTextFile(path, "\0".repeat(99));
    await (await Spool.open(path, log)).close();
  });
});

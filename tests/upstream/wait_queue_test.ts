import { assertEquals } from "@std/assert";
import { type WaitLimits, type WaitOutcome, WaitQueue } from "../../src/upstream/wait_queue.ts";
import { until } from "../helpers/until.ts";

/** A queue that nobody leaves in time, and the names of those whose wait has ended, and how. */
function startQueue(limits: Partial<WaitLimits> = {}) {
  const queue = new WaitQueue({ size: 100, timeout: 0, shed: "newest", ...limits });
  const ended: [string, WaitOutcome][] = [];
  const wait = (name: string, signal?: AbortSignal) =>
    void queue.wait(signal).then((outcome) => ended.push([name, outcome]));
  const after = async (count: number) => {
    await until(`${count} waits have ended`, () => ended.length === count);
    return ended.splice(0);
  };
  return { queue, wait, after, ended };
}

Deno.test("WaitQueue lets in one for each place, in the order in which they came", async () => {
  const { queue, wait, after } = startQueue();
  for (const name of ["a", "b", "c"]) wait(name);
  assertEquals([queue.wake(), queue.wake()], [true, true]);
  assertEquals(await after(2), [["a", "ready"], ["b", "ready"]]);
  assertEquals(queue.length, 1);
  assertEquals([queue.wake(), queue.wake()], [true, false]);
  assertEquals(await after(1), [["c", "ready"]]);
});

Deno.test("WaitQueue turns away who has just come, or who has waited longest", async () => {
  const newest = startQueue({ size: 2 });
  for (const name of ["a", "b", "c"]) newest.wait(name);
  assertEquals(await newest.after(1), [["c", "shed"]]);
  newest.queue.close();
  assertEquals(await newest.after(2), [["a", "closed"], ["b", "closed"]]);

  const oldest = startQueue({ size: 2, shed: "oldest" });
  for (const name of ["a", "b", "c"]) oldest.wait(name);
  assertEquals(await oldest.after(1), [["a", "shed"]]);
  oldest.queue.close();
  assertEquals(await oldest.after(2), [["b", "closed"], ["c", "closed"]]);
});

Deno.test("WaitQueue without room for anybody turns all away", async () => {
  for (const shed of ["newest", "oldest"] as const) {
    const { wait, after } = startQueue({ size: 0, shed });
    wait("a");
    assertEquals(await after(1), [["a", "shed"]]);
  }
});

Deno.test("WaitQueue forgets who leaves, wherever they stand", async () => {
  const { queue, wait, after } = startQueue({ size: 5 });
  const leaving = { a: new AbortController(), c: new AbortController(), e: new AbortController() };
  wait("a", leaving.a.signal);
  wait("b");
  wait("c", leaving.c.signal);
  wait("d");
  wait("e", leaving.e.signal);
  for (const one of [leaving.c, leaving.e, leaving.a]) one.abort();
  assertEquals(await after(3), [["c", "left"], ["e", "left"], ["a", "left"]]);
  assertEquals(queue.length, 2);
  wait("f");
  while (queue.wake());
  assertEquals(await after(3), [["b", "ready"], ["d", "ready"], ["f", "ready"]]);
  wait("gone", AbortSignal.abort());
  assertEquals(await after(1), [["gone", "left"]]);
});

Deno.test("WaitQueue gives a place to one who leaves at the same moment only once", async () => {
  const { queue, wait, after } = startQueue();
  const leaving = new AbortController();
  wait("a", leaving.signal);
  wait("b");
  queue.wake();
  leaving.abort();
  assertEquals(await after(1), [["a", "ready"]]);
  assertEquals(queue.length, 1);
  queue.close();
  await after(1);
});

Deno.test("WaitQueue joins and leaves in constant time", async () => {
  const { queue, wait, after } = startQueue({ size: 100_000 });
  for (let count = 0; count < 100_000; count++) wait("a");
  while (queue.wake());
  // With a queue that shifts an array, or looks for who leaves, it would take minutes.
  assertEquals((await after(100_000)).length, 100_000);
});

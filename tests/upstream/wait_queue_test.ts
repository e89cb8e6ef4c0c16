import { assertEquals } from "@std/assert";
import { type InVain, type WaitLimits, WaitQueue } from "../../src/upstream/wait_queue.ts";
import { until } from "../helpers/until.ts";

/** A place that a client of these tests waits for. */
type Place = readonly ["ready"];

const PLACE: Place = ["ready"];

/** A queue that nobody leaves in time, with places, and who has waited and how that has ended. */
function startQueue(limits: Partial<WaitLimits> = {}) {
  const queue = new WaitQueue<Place>({ size: 100, timeout: 0, shed: "newest", ...limits });
  const ended: [string, InVain | "ready"][] = [];
  const places = { left: 0 };
  const take = () => places.left > 0 && places.left-- ? PLACE : null;
  const wait = (name: string, signal?: AbortSignal) =>
    void queue.wait({ take, isPicky: false }, signal)
      .then((outcome) => ended.push([name, typeof outcome === "string" ? outcome : outcome[0]]));
  const free = (count: number) => {
    places.left += count;
    while (queue.serve());
    return places.left;
  };
  const after = async (count: number) => {
    await until(`${count} waits have ended`, () => ended.length === count);
    return ended.splice(0);
  };
  return { queue, wait, free, after, ended };
}

Deno.test("WaitQueue lets in one for each place, in the order in which they came", async () => {
  const { queue, wait, free, after } = startQueue();
  for (const name of ["a", "b", "c"]) wait(name);
  assertEquals(queue.serve(), false);
  assertEquals(free(2), 0);
  assertEquals(await after(2), [["a", "ready"], ["b", "ready"]]);
  assertEquals(queue.length, 1);
  assertEquals(free(2), 1);
  assertEquals(await after(1), [["c", "ready"]]);
});

Deno.test("WaitQueue lets others pass those who are picky, and nobody else", async () => {
  const { queue, wait, free, after } = startQueue();
  const picky = queue.wait({ take: () => null, isPicky: true });
  wait("a");
  assertEquals(free(1), 0);
  assertEquals(await after(1), [["a", "ready"]]);
  const stubborn = queue.wait({ take: () => null, isPicky: false });
  wait("b");
  assertEquals(free(1), 1);
  assertEquals(queue.length, 3);
  queue.close();
  assertEquals(await Promise.all([picky, stubborn]), ["closed", "closed"]);
});

Deno.test("WaitQueue turns away who comes after it was closed", async () => {
  const { queue, wait, after } = startQueue();
  queue.close();
  wait("a");
  assertEquals(await after(1), [["a", "closed"]]);
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
  const { queue, wait, free, after } = startQueue({ size: 5 });
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
  free(3);
  assertEquals(await after(3), [["b", "ready"], ["d", "ready"], ["f", "ready"]]);
  wait("gone", AbortSignal.abort());
  assertEquals(await after(1), [["gone", "left"]]);
});

Deno.test("WaitQueue gives a place to one who leaves at the same moment only once", async () => {
  const { queue, wait, free, after } = startQueue();
  const leaving = new AbortController();
  wait("a", leaving.signal);
  wait("b");
  free(1);
  leaving.abort();
  assertEquals(await after(1), [["a", "ready"]]);
  assertEquals(queue.length, 1);
  queue.close();
  await after(1);
});

Deno.test("WaitQueue joins and leaves in constant time", async () => {
  const { wait, free, after } = startQueue({ size: 100_000 });
  for (let count = 0; count < 100_000; count++) wait("a");
  free(100_000);
  // With a queue that shifts an array, or looks for who leaves, it would take minutes.
  assertEquals((await after(100_000)).length, 100_000);
});

import { assert, assertEquals } from "@std/assert";
import { FairTimer } from "../../../src/base/fair_timer.ts";
import { sleep } from "../../../src/base/timers.ts";
import { Sending } from "../../helpers/stall.ts";
import { until } from "../../helpers/until.ts";

Deno.test("FairTimer wakes once, at the earliest time that it was set to", async () => {
  const wakes: { now: number; heard: number }[] = [];
  const timer = new FairTimer((now, heard) => wakes.push({ now, heard }));
  const begun = timer.read();
  for (const delay of [400, 100, 200]) timer.set(begun + delay);
  await until("it wakes", () => wakes.length > 0);
  await sleep(500);
  const [{ now, heard } = { now: 0, heard: 0 }] = wakes;
  assertEquals([wakes.length, Math.round(heard - begun)], [1, 100]);
  assert(now >= heard && now - begun < 200, `${now - begun} ms`);
});

Deno.test("FairTimer wakes at the later time after it has woken at the earlier one", async () => {
  const heards: number[] = [];
  const timer = new FairTimer((_now, heard) => {
    heards.push(Math.round(heard - begun));
    if (heards.length < 3) timer.set(begun + heards.length * 100);
  });
  const begun = timer.read();
  timer.set(begun + 50);
  await until("it wakes three times", () => heards.length === 3);
  assertEquals(heards, [50, 100, 200]);
});

Deno.test("FairTimer stands still while the event loop is blocked, and hears what arrived", async () => {
  using sending = await Sending.prepare();
  let isReceived = false;
  void sending.received.then(() => isReceived = true);
  const heardAll: boolean[] = [];
  const timer = new FairTimer(() => heardAll.push(isReceived));
  const begun = performance.now();
  timer.set(timer.read() + 700);
  await sleep(1);
  sending.arriveDuringStall(2000);
  await until("it wakes", () => heardAll.length > 0);
  // Of the two seconds, one pause of the timer at most has counted.
  const rest = performance.now() - begun - 2000;
  assertEquals(heardAll, [true]);
  assert(rest >= 150, `woke ${rest} ms after the stall`);
});

Deno.test("FairTimer that is stopped wakes nobody", async () => {
  let wakes = 0;
  const timer = new FairTimer(() => wakes++);
  timer.set(timer.read() + 20);
  timer.stop();
  await sleep(100);
  assertEquals(wakes, 0);
});

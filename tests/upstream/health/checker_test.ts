import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatAddress } from "../../../src/base/address.ts";
import { sleep } from "../../../src/base/timers.ts";
import { answering, Backend, deadAddress, hang, response } from "../../helpers/backend.ts";
import { CheckerUnderTest, target } from "../../helpers/checker.ts";
import { until } from "../../helpers/until.ts";

const encoder = new TextEncoder();
const FINE = answering(response(200));
const BROKEN = answering(response(500));
const LEAVING = answering(response(503, ["Retry-After: 1"]));

Deno.test("Checker says when a backend goes down, drains and comes up, and why", async () => {
  using backend = new Backend(FINE);
  using under = new CheckerUnderTest();
  const one = target(backend.address);
  under.checker.update([one]);
  assertEquals(under.checker.verdictOf(one)?.state, "up");
  await until("it is checked", () => backend.accepted > 2);
  assertEquals(under.verdicts, []);

  backend.serve = BROKEN;
  const down = await under.verdict(1);
  assertEquals([down.state, down.reason], ["down", "status 500, expected 200-399"]);
  assert(Math.abs(down.since - Date.now()) < 10_000, `${down.since}`);
  assertEquals(under.checker.verdictOf(one), down);

  backend.serve = LEAVING;
  assertEquals((await under.verdict(2)).state, "draining");
  backend.serve = FINE;
  const up = await under.verdict(3);
  assertEquals([up.state, up.reason], ["up", null]);
  assertEquals(under.reports.map(({ kind }) => kind), ["changed", "changed", "changed"]);
});

Deno.test("Checker asks another port of the same host, if there is one", async () => {
  using asked = new Backend(BROKEN);
  using under = new CheckerUnderTest();
  const { address } = asked;
  const port = address.transport === "tcp" ? address.port : null;
  const other = deadAddress();
  under.checker.update([target(other, { port })]);
  const down = await under.verdict(1);
  assertEquals(down.reason, "status 500, expected 200-399");
  assertEquals(under.verdicts[0]?.address, formatAddress(other));
});

Deno.test("Checker lets the first check decide, whatever the state before", async () => {
  using backend = new Backend(FINE);
  const rare = { interval: 100_000 };
  using under = new CheckerUnderTest();
  const up = target(backend.address, { ...rare, startState: "down" });
  const down = target(deadAddress(), rare);
  under.checker.update([up, down]);
  const start = { state: "down", reason: "not checked yet" };
  const { state, reason } = under.checker.verdictOf(up) ?? {};
  assertEquals({ state, reason }, start);
  await under.verdict(2);
  assertEquals(under.checker.verdictOf(up)?.state, "up");
  assertEquals(under.checker.verdictOf(down)?.reason, "cannot connect: connection refused");
});

Deno.test("Checker gives up a check that takes too long, and says what it waited for", async () => {
  using backend = new Backend(hang);
  using under = new CheckerUnderTest();
  under.checker.update([target(backend.address, { timeout: 150 })]);
  const { reason } = await under.verdict(1);
  assertEquals(reason, "no answer within 150 ms: waited for a response");
  // The end of the first may be seen after the beginning of another.
  await until(
    "another check has begun, without the socket of the first",
    () => backend.accepted > 1 && backend.open <= 1,
  );
});

Deno.test("Checker gives up on a backend that answers without end, byte by byte", async () => {
  using backend = new Backend(async (conn) => {
    for (const byte of encoder.encode(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(10_000)}`)) {
      await conn.write(Uint8Array.of(byte));
      await sleep(5);
    }
  });
  using under = new CheckerUnderTest();
  under.checker.update([target(backend.address, { timeout: 100 })]);
  const { reason } = await under.verdict(1);
  assertEquals(reason, "no answer within 100 ms: waited for the rest of the response");
  under.checker.stop();
  await until("the backend has stopped answering", () => backend.open === 0);
});

Deno.test("Checker keeps the health of a target that a reload changes, and its streak", async () => {
  using backend = new Backend(BROKEN);
  using under = new CheckerUnderTest();
  under.checker.update([target(backend.address, { fall: 2 })]);
  const down = await under.verdict(1);
  await until("it has failed five times", () => (under.checker.snapshot()[0]?.streak ?? 0) >= 5);
  const changed = target(backend.address, { fall: 7, interval: 20, startState: "down" });
  under.checker.update([changed]);
  assertEquals(under.checker.verdictOf(changed), down);
  const [{ streak, last, duration } = { streak: 0, last: null, duration: null }] = under.checker
    .snapshot();
  assert(streak >= 5 && duration !== null);
  assertEquals(last, { kind: "failed", reason: "status 500, expected 200-399" });
  assertEquals(under.verdicts.length, 1);
});

Deno.test("Checker checks sooner when a reload shortens the interval", async () => {
  using backend = new Backend(FINE);
  using under = new CheckerUnderTest();
  under.checker.update([target(backend.address, { interval: 1_000_000 })]);
  await until("it is checked", () => under.checker.snapshot()[0]?.last !== null);
  under.checker.update([target(backend.address, { interval: 20 })]);
  await until("it is checked again", () => backend.accepted > 2);
});

Deno.test("Checker has a newcomer prove itself, even if it was known once", async () => {
  using first = new Backend(FINE);
  using second = new Backend(FINE);
  using under = new CheckerUnderTest();
  const [known, newcomer] = [target(first.address), target(second.address)];
  under.checker.update([known]);
  under.checker.update([known, newcomer]);
  assertEquals(under.checker.verdictOf(newcomer)?.state, "down");
  await under.verdict(1);
  assertEquals(under.checker.verdictOf(newcomer)?.state, "up");
  under.checker.update([known]);
  assertEquals(under.checker.verdictOf(newcomer), null);
  under.checker.update([known, newcomer]);
  assertEquals(under.checker.verdictOf(newcomer)?.state, "down");
  assertEquals(under.checker.verdictOf(known)?.state, "up");
});

Deno.test("Checker keeps the verdict on an address until the first result of a new check", async () => {
  using backend = new Backend(BROKEN);
  using under = new CheckerUnderTest();
  const plain = target(backend.address, { check: { kind: "none" } });
  const http = target(backend.address, { fall: 1 });
  const tcp = target(backend.address, { check: { kind: "tcp" } });
  under.checker.update([plain]);
  assertEquals(under.checker.verdictOf(plain), null);
  under.checker.update([http]);
  assertEquals(under.checker.verdictOf(http)?.state, "up");
  const down = await under.verdict(1);
  assertEquals(down.state, "down");
  under.checker.update([tcp]);
  assertEquals(under.checker.verdictOf(tcp), down);
  assertEquals((await under.verdict(2)).state, "up");
});

Deno.test("Checker checks targets with the same address and check once", async () => {
  using backend = new Backend(FINE);
  using under = new CheckerUnderTest();
  const slow = target(backend.address, { interval: 1_000_000 });
  under.checker.update([slow, target(backend.address, { interval: 1_000_000, fall: 9 })]);
  await until("it is checked", () => under.checker.snapshot()[0]?.last !== null);
  assertEquals([backend.accepted, under.checker.snapshot().length], [1, 1]);
});

Deno.test("Checker that is stopped, or loses a target, closes the socket and says nothing", async () => {
  using backend = new Backend(hang);
  using under = new CheckerUnderTest();
  under.checker.update([target(backend.address), target(deadAddress())]);
  await until("the check waits", () => backend.open === 1);
  await under.verdict(1);
  under.checker.update([]);
  await until("the backend has no client", () => backend.open === 0);
  assertEquals([under.verdicts.length, under.checker.snapshot()], [1, []]);
});

Deno.test("Checker makes so many checks at a time, and lets none wait for ever", async () => {
  const backends = Array.from({ length: 12 }, () => new Backend(hang));
  try {
    using under = new CheckerUnderTest({ maxRunning: 3 });
    under.checker.update(backends.map(({ address }) => target(address, { timeout: 100 })));
    let most = 0;
    await until("all are found down", () => {
      most = Math.max(most, backends.reduce((sum, { open }) => sum + open, 0));
      return under.verdicts.length === backends.length;
    });
    // One that was given up may not be seen as closed yet.
    assert(most >= 3 && most <= 6, `${most} at a time`);
  } finally {
    for (const backend of backends) backend[Symbol.dispose]();
  }
});

Deno.test("Checker folds the reports of a backend that flaps, but none of its verdicts", async () => {
  let count = 0;
  using backend = new Backend((conn) => (count++ % 2 === 0 ? FINE : BROKEN)(conn));
  using under = new CheckerUnderTest();
  under.checker.update([target(backend.address, { interval: 10, rise: 1, fall: 1 })]);
  await under.verdict(12);
  assert(under.states.slice(0, 12).every((state, at) => state === (at % 2 === 0 ? "down" : "up")));
  const kinds = under.reports.map(({ kind }) => kind);
  assertEquals(kinds, [...Array(6).fill("changed"), "flapping"]);
  const last = under.reports.at(-1);
  assertStringIncludes(JSON.stringify(last), `"changes":7,"window":300000`);
});

Deno.test("Checker may be updated by what it calls", async () => {
  using backend = new Backend(BROKEN);
  let calls = 0;
  using under = new CheckerUnderTest({
    onVerdict() {
      calls++;
      under.checker.update([]);
    },
  });
  under.checker.update([target(backend.address)]);
  await until("it has no targets", () => under.checker.snapshot().length === 0);
  assertEquals([calls, backend.accepted], [1, 1]);
});

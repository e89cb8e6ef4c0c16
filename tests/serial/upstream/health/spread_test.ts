import { cpuUsage } from "node:process";
import { assert, assertEquals } from "@std/assert";
import type { Address } from "../../../../src/base/address.ts";
import { sleep } from "../../../../src/base/timers.ts";
import { CheckerUnderTest, target } from "../../../helpers/checker.ts";
import { descriptorsOf } from "../../../helpers/process.ts";
import { until } from "../../../helpers/until.ts";

const COUNT = 2000;
/** In milliseconds. */
const INTERVAL = 2000;

/** A server at every address of 127.0.0.0/8, and when it has accepted connections. */
function listenEverywhere() {
  const listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const times: number[] = [];
  void (async () => {
    for await (const conn of listener) {
      times.push(performance.now());
      conn.close();
    }
  })();
  const addresses = Array.from({ length: COUNT }, (_, at): Address => ({
    transport: "tcp",
    hostname: `127.1.${at >> 8}.${at & 255}`,
    port: listener.addr.port,
  }));
  return { addresses, times, [Symbol.dispose]: () => listener.close() };
}

Deno.test("Checker spreads the checks of 2,000 targets evenly over the interval", async () => {
  using backends = listenEverywhere();
  using under = new CheckerUnderTest();
  const descriptors = descriptorsOf(Deno.pid);
  const usedBefore = cpuUsage();
  const begun = performance.now();
  const settings = { check: { kind: "tcp" }, interval: INTERVAL } as const;
  under.checker.update(backends.addresses.map((address) => target(address, settings)));
  let most = 0;
  // Its clock stands still while the machine keeps this process from running.
  let running = 0;
  for (let second = 0; second < 5; second++) {
    for (let part = 0; part < 20; part++) {
      const before = performance.now();
      await sleep(50);
      running += Math.min(performance.now() - before, 100) / 1000;
      most = Math.max(most, descriptorsOf(Deno.pid) - descriptors);
    }
  }
  const { times } = backends;
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = cpuUsage(usedBefore);
  // Once an interval, and up to a tenth more often.
  const rate = COUNT * 1000 / INTERVAL;
  assert(times.length > 0.8 * rate * running, `${times.length} checks in ${running} s`);
  assert(times.length < 1.15 * rate * seconds, `${times.length} checks in ${seconds} s`);
  // No twentieth of a second has more than three times its share.
  const parts = new Map<number, number>();
  for (const time of times) {
    const part = Math.floor((time - begun) / 50);
    parts.set(part, (parts.get(part) ?? 0) + 1);
  }
  const fullest = Math.max(...parts.values());
  assert(fullest < 3 * rate / 20, `${fullest} checks in 50 ms`);
  assert(most < 300, `${most} descriptors`);
  // Some 200 us for both sides of a check.
  const share = (user + system) / 1e6 / seconds;
  assert(share < 0.8, `${share} of a processor`);
  assertEquals(under.verdicts, []);
  under.checker.stop();
  await until("all sockets are closed", () => descriptorsOf(Deno.pid) <= descriptors);
});

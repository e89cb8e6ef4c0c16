/** Processes that hang: the backend's, and this one. */
import { assert, assertEquals } from "@std/assert";
import { sleep } from "../../../../src/base/timers.ts";
import { CheckerUnderTest, target } from "../../../helpers/checker.ts";
import { NodeBackend } from "../../../helpers/node_backend.ts";
import { block } from "../../../helpers/stall.ts";
import { testWith } from "../../../helpers/tools.ts";
import { until } from "../../../helpers/until.ts";

/** Three intervals and the last timeout, the steps of the timer, and a loaded machine, in milliseconds. */
const LIMIT = 3 * 500 + 300 + 500;

/** How long a backend takes to answer, in milliseconds. */
const DELAY = 300;
/** A checker that is patient enough for such a backend on a busy machine. */
const SLOW = { interval: 900, timeout: 900, fall: 1 };

testWith(
  "node",
  "Checker notices by HTTP, not by TCP, that a backend hangs, and that it goes on",
  async () => {
    await using backend = await NodeBackend.start();
    using under = new CheckerUnderTest();
    const settings = { interval: 500, timeout: 300, jitter: 0 };
    const http = target(backend.address, settings);
    const tcp = target(backend.address, { ...settings, check: { kind: "tcp" } });
    under.checker.update([http, tcp]);
    await until(
      "both are checked",
      () => under.checker.snapshot().every(({ last }) => last !== null),
    );
    // Its clock stands still while a busy machine keeps this process from running: the least counts.
    let least = Infinity;
    for (let i = 0; i < 3 && least >= LIMIT; i++) {
      backend.kill("SIGSTOP");
      const stopped = performance.now();
      const down = await under.verdict(2 * i + 1);
      least = Math.min(least, performance.now() - stopped);
      assertEquals(down.reason, "no answer within 300 ms: waited for a response");
      assertEquals(under.checker.verdictOf(http)?.state, "down");
      assertEquals(under.checker.verdictOf(tcp)?.state, "up");
      backend.kill("SIGCONT");
      assertEquals((await under.verdict(2 * i + 2)).state, "up");
    }
    assert(least < LIMIT, `noticed after ${least} ms`);
  },
);

testWith(
  "node",
  "Checker does not blame backends for the time in which this process is blocked",
  async () => {
    await using backend = await NodeBackend.start(DELAY);
    using under = new CheckerUnderTest();
    under.checker.update([target(backend.address, SLOW)]);
    await until("it is checked", () => under.checker.snapshot()[0]?.last?.kind === "ok");
    // Once in each part of a check.
    for (let count = 0; count < 8; count++) {
      block(1200);
      await sleep(100 + 150 * (count % 5));
    }
    assertEquals(under.verdicts, []);
  },
);

testWith(
  "node",
  "Checker does not blame backends for the time in which this process is stopped",
  async () => {
    await using backend = await NodeBackend.start(DELAY);
    using under = new CheckerUnderTest();
    under.checker.update([target(backend.address, SLOW)]);
    await until("it is checked", () => under.checker.snapshot()[0]?.last?.kind === "ok");
    for (let count = 0; count < 4; count++) {
      // It stops this process itself, so that it cannot wake it before.
      const script = `kill -STOP ${Deno.pid}; sleep 1.2; kill -CONT ${Deno.pid}`;
      await new Deno.Command("sh", { args: ["-c", script] }).spawn().status;
      await sleep(150 * count);
    }
    assertEquals(under.verdicts, []);
  },
);

/** Processes that hang: the backend's, and this one. */
import { assert, assertEquals } from "@std/assert";
import { sleep } from "../../../../src/base/timers.ts";
import { CheckerUnderTest, target } from "../../../helpers/checker.ts";
import { NodeBackend } from "../../../helpers/node_backend.ts";
import { block } from "../../../helpers/stall.ts";
import { testWith } from "../../../helpers/tools.ts";
import { until } from "../../../helpers/until.ts";

testWith(
  "node",
  "Checker notices by HTTP, not by TCP, that a backend hangs, and that it goes on",
  async () => {
    await using backend = await NodeBackend.start();
    using under = new CheckerUnderTest();
    const settings = { interval: 200, timeout: 100, jitter: 0 };
    const http = target(backend.address, settings);
    const tcp = target(backend.address, { ...settings, check: { kind: "tcp" } });
    under.checker.update([http, tcp]);
    await until(
      "both are checked",
      () => under.checker.snapshot().every(({ last }) => last !== null),
    );
    backend.kill("SIGSTOP");
    const stopped = performance.now();
    const down = await under.verdict(1);
    const time = performance.now() - stopped;
    // Three intervals and the last timeout, the steps of the timer, and a loaded machine.
    assert(time < 3 * 200 + 100 + 300, `noticed after ${time} ms`);
    assertEquals(down.reason, "no answer within 100 ms: waited for a response");
    assertEquals(under.checker.verdictOf(http)?.state, "down");
    assertEquals(under.checker.verdictOf(tcp)?.state, "up");
    backend.kill("SIGCONT");
    assertEquals((await under.verdict(2)).state, "up");
  },
);

testWith(
  "node",
  "Checker does not blame backends for the time in which this process is blocked",
  async () => {
    await using backend = await NodeBackend.start(100);
    using under = new CheckerUnderTest();
    under.checker.update([target(backend.address, { interval: 250, timeout: 200, fall: 1 })]);
    await until("it is checked", () => under.checker.snapshot()[0]?.last?.kind === "ok");
    // Once in each part of a check.
    for (let count = 0; count < 8; count++) {
      block(700);
      await sleep(30 + 40 * (count % 5));
    }
    assertEquals(under.verdicts, []);
  },
);

testWith(
  "node",
  "Checker does not blame backends for the time in which this process is stopped",
  async () => {
    await using backend = await NodeBackend.start(100);
    using under = new CheckerUnderTest();
    under.checker.update([target(backend.address, { interval: 250, timeout: 200, fall: 1 })]);
    await until("it is checked", () => under.checker.snapshot()[0]?.last?.kind === "ok");
    for (let count = 0; count < 4; count++) {
      const waker = new Deno.Command("sh", { args: ["-c", `sleep 0.6; kill -CONT ${Deno.pid}`] })
        .spawn();
      Deno.kill(Deno.pid, "SIGSTOP");
      await waker.status;
      await sleep(50 * count);
    }
    assertEquals(under.verdicts, []);
  },
);

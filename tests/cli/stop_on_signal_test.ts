import { assertEquals } from "@std/assert";
import type { HandledSignal } from "../../src/base/signals.ts";
import { Shutdown, type SignalTargets } from "../../src/cli/shutdown.ts";
import { stopOnSignal } from "../../src/cli/stop_on_signal.ts";
import { planOf, recordingLog } from "../helpers/supervision.ts";

/** The parts of a server that a stop needs. */
function serverOf(supervisor: unknown, stop: () => Promise<unknown>) {
  const settings = { drainDelay: 0, gracefulTimeout: 1000 };
  return { supervisor, plan: planOf({}), settings, announceStop() {}, stop };
}

Deno.test("TTIN and TTOU change nothing once the server stops, and say so", () => {
  const { log, records } = recordingLog();
  const changes: number[] = [];
  let receive: (signal: HandledSignal) => void = () => {};
  const supervisor = {
    failed: new Promise(() => {}),
    scale(difference: number) {
      changes.push(difference);
      return { before: 1, now: 2 };
    },
  };
  const targets = {
    server: serverOf(supervisor, () => new Promise(() => {})),
    settings: { mode: "pooled", gracefulTimeout: 1000 },
    log: { logger: log },
    reloader: { [Symbol.dispose]() {} },
    watchSignals: (listener: typeof receive) => void (receive = listener),
  };
  void stopOnSignal(targets as unknown as SignalTargets);
  receive("SIGTTIN");
  receive("SIGTERM");
  receive("SIGTTIN");
  receive("SIGTTOU");
  assertEquals(changes, [1]);
  assertEquals(records.slice(2), [
    "SIGTTIN received: ignored, the server is stopping",
    "SIGTTOU received: ignored, the server is stopping",
  ]);
});

Deno.test("the first TERM after the command to drain lets the drain go on, and the second one kills", () => {
  const { log, records } = recordingLog();
  let kills = 0;
  let stops = 0;
  let receive: (signal: HandledSignal) => void = () => {};
  const supervisor = { failed: new Promise(() => {}), kill: () => void kills++ };
  const stop = () => {
    stops++;
    return new Promise(() => {});
  };
  const targets = {
    server: serverOf(supervisor, stop),
    settings: { mode: "pooled", gracefulTimeout: 1000 },
    log: { logger: log },
    reloader: { [Symbol.dispose]() {} },
    watchSignals: (listener: typeof receive) => void (receive = listener),
  } as unknown as SignalTargets;
  const shutdown = new Shutdown(targets);
  void stopOnSignal(targets, shutdown);
  shutdown.drain();
  shutdown.drain();
  assertEquals([stops, kills, shutdown.isStopping], [1, 0, true]);
  receive("SIGTERM");
  assertEquals([stops, kills], [1, 0]);
  receive("SIGTERM");
  assertEquals([stops, kills], [1, 1]);
  assertEquals(records, [
    "SIGTERM received: draining, a second signal closes all connections at once",
    "SIGTERM received: closing all connections at once",
  ]);
});

Deno.test("a server that cannot go on does not wait for --drain-delay", async () => {
  const { log, records } = recordingLog();
  const failed = Promise.withResolvers<Error>();
  const supervisor = { failed: failed.promise, kill() {} };
  const server = serverOf(supervisor, () => Promise.resolve({ connectionsKilled: 0 }));
  let receive: (signal: HandledSignal) => void = () => {};
  const targets = {
    server: { ...server, settings: { ...server.settings, drainDelay: 3_600_000 } },
    log: { logger: log },
    reloader: { [Symbol.dispose]() {} },
    watchSignals: (listener: typeof receive) => void (receive = listener),
  } as unknown as SignalTargets;
  const ended = stopOnSignal(targets);
  receive("SIGTERM");
  assertEquals(records.length, 2);
  failed.resolve(new Error("all workers are gone"));
  assertEquals((await ended).exitCode, 70);
  assertEquals(records.length, 2);
});

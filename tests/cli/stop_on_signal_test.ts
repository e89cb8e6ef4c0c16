import { assertEquals } from "@std/assert";
import type { HandledSignal } from "../../src/base/signals.ts";
import { type SignalTargets, stopOnSignal } from "../../src/cli/stop_on_signal.ts";
import { planOf, recordingLog } from "../helpers/supervision.ts";

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
    server: { supervisor, plan: planOf({}), stop: () => new Promise(() => {}) },
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

import { alone, type Answer, type Deed, type Theme } from "../case.ts";
import { blocks, fails, fine } from "../outcomes.ts";

const SOON = { options: ["--worker-timeout", "3s"] };
const blocking = (does: string, code: string, answer: Answer = "silence") =>
  alone(does, code, blocks(answer), SOON);
/** Blocks for a while, or not at all: never for so long that its worker is replaced. */
const passing = (does: string, code: string, outcome: Deed["outcome"]) =>
  alone(does, code, outcome);

export const BLOCKING: Theme = {
  title: "Blocking",
  text:
    `An event loop serves nobody while a handler computes or waits synchronously. On the main thread, not even a signal is heard, except KILL. A thread is replaced after \`--worker-timeout\`, but goes on computing, and its clients wait; a process is killed. The tests of those that block for good run with \`--worker-timeout 3s\`, and all with one worker.`,
  deeds: [
    blocking("loops for ever", "for (;;);"),
    blocking(
      "loops for ever after its response",
      "setTimeout(() => { for (;;); }, 0); return nothing();",
      "204 or closed or silence",
    ),
    blocking("loops in microtasks", "for (;;) await null;"),
    blocking(
      "loops in process.nextTick",
      "const again = () => process.nextTick(again); again(); return nothing();",
      "204 or closed or silence",
    ),
    passing(
      "loops in timers of 0 ms",
      "const again = () => setTimeout(again, 0); again(); return nothing();",
      fine("204"),
    ),
    blocking(
      "matches a regular expression that backtracks without end",
      `return new Response(String(/^(a+)+$/.test("a".repeat(60) + "b")));`,
    ),
    blocking(
      "waits with Atomics.wait",
      "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    ),
    passing(
      "waits with Atomics.wait for half a second",
      "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500); return nothing();",
      fine("204"),
    ),
    blocking("sorts for ever", "[3, 2, 1].sort(() => { for (;;); });"),
    passing(
      "runs a program and waits for it",
      `new Deno.Command("sleep", { args: ["0.3"] }).outputSync(); return nothing();`,
      fine("204"),
    ),
    blocking(
      "reads a FIFO that nobody writes",
      `const path = Deno.makeTempFileSync(); Deno.removeSync(path); new Deno.Command("mkfifo", { args: [path] }).outputSync(); Deno.readTextFileSync(path); return nothing();`,
    ),
    passing(
      "asks on standard input",
      `return new Response(String(prompt("name?")) + confirm("sure?"));`,
      {
        ...{ main: fine(`200 "nullfalse"`), process: fine(`200 "nullfalse"`) },
        thread: fails("ReferenceError: prompt is not defined"),
      },
    ),
    passing("calls alert", `alert("hello"); return nothing();`, {
      ...{ main: fine("204"), process: fine("204") },
      thread: fails("ReferenceError: alert is not defined"),
    }),
    passing("breaks at debugger", `debugger; return nothing();`, fine("204")),
  ],
};

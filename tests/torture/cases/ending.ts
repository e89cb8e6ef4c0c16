import { alone, type Deed, type Outcome, type Theme } from "../case.ts";
import { blocks, ends, fails, fine, stray } from "../outcomes.ts";

const ending = (
  does: string,
  code: string,
  outcome: Deed["outcome"],
  options: readonly string[] = [],
) => alone(does, code, outcome, { options });
const ended = ends(0).process;
/** Refused where the worker shares its process; a process of its own may exit. */
const REFUSED = {
  main: fails("Error: Cannot end the server"),
  thread: fails("Error: Cannot end the thread"),
  process: ended,
};

/** A worker with the same code follows. */
const RELOADED: Outcome = { answer: "204", records: [], next: "new" };
// Another thread may send the answer before the signal stops it.
const STOPPED: Outcome = { answer: "silence or 204", records: [], next: "stuck" };

export const ENDING: Theme = {
  title: "Ending the server",
  text:
    `A handler on the main thread or in a thread cannot exit. It can still kill the process it runs in; in \`forked\` mode, that is only its own worker.`,
  deeds: [
    ending("calls Deno.exit", "Deno.exit(0);", REFUSED),
    ending("calls Deno.exit with 3", "Deno.exit(3);", REFUSED),
    ending("calls process.exit", "process.exit(0);", REFUSED),
    ending(
      "calls process.exit in a timer",
      "setTimeout(() => process.exit(5), 1); return nothing();",
      {
        main: stray("204", "Error: Cannot end the server").main,
        thread: stray("204", "Error: Cannot end the thread").thread,
        process: { ...ended, answer: "204 or closed" },
      },
    ),
    ending("calls process.reallyExit", "process.reallyExit(0);", REFUSED),
    ending("calls process.abort", "process.abort();", {
      ...ends("SIGABRT"),
      thread: fails("TypeError: process.abort() is not supported in workers"),
    }),
    ending(
      "sets process.exitCode",
      "process.exitCode = 9; Deno.exitCode = 9; return nothing();",
      fine("204"),
    ),
    ending("calls self.close", "self.close(); return nothing();", {
      ...REFUSED,
      process: { ...ended, answer: "204 or closed" },
    }),
    ending(
      "kills its own process with TERM",
      `Deno.kill(Deno.pid, "SIGTERM"); return nothing();`,
      { ...ends(0, "204"), process: fine("204") },
      // The answer is on its way when the server stops.
      ["--graceful-timeout", "30s"],
    ),
    ending(
      "kills its own process with KILL",
      `Deno.kill(Deno.pid, "SIGKILL"); return nothing();`,
      ends("SIGKILL"),
    ),
    ending(
      "kills its own process with USR2",
      `Deno.kill(Deno.pid, "SIGUSR2"); return nothing();`,
      ends("SIGUSR2", "204 or closed"),
    ),
    ending(
      "kills its own process with STOP",
      `Deno.kill(Deno.pid, "SIGSTOP"); return nothing();`,
      { ...{ main: STOPPED, thread: STOPPED }, process: blocks("silence").process },
      ["--worker-timeout", "3s"],
    ),
    ending(
      "kills its own process by process.kill",
      `process.kill(process.pid, "SIGKILL"); return nothing();`,
      ends("SIGKILL"),
    ),
    ending(
      "sends HUP to its process",
      `Deno.kill(Deno.pid, "SIGHUP"); return nothing();`,
      { main: RELOADED, thread: RELOADED, process: fine("204") },
    ),
    ending(
      "listens to signals",
      `for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) { Deno.addSignalListener(signal, () => {}); process.on(signal, () => {}); } return nothing();`,
      fine("204"),
    ),
    ending(
      "removes all listeners to signals",
      `for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.removeAllListeners(signal); return nothing();`,
      fine("204"),
    ),
    ending(
      "unrefs what keeps the server alive",
      `for (let id = 0; id < 1000; id++) { Deno.unrefTimer(id); } return nothing();`,
      fine("204"),
    ),
    ending(
      "clears all timers",
      `for (let id = 0; id < 10000; id++) { clearTimeout(id); clearInterval(id); } return nothing();`,
      fine("204"),
    ),
    ending(
      "dispatches unload",
      `dispatchEvent(new Event("beforeunload")); dispatchEvent(new Event("unload")); return nothing();`,
      fine("204"),
    ),
    ending(
      "throws in an unload listener",
      `addEventListener("unload", () => { throw new Error("unload"); }); return nothing();`,
      fine("204"),
    ),
    ending(
      "starts the debugger",
      `process.getBuiltinModule("node:inspector").open(0); return nothing();`,
      fine("204"),
    ),
  ],
};

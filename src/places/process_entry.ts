/** Where a process begins that is a lane of another: `main.ts` comes here first. */
import { makeAddressTable } from "../core/address_counts.ts";
import { openLibrary } from "../base/c_library.ts";
import type { Emit } from "../core/event.ts";
import { EXIT } from "../base/exit.ts";
import { LineWriter } from "../log/line_writer.ts";
import type { Order } from "../lane/order.ts";
import { type Row, Scoreboard } from "../lane/scoreboard.ts";
import { importFile } from "../services/handler/handler_file.ts";
import { SharedMemory } from "../lane/shared_state.ts";
import { cpuTime } from "../base/cpu_clock.ts";
import { runLaneWorker } from "./lane_worker.ts";
import type { FromLane, ToLane } from "./messages.ts";
import { encodeMessage, readMessages } from "../base/pipe.ts";
import { SIGNAL_NAMES } from "../base/signals.ts";

/** How much longer than the parent the alarm waits, in seconds. */
const ALARM_PATIENCE = 2;

/**
 * Runs a lane as the parent says on standard input; ends with it, or when the
 * parent is gone and what was in flight is finished.
 *
 * @returns What to exit with.
 */
export async function runProcess(word: string): Promise<number> {
  // A terminal and a service manager signal all processes at once; the parent acts for its lanes.
  for (const signal of SIGNAL_NAMES) Deno.addSignalListener(signal, () => {});
  const end = Promise.withResolvers<number>();
  const toParent = new LineWriter({
    name: "the pipe to the parent",
    write: (bytes) => Deno.stdout.write(bytes),
    reopen: () => Promise.resolve(),
    close() {},
  }, (count) => encodeMessage({ type: "dropped", count } satisfies FromLane, word));
  let row: Row | null = null;
  function post(message: FromLane): void {
    const isLines = message.type === "log" || message.type === "access";
    if (row !== null && !isLines) report(row);
    toParent.add(encodeMessage(message, word));
    if (message.type === "stopped") end.resolve(EXIT.ok);
    if (message.type === "failed" || message.type === "crashed") end.resolve(EXIT.software);
  }
  function report(row: Row): void {
    toParent.add(encodeMessage(rowMessage(row), word));
  }
  let order: Order | null = null;
  const { receive, crash } = runLaneWorker(post, (given) => {
    order = given;
    const scoreboard = new Scoreboard();
    const ownRow = row = scoreboard.row(given.row);
    const memory = new SharedMemory();
    const winding = windAlarm(given);
    setInterval(() => {
      report(ownRow);
      winding();
    }, given.heartbeat);
    const onEvent = reportAccepts(ownRow, given.heartbeat / 4, word);
    return {
      onEvent,
      scoreboard,
      addressTable: given.maxConnectionsPerIp === 0
        ? null
        : makeAddressTable(given.totalConnections),
      allocate: (name, bytes) => Promise.resolve().then(() => memory.allocate(name, bytes)),
      importHandler: importFile,
      memory: () => Deno.memoryUsage().rss,
      cpuTime,
    };
  });
  const reportCrash = (event: Event, cause: unknown) => {
    event.preventDefault();
    crash(cause);
  };
  globalThis.addEventListener("unhandledrejection", (event) => reportCrash(event, event.reason));
  globalThis.addEventListener("error", (event) => reportCrash(event, event.error));
  void readMessages<ToLane>(Deno.stdin.readable, receive, () => {}, word).then(() => {
    // The parent is gone: who comes now must find its successor.
    receive({ type: "stopAccepting" });
    receive({ type: "drain" });
    setTimeout(() => end.resolve(EXIT.software), order?.gracefulTimeout ?? 0);
  });
  const code = await end.promise;
  await toParent.close();
  return code;
}

let lastNumber = 0;

function rowMessage(row: Row): FromLane {
  return { type: "row", number: ++lastNumber, row: row.report() };
}

/**
 * Reports that a client came, before it is served: if it makes the lane hang,
 * that is the last that the parent hears. At once, and so on a pipe of its own;
 * but no more often than the interval, in milliseconds.
 */
function reportAccepts(row: Row, interval: number, word: string): Emit {
  const encoder = new TextEncoder();
  let last = -Infinity;
  return ({ type }) => {
    const now = performance.now();
    if (type !== "accepted" || now - last < interval) return;
    last = now;
    try {
      Deno.stderr.writeSync(encoder.encode(encodeMessage(rowMessage(row), word)));
    } catch { // The parent is gone.
    }
  };
}

/**
 * A process that is stuck is killed by its parent; without a parent, by an alarm
 * of the system, which goes off when it was not set anew for a while.
 *
 * @returns Sets it anew.
 */
function windAlarm({ workerTimeout }: Order): () => void {
  const library = openLibrary();
  if (library === null || workerTimeout === 0) return () => {};
  const seconds = Math.ceil(workerTimeout / 1000) + ALARM_PATIENCE;
  library.alarm(seconds);
  return () => void library.alarm(seconds);
}

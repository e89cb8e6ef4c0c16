/** The entry module of a thread: a Web Worker that runs one lane. */
import { cpuTime, loadCpuTime } from "../base/cpu_clock.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import { importFile } from "../services/handler/handler_file.ts";
import { importWithSluice } from "../services/handler/own_module.ts";
import { forbidExit } from "./guard.ts";
import { LaneWorker, type WorkerHost } from "./lane_worker.ts";
import { MemoryRequests } from "./thread_memory.ts";
import { watchPressure } from "./thread_pressure.ts";
import { onStrayError } from "./stray_errors.ts";
import type { FromThread, ThreadStart, ToThread } from "./thread_messages.ts";
import { closeSandbox } from "./thread_sandbox.ts";

/** The global scope of a Web Worker, which the types of the main thread lack. */
interface ThreadScope {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<ThreadStart>) => void) | null;
}

const scope = globalThis as unknown as ThreadScope;

/**
 * Runs a lane on orders from the parent.
 *
 * @param importHandler Imports the handler. An entry module made for the thread
 * can import it by a literal specifier.
 */
export function startThread(importHandler: WorkerHost["importHandler"] = importFile): void {
  restrictScope();
  scope.onmessage = ({ data }) => {
    // What comes next, if anything, is the handler's.
    scope.onmessage = null;
    runLane(data, importHandler);
  };
}

function runLane(
  { port, scoreboard: board, addressTables, backends }: ThreadStart,
  importHandler: WorkerHost["importHandler"],
): void {
  pinMethods(port);
  const post = (message: FromThread) => port.postMessage(message);
  const memory = new MemoryRequests(post);
  const scoreboard = new Scoreboard(board);
  let ownCpuTime = cpuTime;
  const worker = new LaneWorker(post, (order) => ({
    scoreboard,
    addressTables: () => addressTables,
    allocate: memory.allocate,
    backends: () => backends,
    importHandler: async (path, generation) => {
      if (order.sandbox) {
        await closeSandbox();
        ownCpuTime = await loadCpuTime();
      }
      return await importWithSluice(() => importHandler(path, generation));
    },
    onEvent: watchPressure(order, scoreboard, () => post({ type: "pressure" })),
    cpuTime: () => ownCpuTime(),
    memory: heapSize,
  }));
  // The parent ends the thread, so that it receives the whole error.
  onStrayError((cause) => worker.crash(cause));
  port.onmessage = ({ data }: MessageEvent<ToThread>) => {
    if (data.type === "memory") memory.receive(data.id, data.buffer);
    // A thread reads the board itself.
    else if (data.type !== "backends") worker.receive(data);
  };
}

/**
 * Makes the methods that are called on the port its own. The runtime and this
 * module would otherwise find those of the prototypes, which a handler may replace
 * with some that get hold of the port.
 */
function pinMethods(port: MessagePort): void {
  const { postMessage, dispatchEvent } = port;
  Object.defineProperties(port, {
    postMessage: { value: postMessage },
    dispatchEvent: { value: dispatchEvent },
  });
}

function heapSize(): number {
  const { heapTotal, external } = Deno.memoryUsage();
  return heapTotal + external;
}

/**
 * Keeps a handler from ending its thread, since the runtime would not notify the
 * parent, and from flooding the parent with messages: it posts the first one, for a
 * warning in the log.
 */
function restrictScope(): void {
  forbidExit("Cannot end the thread: it belongs to the server");
  const { postMessage } = scope;
  let hasPosted = false;
  scope.postMessage = () => {
    if (!hasPosted) postMessage(null);
    hasPosted = true;
  };
}

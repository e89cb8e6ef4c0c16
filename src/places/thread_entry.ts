/** The entry module of a thread: a Web Worker that runs one lane. */
import { cpuTime, loadCpuTime } from "../base/cpu_clock.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import { importFile } from "../services/handler/handler_file.ts";
import { LaneWorker, type WorkerHost } from "./lane_worker.ts";
import { MemoryRequests } from "./thread_memory.ts";
import { watchPressure } from "./thread_pressure.ts";
import { onStrayError } from "./stray_errors.ts";
import type { FromThread, ToThread } from "./thread_messages.ts";
import { closeSandbox } from "./thread_sandbox.ts";

/** The global scope of a Web Worker, which the types of the main thread lack. */
interface ThreadScope {
  postMessage(message: FromThread): void;
  close(): void;
  onmessage: ((event: MessageEvent<ToThread>) => void) | null;
}

const scope = globalThis as unknown as ThreadScope;
const post = (message: FromThread) => scope.postMessage(message);

/**
 * Runs a lane on orders from the parent.
 *
 * @param importHandler Imports the handler. An entry module made for the thread
 * can import it by a literal specifier.
 */
export function startThread(importHandler: WorkerHost["importHandler"] = importFile): void {
  const memory = new MemoryRequests(post);
  let scoreboard: Scoreboard;
  let addressTables: readonly SharedArrayBuffer[];
  let ownCpuTime = cpuTime;
  const worker = new LaneWorker(post, (order) => ({
    scoreboard,
    addressTables: () => addressTables,
    allocate: memory.allocate,
    importHandler: async (path, generation) => {
      if (order.sandbox) {
        await closeSandbox();
        ownCpuTime = await loadCpuTime();
      }
      return await importHandler(path, generation);
    },
    onEvent: watchPressure(order, scoreboard, () => post({ type: "pressure" })),
    cpuTime: () => ownCpuTime(),
    memory: heapSize,
  }));
  // The parent ends the thread, so that it receives the whole error.
  onStrayError((cause) => worker.crash(cause));
  forbidExit();
  scope.onmessage = ({ data }) => {
    if (data.type === "start") {
      scoreboard = new Scoreboard(data.scoreboard);
      addressTables = data.addressTables;
    } else if (data.type === "memory") {
      memory.receive(data.id, data.buffer);
    } else {
      worker.receive(data);
    }
  };
}

function heapSize(): number {
  const { heapTotal, external } = Deno.memoryUsage();
  return heapTotal + external;
}

/** Keeps a handler from ending its thread: the runtime would not notify the parent. */
function forbidExit(): void {
  const refuse = (): never => {
    throw new Error("Cannot end the thread: it belongs to the server");
  };
  scope.close = refuse;
  Deno.exit = refuse;
}

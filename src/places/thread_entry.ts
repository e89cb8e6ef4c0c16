/** Where a thread begins: a Web Worker that runs one lane. */
import type { Emit } from "../core/event.ts";
import type { Order } from "../lane/order.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import { importFile } from "../services/handler/handler_file.ts";
import type { Allocate } from "../lane/shared_state.ts";
import { cpuTime, loadCpuTime } from "../base/cpu_clock.ts";
import { type Inside, runLaneWorker } from "./lane_worker.ts";
import type { FromLane, ToLane } from "./messages.ts";

/** What a thread is told: what every lane is, and about the memory that threads share. */
export type ToThread =
  | ToLane
  /** Comes first. */
  | {
    readonly type: "start";
    readonly scoreboard: SharedArrayBuffer;
    readonly addressTable: SharedArrayBuffer | null;
  }
  /** Answers `allocate`: the memory, or why there is none. */
  | { readonly type: "memory"; readonly id: number; readonly buffer: SharedArrayBuffer | string };

/** What a thread says. */
export type FromThread =
  | FromLane
  | {
    readonly type: "allocate";
    readonly id: number;
    readonly name: string;
    readonly bytes: number;
  };

/** The global scope of a Web Worker, which the type library for pages does not know. */
interface ThreadScope {
  postMessage(message: FromThread): void;
  close(): void;
  onmessage: ((event: MessageEvent<ToThread>) => void) | null;
}

const scope = globalThis as unknown as ThreadScope;
const post = (message: FromThread) => scope.postMessage(message);

/**
 * Runs a lane as the parent says.
 *
 * @param importHandler Imports the handler; a module that was made for the thread knows it by name.
 */
export function startThread(importHandler: Inside["importHandler"] = importFile): void {
  const memory = new MemoryRequests();
  let scoreboard: Scoreboard;
  let addressTable: SharedArrayBuffer | null;
  let ownCpuTime = cpuTime;
  const { receive, crash } = runLaneWorker(post, (order) => ({
    scoreboard,
    addressTable,
    allocate: (name, bytes) => memory.allocate(name, bytes),
    importHandler: async (path, generation) => {
      if (order.sandbox) {
        await refuseSignals();
        ownCpuTime = await loadCpuTime();
      }
      return await importHandler(path, generation);
    },
    onEvent: watchPressure(order, scoreboard),
    cpuTime: () => ownCpuTime(),
    memory: () => {
      const { heapTotal, external } = Deno.memoryUsage();
      return heapTotal + external;
    },
  }));
  reportCrash(crash);
  scope.onmessage = ({ data }) => {
    if (data.type === "start") {
      scoreboard = new Scoreboard(data.scoreboard);
      addressTable = data.addressTable;
    } else if (data.type === "memory") {
      memory.receive(data.id, data.buffer);
    } else {
      receive(data);
    }
  };
}

/** Tells the parent when idle lanes become too few, and, if it is to refuse then, when one is idle again. */
function watchPressure(order: Order, scoreboard: Scoreboard): Emit {
  const { spare, mostLanes, overload } = order;
  if (spare === 0) return () => {};
  const mayRefuse = overload === "refuse";
  return ({ type }) => {
    if (type !== "accepted" && !(mayRefuse && type === "closed")) return;
    let [ready, idle] = [0, 0];
    for (const row of scoreboard.rows()) {
      if (row.state !== "ready") continue;
      ready++;
      if (row.open === 0) idle++;
    }
    const isShort = idle < spare && (ready < mostLanes || (mayRefuse && idle === 0));
    if (type === "accepted" ? isShort : idle === 1) post({ type: "pressure" });
  };
}

/** An error that nobody catches ends the thread: by the parent's hand, which then knows of it all there is. */
function reportCrash(crash: (cause: unknown) => void): void {
  const report = (event: Event, cause: unknown) => {
    event.preventDefault();
    crash(cause);
  };
  globalThis.addEventListener("unhandledrejection", (event) => report(event, event.reason));
  globalThis.addEventListener("error", (event) => report(event, event.error ?? event.message));
  // After these the runtime would tell nobody that the thread is gone.
  const refuse = (): never => {
    throw new Error("Cannot end the thread: it is the server's");
  };
  scope.close = refuse;
  Deno.exit = refuse;
}

/** The runtime lets any code signal its own process, which all threads share. */
async function refuseSignals(): Promise<void> {
  const { default: process } = await import("node:process");
  const refuse = (): never => {
    throw new Deno.errors.NotCapable("Cannot send a signal: the handler is in a sandbox");
  };
  Deno.kill = refuse;
  process.kill = refuse;
}

/** Asks the parent for memory, once for each name. */
class MemoryRequests {
  readonly #buffers = new Map<string, SharedArrayBuffer>();
  readonly #requests = new Map<number, PromiseWithResolvers<SharedArrayBuffer>>();
  #lastId = 0;

  readonly allocate: Allocate = async (name, bytes) => {
    const known = this.#buffers.get(name);
    if (known?.byteLength === bytes) return known;
    const id = ++this.#lastId;
    const request = Promise.withResolvers<SharedArrayBuffer>();
    this.#requests.set(id, request);
    post({ type: "allocate", id, name, bytes });
    const buffer = await request.promise;
    this.#buffers.set(name, buffer);
    return buffer;
  };

  receive(id: number, buffer: SharedArrayBuffer | string): void {
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    if (typeof buffer === "string") request?.reject(new RangeError(buffer));
    else request?.resolve(buffer);
  }
}

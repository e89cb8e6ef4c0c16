import { AddressCounts } from "../core/address_counts.ts";
import type { Order } from "../lane/order.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import { fileUrl } from "../services/handler/handler_file.ts";
import type { SharedMemory } from "../lane/shared_state.ts";
import { RemoteLane, type Reports } from "./remote_lane.ts";
import type { Place } from "./handle.ts";
import type { FromThread, ToThread } from "./thread_entry.ts";

/** What the threads of this process have in common. */
export interface ThreadTools extends Reports {
  readonly scoreboard: Scoreboard;
  readonly addressTable: SharedArrayBuffer | null;
  readonly memory: SharedMemory;
}

const ENTRY = import.meta.resolve("./thread_entry.ts");

/** What a sandboxed handler may not do; the network is left to it. */
const SANDBOX: Deno.PermissionOptionsObject = {
  // The library of WebSockets asks for these; nobody else has anything to hide in them.
  env: ["WS_NO_BUFFER_UTIL", "WS_NO_UTF_8_VALIDATE"],
  ffi: false,
  import: false,
  net: "inherit",
  read: false,
  run: false,
  sys: false,
  write: false,
};

/** A Web Worker for each lane. */
export function thread(tools: ThreadTools): Place {
  return (order) => {
    const worker = new Worker(moduleFor(order), {
      type: "module",
      name: `lane ${order.lane}`,
      ...order.sandbox ? { deno: { permissions: SANDBOX } } : {},
    });
    const row = tools.scoreboard.row(order.row);
    const send = (message: ToThread) => worker.postMessage(message);
    const end = () => worker.terminate();
    const finish = () => Promise.resolve(end());
    const lane = new RemoteLane({ pid: Deno.pid, send, finish, kill: end }, row, tools);
    worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
      if (data.type === "allocate") send(answer(tools.memory, data));
      else lane.receive(data);
    };
    worker.onerror = (event) => {
      // Else the error would end the main thread as well.
      event.preventDefault();
      const where = event.filename ? ` at ${event.filename}:${event.lineno}` : "";
      lane.crash(new Error(`${event.message}${where}`));
      worker.terminate();
    };
    void lane.exited.then(() => {
      tools.memory.unlockAll(order.lane);
      if (tools.addressTable !== null) new AddressCounts(tools.addressTable, order.row).clear();
    });
    const { scoreboard: { buffer: scoreboard }, addressTable } = tools;
    send({ type: "start", scoreboard, addressTable });
    lane.start(order);
    return lane;
  };
}

/**
 * A module that names the handler: a thread that may read no files can still
 * load what its first module imports, as its parent may.
 */
function moduleFor({ service }: Order): string {
  const handler = service.kind === "handler"
    ? `() => import(${JSON.stringify(fileUrl(service.path))})`
    : "";
  const source = `import { startThread } from ${JSON.stringify(ENTRY)};startThread(${handler});`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

function answer(
  memory: SharedMemory,
  { id, name, bytes }: Extract<FromThread, { type: "allocate" }>,
): ToThread {
  try {
    return { type: "memory", id, buffer: memory.allocate(name, bytes) };
  } catch (error) {
    return { type: "memory", id, buffer: error instanceof Error ? error.message : String(error) };
  }
}

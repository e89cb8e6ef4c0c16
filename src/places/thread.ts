import type { AddressTables } from "../core/address_counts.ts";
import type { Order } from "../lane/order.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import type { SharedMemory } from "../lane/shared_state.ts";
import { fileUrl } from "../services/handler/handler_file.ts";
import type { Place } from "./handle.ts";
import { RemoteLane, type Reports } from "./remote_lane.ts";
import type { FromThread, ToThread } from "./thread_messages.ts";
import { SANDBOX } from "./thread_sandbox.ts";

/** What the threads of this process share. */
export interface ThreadTools extends Reports {
  readonly scoreboard: Scoreboard;
  readonly addressTables: AddressTables;
  readonly memory: SharedMemory;
}

const ENTRY = import.meta.resolve("./thread_entry.ts");

/** Runs each lane in a Web Worker. */
export function thread(tools: ThreadTools): Place {
  const { scoreboard, addressTables, memory } = tools;
  return (order) => {
    const worker = startWorker(order);
    const send = (message: ToThread) => worker.postMessage(message);
    const kill = () => worker.terminate();
    const channel = { pid: Deno.pid, send, finish: () => Promise.resolve(kill()), kill };
    const lane = new RemoteLane(channel, scoreboard.row(order.row), tools);
    worker.onmessage = ({ data }: MessageEvent<FromThread>) => {
      if (data.type === "allocate") send(allocate(memory, data));
      else lane.receive(data);
    };
    worker.onerror = (event) => {
      // Otherwise the error would end the main thread as well.
      event.preventDefault();
      const where = event.filename ? ` at ${event.filename}:${event.lineno}` : "";
      lane.crash(new Error(`${event.message}${where}`));
      kill();
    };
    void lane.exited.then(() => {
      memory.unlockAll(order.lane);
      addressTables.clear(order.row);
    });
    const tables = order.maxConnectionsPerIp === 0
      ? []
      : addressTables.reserve(order.totalConnections);
    send({ type: "start", scoreboard: scoreboard.buffer, addressTables: tables });
    lane.start(order);
    return lane;
  };
}

function startWorker(order: Order): Worker {
  return new Worker(entryFor(order), {
    type: "module",
    name: `lane ${order.lane}`,
    ...order.sandbox ? { deno: { permissions: SANDBOX } } : {},
  });
}

/**
 * Makes an entry module that imports the handler by a literal specifier: the
 * runtime loads those with the permissions of the parent, even if the thread itself
 * may not read files.
 */
function entryFor({ service }: Order): string {
  const handler = service.kind === "handler"
    ? `() => import(${JSON.stringify(fileUrl(service.path))})`
    : "";
  const source = `import { startThread } from ${JSON.stringify(ENTRY)};startThread(${handler});`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

function allocate(
  memory: SharedMemory,
  { id, name, bytes }: Extract<FromThread, { type: "allocate" }>,
): ToThread {
  try {
    return { type: "memory", id, buffer: memory.allocate(name, bytes) };
  } catch (error) {
    return { type: "memory", id, buffer: error instanceof Error ? error.message : String(error) };
  }
}

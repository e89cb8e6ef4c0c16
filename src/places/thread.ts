import { entryUrl, OWN_MODULE } from "../base/program.ts";
import type { AddressTables } from "../core/address_counts.ts";
import type { BackendMemory } from "../lane/backends.ts";
import type { Order } from "../lane/order.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import type { SharedMemory } from "../lane/shared_state.ts";
import type { Place } from "./handle.ts";
import { RemoteLane, type Reports } from "./remote_lane.ts";
import { checkAllocate } from "./thread_check.ts";
import type { AllocateMessage, ThreadStart, ToThread } from "./thread_messages.ts";
import { handlerModule, SANDBOX } from "./thread_sandbox.ts";

/** What the threads of this process share. */
export interface ThreadTools extends Reports {
  /** The handler of a lane has posted a message, which nobody receives. Called once for each lane. */
  onStray(lane: number): void;
  readonly scoreboard: Scoreboard;
  readonly addressTables: AddressTables;
  readonly memory: SharedMemory;
  /** The memory of a lane that balances; null in a server that does not. */
  backends(lane: number): BackendMemory | null;
}

const ENTRY = entryUrl("thread_entry");

/** Runs each lane in a Web Worker. */
export function thread(tools: ThreadTools): Place {
  const { scoreboard, addressTables, memory } = tools;
  return (order) => {
    const worker = startWorker(order);
    const { port1: port, port2 } = new MessageChannel();
    const send = (message: ToThread) => port.postMessage(message);
    function kill(): void {
      worker.terminate();
      port.close();
    }
    const channel = { pid: Deno.pid, send, finish: () => Promise.resolve(kill()), kill };
    const lane = new RemoteLane(channel, tools);
    port.onmessage = ({ data }: MessageEvent<unknown>) => {
      const request = checkAllocate(data);
      if (request === null) lane.receive(data);
      else send(allocate(memory, request));
    };
    port.onmessageerror = () => lane.reject(null);
    // The lane does not post here, but its handler can.
    worker.addEventListener("message", () => tools.onStray(order.lane), { once: true });
    worker.onerror = (event) => {
      // Otherwise the error would end the main thread as well.
      event.preventDefault();
      const where = event.filename ? ` at ${event.filename}:${event.lineno}` : "";
      lane.crash(new Error(`${event.message}${where}`));
      kill();
    };
    void lane.exited.then(() => {
      // The thread may still run: what it does from here on must not count, and a lock
      // that it takes is not kept.
      scoreboard.row(order.row).evict();
      memory.unlockAll(order.lane);
      addressTables.clear(order.row);
    });
    const start: ThreadStart = {
      port: port2,
      scoreboard: scoreboard.buffer,
      addressTables: order.maxConnectionsPerIp === 0
        ? []
        : addressTables.reserve(order.totalConnections),
      backends: order.groups === null ? null : tools.backends(order.lane),
    };
    worker.postMessage(start, [port2]);
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
 * may not read files. The same holds for what a handler may import as "sluice".
 */
function entryFor({ service, sandbox }: Order): string {
  const handler = service.kind === "handler"
    ? `() => import(${JSON.stringify(handlerModule(service.path, sandbox))})`
    : "";
  // Never called.
  const own = sandbox ? `() => import(${JSON.stringify(OWN_MODULE)});` : "";
  const source = `import { startThread } from ${
    JSON.stringify(ENTRY)
  };${own}startThread(${handler});`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

function allocate(
  memory: SharedMemory,
  { id, name, bytes }: AllocateMessage,
): ToThread {
  try {
    return { type: "memory", id, buffer: memory.allocate(name, bytes) };
  } catch (error) {
    return { type: "memory", id, buffer: error instanceof Error ? error.message : String(error) };
  }
}

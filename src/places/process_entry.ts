/** The entry of a process that runs one lane: `main.ts` calls it first. */
import { clock } from "../base/clock.ts";
import { cpuTime } from "../base/cpu_clock.ts";
import { EXIT } from "../base/exit.ts";
import { offerToOomKiller } from "../base/oom_score.ts";
import { readWord } from "../base/pipe.ts";
import { SIGNAL_NAMES } from "../base/signals.ts";
import { every, later } from "../base/timers.ts";
import { allowCopies } from "../core/foreign_sockets.ts";
import { AddressTables } from "../core/address_counts.ts";
import type { Emit } from "../core/event.ts";
import { releaseSocket, takeSocket } from "../core/taken_socket.ts";
import type { Backends } from "../lane/backends.ts";
import type { Order } from "../lane/order.ts";
import { ProcessLoads } from "../lane/process_loads.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import { SharedMemory } from "../lane/shared_state.ts";
import type { BackendFacts } from "../upstream/backend_facts.ts";
import { importFile } from "../services/handler/handler_file.ts";
import { keepStandardStreams } from "./guard.ts";
import { LaneWorker, type WorkerHost } from "./lane_worker.ts";
import type { ToLane } from "./messages.ts";
import type { FromProcess } from "./process_messages.ts";
import { startOrphanAlarm } from "./process_alarm.ts";
import { ParentPipe } from "./process_pipe.ts";
import { onStrayError } from "./stray_errors.ts";

/** Messages after which the lane accepts no more. */
const LEAVING: readonly ToLane["type"][] = ["stopAccepting", "retire", "drain"];

/**
 * Runs a lane on orders from the parent over standard input. Ends with the lane
 * or, if the parent dies, after draining it.
 *
 * @returns The exit code.
 */
export async function runProcess(): Promise<number> {
  standBehindParent();
  const parent = await readWord(Deno.stdin.readable);
  if (parent === null) return EXIT.software;
  keepStandardStreams();
  // While this process is blocked, another child of the parent accepts its clients.
  allowCopies(Deno.ppid);
  const exit = Promise.withResolvers<number>();
  const pipe = new ParentPipe(parent.word);
  function post(message: FromProcess): void {
    pipe.post(message);
    if (message.type === "ready") {
      isReady = true;
      restartAlarm();
    }
    if (message.type === "stopped") exit.resolve(EXIT.ok);
    if (message.type === "failed" || message.type === "crashed") exit.resolve(EXIT.software);
  }
  let isReady = false;
  let restartAlarm = () => {};
  let leave = () => {};
  let gracefulTimeout = 0;
  let backends: Promise<Backends> | null = null;
  let memoryFor: WorkerHost["backends"] = () => null;
  const worker = new LaneWorker(post, (order) => {
    gracefulTimeout = order.gracefulTimeout;
    const limit = () => isReady ? order.workerTimeout : order.startTimeout;
    restartAlarm = startOrphanAlarm(limit, order.gracefulTimeout);
    const { leaveOthers, ...host } = makeHost(order, pipe, restartAlarm);
    leave = leaveOthers;
    return { ...host, backends: memoryFor };
  }, (message) => pipe.postNow(message));
  onStrayError((cause) => worker.crash(cause));
  const receive = (message: ToLane) => {
    if (LEAVING.includes(message.type)) leave();
    if (message.type === "backends") {
      // Only a process that balances loads what it needs for that.
      backends = copied(backends ?? makeBackends(pipe), message.changes);
    } else if (backends === null) {
      worker.receive(message);
    } else {
      // All that follow wait as well: a lane that is not open yet would miss that it is to end.
      void backends.then((found) => {
        memoryFor = (lane) => found.memoryFor(lane);
        worker.receive(message);
      });
    }
  };
  void parent.readMessages(receive).then(() => {
    // The parent is gone: leave new clients to the server that replaces it.
    receive({ type: "stopAccepting" });
    receive({ type: "drain" });
    later(gracefulTimeout, () => exit.resolve(EXIT.software));
  });
  const code = await exit.promise;
  await pipe.close();
  return code;
}

/** Leaves signals to the parent, and its memory when there is too little for both. */
function standBehindParent(): void {
  // A terminal or service manager signals all processes; only the parent acts.
  for (const signal of SIGNAL_NAMES) Deno.addSignalListener(signal, () => {});
  // What a handler allocates must not cost the server its parent.
  offerToOomKiller();
}

/**
 * Takes over the sockets that this process was started with.
 *
 * @returns Releases them, once.
 */
function takeInherited(order: Order): () => void {
  const sockets = order.inherited.map((socket) => takeSocket(socket, socket.isKept));
  return () => sockets.splice(0).forEach(releaseSocket);
}

/** Makes the board of this process, and has its counts reported. */
async function makeBackends(pipe: ParentPipe): Promise<Backends> {
  const [{ Backends }, { CountsReporter }] = await Promise.all([
    import("../lane/backends.ts"),
    import("../upstream/counts_reporter.ts"),
  ]);
  const backends = new Backends();
  pipe.attachBackends(new CountsReporter(backends.board));
  return backends;
}

/** Writes what has changed of the backends on the board of this process. */
async function copied(
  before: Promise<Backends>,
  changes: readonly BackendFacts[],
): Promise<Backends> {
  const backends = await before;
  backends.apply(changes);
  return backends;
}

/** Makes the host of the lane, and starts the heartbeat that reports its row. */
function makeHost(
  order: Order,
  pipe: ParentPipe,
  restartAlarm: () => void,
): Omit<WorkerHost, "backends"> & { readonly leaveOthers: () => void } {
  const release = takeInherited(order);
  const scoreboard = new Scoreboard();
  const memory = new SharedMemory();
  const row = scoreboard.row(order.row);
  row.begin(order.lane, order.generation, order.tenancy);
  pipe.attach(row);
  // The parent tells by this that the lane has begun to start.
  pipe.reportRowNow();
  const loads = order.loads === null ? null : ProcessLoads.open(order.loads);
  const reportAccept = reportAccepts(pipe, order.heartbeat / 4);
  let isAccepting = true;
  const tellOthers = () => {
    if (isAccepting) loads?.tell(order.row, row.open);
  };
  every(order.heartbeat, () => {
    tellOthers();
    // A sign of life as well: the lane's own heartbeat may be as old as the next one is far.
    row.set("heartbeat", clock());
    pipe.report();
    restartAlarm();
  });
  return {
    scoreboard,
    addressTables: (connections) => new AddressTables().reserve(connections),
    allocate: (name, bytes) => Promise.resolve().then(() => memory.allocate(name, bytes)),
    // Nothing was loaded before, so the handler has its own URL after a reload, too.
    importHandler: (path) => importFile(path),
    loads,
    leaveOthers() {
      isAccepting = false;
      loads?.leave(order.row);
      release();
    },
    onEvent: loads === null ? reportAccept : (event) => {
      tellOthers();
      reportAccept(event);
    },
    memory: () => Deno.memoryUsage().rss,
    cpuTime,
  };
}

/**
 * Reports each client before it is served, because nothing later reaches the
 * parent if it makes the lane hang. At most once per `interval` milliseconds.
 */
function reportAccepts(pipe: ParentPipe, interval: number): Emit {
  let last = -Infinity;
  return ({ type }) => {
    const now = performance.now();
    if (type !== "accepted" || now - last < interval) return;
    last = now;
    pipe.reportRowNow();
  };
}

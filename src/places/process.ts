import { ChildProcess } from "../base/child_process.ts";
import { outOfMemoryKills } from "../base/memory_limit.ts";
import { programArguments } from "../base/run_arguments.ts";
import { thrownError } from "../base/thrown.ts";
import { sleep } from "../base/timers.ts";
import { withInherited } from "../core/inherited_sockets.ts";
import type { Backends } from "../lane/backends.ts";
import type { Order } from "../lane/order.ts";
import type { Row } from "../lane/row.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import type { Place } from "./handle.ts";
import { LANE_ARGUMENT, type ToLane } from "./messages.ts";
import { checkFromProcess } from "./process_check.ts";
import type { RowMessage } from "./process_messages.ts";
import { RemoteLane, type Reports } from "./remote_lane.ts";

/** What a process needs from its parent. */
export interface ProcessTools extends Reports {
  readonly scoreboard: Scoreboard;
  /** Messages of a lane were lost, possibly lines for the logs. */
  onDropped(count: number): void;
  /** The board, which each process that balances copies; null in a server that does not. */
  backends(): Backends | null;
}

/** How long a process may take to exit once its lane has stopped, in milliseconds. */
const EXIT_PATIENCE = 2000;

/**
 * How long the last messages of a process that has exited may take to be read, in
 * milliseconds. The streams end later only if programs that it started have them, too.
 */
const READ_PATIENCE = 500;

/** Runs each lane in a child process, which runs this same program. */
export function process(tools: ProcessTools): Place {
  const args = [...programArguments(), LANE_ARGUMENT];
  const kills = new OutOfMemoryKills();
  return (order) => {
    kills.watch();
    const rows = new RowReports(tools.scoreboard.row(order.row));
    const backends = order.groups === null ? null : tools.backends();
    const counts = backends?.countsOfProcess() ?? null;
    const start = () => new ChildProcess<ToLane, unknown>(args, receive);
    const child = withInherited(descriptorsOf(order), start);
    function receive(sent: unknown): void {
      const message = checkFromProcess(sent);
      if (message === null) lane.receive(sent);
      else if (message.type === "dropped") tools.onDropped(message.count);
      // Output may still arrive when the row already belongs to another lane.
      else if (lane.isOver) return;
      else if (message.type === "row") rows.take(message);
      else if (counts === null) lane.reject(sent);
      else counts.take(message.counts);
    }
    const channel = {
      pid: child.pid,
      send: (message: ToLane) => child.send(message),
      finish: () => child.finish(EXIT_PATIENCE),
      kill: () => child.kill(),
    };
    const lane = new RemoteLane(channel, tools);
    child.status.then(async ({ code, signal }) => {
      const reason = signal === "SIGKILL" && await kills.take() ? ": out of memory" : "";
      await Promise.race([child.outputRead, sleep(READ_PATIENCE)]);
      const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}${reason}`;
      // Where this was noticed says nothing about why.
      lane.crash(thrownError(`Process ${child.pid} ${how}`));
    });
    const stopFollowing = backends?.follow((changes) => lane.tellBackends(changes));
    void lane.exited.then(() => {
      stopFollowing?.();
      counts?.close();
    });
    lane.start(order);
    return lane;
  };
}

/** Finds out whether a process was killed because the memory of the container was used up. */
class OutOfMemoryKills {
  /** The kills before the first process, and those that were attributed since; null before that. */
  #attributed: Promise<number> | null = null;

  /** Called before a process is started. */
  watch(): void {
    this.#attributed ??= outOfMemoryKills();
  }

  /** Whether a process that was killed just now is one of them; each kill counts for one process. */
  async take(): Promise<boolean> {
    this.watch();
    const attributed = this.#attributed ?? Promise.resolve(0);
    const found = Promise.all([attributed, attributed.then(outOfMemoryKills)])
      .then(([before, now]) => ({ before, isNew: now > before }));
    // In order: processes may be killed together.
    this.#attributed = found.then(({ before, isNew }) => isNew ? before + 1 : before);
    return (await found).isNew;
  }
}

/** What the process inherits beside its standard streams. */
function descriptorsOf({ inherited, loads }: Order): readonly number[] {
  const sockets = inherited.map(({ descriptor }) => descriptor);
  return loads === null ? sockets : [...sockets, loads];
}

/** Copies the reports of a process into the row that its parent keeps for it. */
export class RowReports {
  readonly #row: Row;
  /** The highest number of a report so far. */
  #last = 0;

  constructor(row: Row) {
    this.#row = row;
  }

  /** Copies a report, unless a newer one has arrived before. */
  take({ number, row }: RowMessage): void {
    if (number < this.#last) return;
    this.#last = number;
    this.#row.take(row);
  }
}

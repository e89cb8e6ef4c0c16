import { ChildProcess } from "../base/child_process.ts";
import { programArguments } from "../base/run_arguments.ts";
import { thrownError } from "../base/thrown.ts";
import { sleep } from "../base/timers.ts";
import type { Backends } from "../lane/backends.ts";
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
  return (order) => {
    const rows = new RowReports(tools.scoreboard.row(order.row));
    const backends = order.groups === null ? null : tools.backends();
    const counts = backends?.countsOfProcess() ?? null;
    const child = new ChildProcess<ToLane, unknown>(args, (sent) => {
      const message = checkFromProcess(sent);
      if (message === null) lane.receive(sent);
      else if (message.type === "dropped") tools.onDropped(message.count);
      // Output may still arrive when the row already belongs to another lane.
      else if (lane.isOver) return;
      else if (message.type === "row") rows.take(message);
      else if (counts === null) lane.reject(sent);
      else counts.take(message.counts);
    });
    const channel = {
      pid: child.pid,
      send: (message: ToLane) => child.send(message),
      finish: () => child.finish(EXIT_PATIENCE),
      kill: () => child.kill(),
    };
    const lane = new RemoteLane(channel, tools);
    child.status.then(async ({ code, signal }) => {
      await Promise.race([child.outputRead, sleep(READ_PATIENCE)]);
      const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
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

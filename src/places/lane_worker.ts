import { Lane, type LaneHost } from "../lane/lane.ts";
import type { Order } from "../lane/order.ts";
import { LineBuffer } from "../log/line_buffer.ts";
import { remoteLogger } from "../log/remote_logger.ts";
import { sleep } from "../base/timers.ts";
import { type FromLane, reportError, type ToLane } from "./messages.ts";

/** What differs between a thread and a process: all that a lane is given but the logs. */
export type Inside = Omit<LaneHost, "log" | "accessLog">;

/** A lane whose parent is elsewhere. */
export interface LaneWorker {
  /** Takes what the parent says. */
  receive(message: ToLane): void;
  /** Says to the parent that the lane ends by an error that nobody caught. */
  crash(cause: unknown): void;
}

/**
 * Runs a lane whose parent is elsewhere: does what it is told by messages, and
 * answers with messages.
 *
 * @param prepare Called once, with the order.
 */
export function runLaneWorker(
  post: (message: FromLane) => void,
  prepare: (order: Order) => Inside,
): LaneWorker {
  const accessLog = new LineBuffer((lines) => post({ type: "access", lines }));
  const lines = gather((lines) => post({ type: "log", lines }));
  let opening: Promise<Lane> | null = null;
  async function open(order: Order): Promise<Lane> {
    const log = remoteLogger(order.log, lines.add);
    return await Lane.open(order, { ...prepare(order), log, accessLog });
  }
  function whenOpen(act: (lane: Lane) => void | Promise<void>) {
    // A lane that could not open has said so, and is not told anything more.
    opening?.then(act, () => {});
  }
  function receive(message: ToLane): void {
    switch (message.type) {
      case "open":
        opening = open(message.order);
        opening.then(
          ({ addresses, refusal }) => post({ type: "ready", ready: { addresses, refusal } }),
          (error) => post({ type: "failed", error: reportError(error) }),
        );
        return;
      case "setReuseportFilter":
        return whenOpen((lane) =>
          post({ type: "reuseportFilterSet", done: lane.setReuseportFilter(message.filter) })
        );
      case "stopAccepting":
        return whenOpen(async (lane) => {
          await lane.stopAccepting();
          post({ type: "stoppedAccepting" });
        });
      case "retire":
        return whenOpen(async (lane) => {
          await lane.retire();
          post({ type: "stoppedAccepting" });
          await lane.end();
          lines.flush();
          post({ type: "stopped" });
        });
      case "drain":
        return whenOpen(async (lane) => {
          await lane.drain();
          lines.flush();
          post({ type: "stopped" });
        });
      case "closeConnections":
        return whenOpen((lane) => lane.closeConnections());
    }
  }
  function crash(cause: unknown): void {
    accessLog.flush();
    lines.flush();
    post({ type: "crashed", error: reportError(cause) });
  }
  return { receive, crash };
}

/**
 * Sends the first line at once, so that what a lane logs before it hangs is not
 * lost, and those of the next millisecond together.
 */
function gather(send: (lines: string) => void): { add(line: string): void; flush(): void } {
  let batch: string | null = null;
  function flush(): void {
    if (batch) send(batch);
    batch = null;
  }
  return {
    flush,
    add(line) {
      if (batch !== null) {
        batch += line;
        return;
      }
      batch = "";
      send(line);
      void sleep(1).then(flush);
    },
  };
}

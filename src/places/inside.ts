import { Lane, type LaneHost } from "../lane.ts";
import type { Order } from "../plan.ts";
import { remoteLogger } from "../remote_log.ts";
import { sleep } from "../core/timers.ts";
import { type FromLane, reportError, type ToLane } from "./messages.ts";

/** What differs between a thread and a process: all that a lane is given but the log. */
export type Inside = Omit<LaneHost, "log">;

/**
 * Runs a lane whose parent is elsewhere: does what it is told by messages, and
 * answers with messages.
 *
 * @param prepare Called once, with the order.
 * @returns Takes what the parent says.
 */
export function runInside(
  post: (message: FromLane) => void,
  prepare: (order: Order) => Inside,
): (message: ToLane) => void {
  let opening: Promise<Lane> | null = null;
  async function open(order: Order): Promise<Lane> {
    const log = remoteLogger(order.log, gather((lines) => post({ type: "log", lines })));
    return await Lane.open(order, { ...prepare(order), log });
  }
  function whenOpen(act: (lane: Lane) => void | Promise<void>) {
    // A lane that could not open has said so, and is not told anything more.
    opening?.then(act, () => {});
  }
  return (message) => {
    switch (message.type) {
      case "open":
        opening = open(message.order);
        opening.then(
          ({ addresses, refusal }) => post({ type: "ready", ready: { addresses, refusal } }),
          (error) => post({ type: "failed", error: reportError(error) }),
        );
        return;
      case "steer":
        return whenOpen((lane) => post({ type: "steered", done: lane.steer(message.steering) }));
      case "closeDoor":
        return whenOpen(async (lane) => {
          await lane.closeDoor();
          post({ type: "doorClosed" });
        });
      case "retire":
        return whenOpen(async (lane) => {
          await lane.leave();
          post({ type: "doorClosed" });
          await lane.end();
          post({ type: "stopped" });
        });
      case "drain":
        return whenOpen(async (lane) => {
          await lane.drain();
          post({ type: "stopped" });
        });
      case "kill":
        return whenOpen((lane) => lane.kill());
    }
  };
}

/**
 * Sends the first line at once, so that what a lane logs before it hangs is not
 * lost, and those of the next millisecond together.
 */
function gather(send: (lines: string) => void): (line: string) => void {
  let batch: string | null = null;
  return (line) => {
    if (batch !== null) {
      batch += line;
      return;
    }
    batch = "";
    send(line);
    void sleep(1).then(() => {
      const lines = batch;
      batch = null;
      if (lines !== null && lines !== "") send(lines);
    });
  };
}

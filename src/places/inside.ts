import { Lane, type LaneHost } from "../lane.ts";
import { openRemoteLog } from "../log.ts";
import type { Order } from "../plan.ts";
import { type FromLane, reportError, type ToLane } from "./messages.ts";

/** What differs between a thread and a process: all that a lane is given but the log. */
export type Inside = Omit<LaneHost, "log" | "onPressure">;

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
    const log = await openRemoteLog(order.log, gather((lines) => post({ type: "log", lines })));
    const onPressure = () => post({ type: "pressure" });
    return await Lane.open(order, { ...prepare(order), log, onPressure });
  }
  function whenOpen(act: (lane: Lane) => void | Promise<void>, answer?: "doorClosed" | "stopped") {
    // A lane that could not open has said so, and is not told anything more.
    opening?.then(async (lane) => {
      await act(lane);
      if (answer !== undefined) post({ type: answer });
    }, () => {});
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
      case "closeDoor":
        return whenOpen((lane) => lane.closeDoor(), "doorClosed");
      case "retire":
        return whenOpen((lane) => lane.retire(), "stopped");
      case "drain":
        return whenOpen((lane) => lane.drain(), "stopped");
      case "kill":
        return whenOpen((lane) => lane.kill());
    }
  };
}

/**
 * Sends the first line at once, so that what a lane logs before it hangs is not
 * lost, and the others of the same turn of the event loop together.
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
    setTimeout(() => {
      const lines = batch;
      batch = null;
      if (lines !== null && lines !== "") send(lines);
    }, 0);
  };
}

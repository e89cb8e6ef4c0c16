import { printable } from "../../base/printable.ts";
import type { Status } from "../status/status.ts";

/** The most characters of a line; a reason may quote a whole stack. */
const LONGEST = 300;

/** A server, as far as its line depends on it. */
export type LineFacts = Pick<Status, "state" | "saturation" | "failed_generation"> & {
  readonly lanes: readonly Pick<Status["lanes"][number], "state">[];
  readonly totals: Pick<Status["totals"], "open">;
};

/** What a server does at the moment, in one line for whoever asks the service manager. */
export function statusLine(
  { state, lanes, totals, saturation, failed_generation: failed }: LineFacts,
): string {
  const connections = counted(totals.open, "connection");
  if (state === "starting") return "Starting";
  if (state === "draining") return `Draining ${connections}`;
  const ready = counted(lanes.filter((lane) => lane.state === "ready").length, "worker");
  const serving = `Serving ${connections} with ${ready}, saturation ${saturation.value.toFixed(2)}`;
  return failed === null ? serving : oneLine(`${serving}; last reload failed: ${failed.reason}`);
}

/** Text as one short line: a line break would begin another assignment of the message. */
export function oneLine(text: string): string {
  return printable(text.replaceAll(/\s*\n\s*/g, " "), LONGEST);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

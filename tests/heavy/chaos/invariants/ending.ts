/** The end of a server: a signal, while clients are served. */
import { isAlive } from "../../../helpers/process.ts";
import type { Chance } from "../chance.ts";
import { isClosing } from "./excuses.ts";
import type { Subject } from "../server/subject.ts";
import { find } from "../waiting.ts";

/** Milliseconds that the end may take besides --graceful-timeout, on a machine of its own. */
const MARGIN = 4000;
/** How many connections the processes that were killed may have accepted since their last report. */
const OLD = 50;
const KINDS = ["SIGTERM", "SIGINT", "SIGTERM while a reload runs"] as const;

/** Stops a server, and checks that it ends as it should. */
export async function end(subject: Subject, chance: Chance): Promise<void> {
  const { world, process, status, setup } = subject;
  if (!process.isRunning) {
    world.violations.add("alive", `the server has exited with ${process.code}`);
    return;
  }
  const kind = chance.among(KINDS);
  const pids = subject.lanePids;
  if (kind === KINDS[2]) {
    await subject.write("slow");
    world.excuses.errors.open("end");
    subject.hangUp();
    await new Promise((resolve) => setTimeout(resolve, 1000 + chance.below(1000)));
  }
  status.read();
  status.mayBeGone = true;
  world.timeline.note(kind);
  // From now on nobody is accepted, and kept connections are closed.
  world.excuses.troubles.open(
    "end",
    ({ kind, isCrossing, lane }) =>
      kind === "refused" || (isClosing(kind) && (isCrossing || lane === null)),
  );
  const begun = performance.now();
  process.kill(kind === "SIGINT" ? "SIGINT" : "SIGTERM");
  const limit = setup.timeouts.graceful + MARGIN * world.slowness;
  const code = await find(limit, () => process.code);
  const took = Math.round(performance.now() - begun);
  if (code === null) world.violations.add("exit", `no exit within ${took} ms after ${kind}`);
  else if (code !== 0) world.violations.add("exit", `exit code ${code} after ${kind}, expected 0`);
  world.timeline.say(`exit ${code} after ${took} ms`);
  world.figures.add("milliseconds until the exit", took);
  process.kill("SIGKILL");
  await process.exited;
  const left = pids.filter(isAlive);
  if (left.length > 0) world.violations.add("processes", `${left.length} lanes outlive the server`);
}

/** Compares the records of a server that has ended with its counts. */
export function checkRecords(subject: Subject): void {
  const { world, log, status } = subject;
  const { violations } = world;
  const accepted = log.last?.["sluice.connections.accepted"] ?? null;
  if (log.last === null) violations.add("connection-log", `there is no record of the stop`);
  else if (isOff(subject, Number(accepted))) {
    violations.add("connection-log", `${log.accepted} records, ${accepted} accepted connections`);
  }
  if (Number(accepted) < (status.last?.totals["accepted"] ?? 0)) {
    violations.add("status", `the status counts more connections than the last record`);
  }
  for (const [what, ids] of [["no end", log.unended], ["no start", log.unknown]] as const) {
    if (ids.length === 0) continue;
    const some = ids.slice(0, 8).map((id) => `${id} (${visitor(subject, id)})`).join(", ");
    violations.add("connection-log", `${ids.length} connections have ${what} in the log: ${some}`);
  }
  log.judgeErrors();
  world.judgeTroubles();
}

function visitor({ world, log }: Subject, id: string): string {
  const port = log.open.get(id);
  return port === undefined ? "unknown" : world.visitorOf(port);
}

/** Whether there are not as many records as accepted connections. */
function isOff({ log, setup: { mode } }: Subject, accepted: number): boolean {
  if (!log.hasLostLanes) return log.accepted !== accepted;
  // The records of a lost thread may be lost; the counts of a lost process are a little old.
  return mode === "forked" ? log.accepted > accepted + OLD : log.accepted > accepted;
}

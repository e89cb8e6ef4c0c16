/** The reports of servers that ended without a word, made by the next one. */
import { systemReason } from "../../base/system_errors.ts";
import { literal, type Logger } from "../../log/logger.ts";
import type { LastCrash } from "../status/status.ts";
import type { CrashFolder, KeptReport } from "./crash_folder.ts";
import { lostReport, type ProcessEnd } from "./make_report.ts";
import type { CrashReport } from "./report.ts";
import { findLost, type LostServer } from "./running_file.ts";

/** Where to look for servers, and who has seen the end of one. */
export interface LostServersOptions {
  /** The folder for what outlives the server. */
  readonly state: string;
  readonly log: Logger;
  /** How the server before this one ended, as a parent has seen it; null without one. */
  readonly before: ProcessEnd | null;
}

/**
 * Reports the servers of a folder that have ended without a word, and tells the log of them and of
 * those that have reported their own failure. Never throws.
 *
 * @returns The last of these crashes; null if there was none.
 */
export async function reportLost(
  { state, log, before: word }: LostServersOptions,
  folder: CrashFolder,
): Promise<LastCrash | null> {
  const found: LastCrash[] = [];
  let isTold = word === null;
  for (const lost of await find(state, log)) {
    const isOfParent = word !== null && lost.running?.process.pid === word.pid;
    isTold ||= isOfParent;
    const crash = await reportOne(lost, folder, isOfParent ? word : null, log);
    if (crash !== null) found.push(crash);
  }
  // It has died before it could leave anything.
  if (!isTold && word !== null) found.push(await reportWord(word, folder, log));
  return found.sort((a, b) => Date.parse(a.time) - Date.parse(b.time)).at(-1) ?? null;
}

/**
 * Finds what no server has reported yet, since none has been started since, and leaves it to the
 * next one.
 *
 * @returns The reports as they would be made, under the names of the files; none if they cannot be
 * looked for.
 */
export async function unreported(state: string): Promise<KeptReport[]> {
  const found = await findLost(state).catch(() => []);
  for (const lost of found) lost.keep();
  return found.filter(({ running }) => (running?.report ?? null) === null).map((lost) => {
    const { path } = lost;
    const id = path.slice(path.lastIndexOf("/") + 1, -".json".length);
    return { id, path, report: lostReport(lost, null), damage: null };
  });
}

async function find(state: string, log: Logger): Promise<readonly LostServer[]> {
  try {
    return await findLost(state);
  } catch (error) {
    warn(log, "Cannot look for servers that have crashed", state, error);
    return [];
  }
}

async function reportOne(
  lost: LostServer,
  folder: CrashFolder,
  word: ProcessEnd | null,
  log: Logger,
): Promise<LastCrash | null> {
  const own = lost.running?.report ?? null;
  const made = own === null ? null : await folder.read(own);
  const report = made?.report ?? lostReport(lost, word);
  try {
    const kept = made?.report ? made : await folder.add(report);
    await lost.forget();
    return tell(report, kept, log);
  } catch (error) {
    // The next start tries again.
    lost.keep();
    warn(log, "Cannot write the report of a crash", folder.path, error);
    return tell(report, null, log);
  }
}

async function reportWord(word: ProcessEnd, folder: CrashFolder, log: Logger): Promise<LastCrash> {
  const lost = { path: "", running: null, written: Date.now(), isBeforeBoot: false };
  const nothing = { forget: () => Promise.resolve(), keep: () => {} };
  const report = lostReport({ ...lost, ...nothing }, word);
  const kept = await folder.add(report).catch((error) => {
    warn(log, "Cannot write the report of a crash", folder.path, error);
    return null;
  });
  return tell(report, kept, log);
}

/** @param kept Null if the report could not be written. */
function tell(report: CrashReport, kept: KeptReport | null, log: Logger): LastCrash {
  const { time, kind, reason } = report;
  const where = kept === null ? "" : `, report in ${kept.path}`;
  log.warn(literal(`The server crashed at ${time}: ${reason}${where}`), {
    "sluice.crash.time": time,
    "sluice.crash.kind": kind,
    "sluice.crash.reason": reason,
    ...kept === null ? {} : { "file.path": kept.path },
  });
  return { time, kind, reason, report: kept?.path ?? null };
}

/** Logs what cannot be done with a file or folder. */
export function warn(log: Logger, message: string, path: string, error: unknown): void {
  log.warn(message, { "file.path": path, "error.message": systemReason(error) });
}

/** `sluice status`: a status as text for people, and whether its server still serves. */
import { sleep } from "../base/timers.ts";
import { EXIT, type ExitCode } from "../base/exit.ts";
import { isProcessAlive } from "../base/process_alive.ts";
import { readTextFile } from "../base/read_text_file.ts";
import type { Status } from "../ops/status/status.ts";
import { quote } from "../settings/found.ts";
import type { AdminReach } from "../settings/top_options.ts";
import { AdminClient } from "./admin_client.ts";
import { parseStatus } from "./parse_status.ts";
import { durationText } from "./short_figures.ts";
import { statusText } from "./status_text.ts";

/** The age, in milliseconds, at which a file is stale: the server writes it once a second. */
const SILENT_MS = 3000;
/** Milliseconds between two looks at a file whose process does not seem to exist. */
const LOOK_MS = 100;
/** Milliseconds over which shares of time and latencies are measured. */
const MEASURED_MS = 1000;

/** What `sluice status` prints, and its exit code. */
export interface StatusReport {
  readonly text: string;
  readonly exitCode: ExitCode;
}

/**
 * Reads a status file and formats it. If the server is gone or silent, says so first.
 *
 * @returns The exit code 1 for a server that is gone or silent, otherwise 0.
 * @throws {ExitError} 66 if the file does not exist, 77 if permission is denied, 78 if
 * it is not a status file.
 */
export async function reportStatus(path: string): Promise<StatusReport> {
  const status = await readStatus(path);
  if (ageOf(status) <= SILENT_MS) {
    if (isProcessAlive(status.pid)) return running(status);
    const next = await nextStatus(path, status);
    if (next !== null) return running(next);
  }
  const age = durationText(ageOf(status) / 1000);
  const notice = isProcessAlive(status.pid)
    ? `The server is silent: it wrote this ${age} ago`
    : `The server is gone: process ${status.pid} has ended, and wrote this ${age} ago`;
  return { text: `${notice}\n\n${statusText(status)}`, exitCode: EXIT.notServing };
}

/**
 * Asks a server for its status over its admin port, and formats it. What is measured since the
 * previous status is that of a second: nobody else may have asked for hours, or ever.
 *
 * @throws {ExitError} 1 if the server cannot be reached or does not answer; others as
 * {@linkcode AdminClient}.
 */
export async function askStatus(reach: AdminReach): Promise<StatusReport> {
  using client = await AdminClient.open(reach);
  await client.status();
  await sleep(MEASURED_MS);
  return running(await client.status());
}

function running(status: Status): StatusReport {
  return { text: statusText(status), exitCode: EXIT.ok };
}

/** Milliseconds since the status was written; negative if another clock wrote it. */
function ageOf({ time }: Status): number {
  return Date.now() - Date.parse(time);
}

/**
 * Waits for the server to write again. Its process may exist where this one cannot see it: in a
 * container whose file is shared.
 *
 * @returns null if it does not write until it counts as silent.
 */
async function nextStatus(path: string, last: Status): Promise<Status | null> {
  const end = performance.now() + SILENT_MS - Math.max(0, ageOf(last));
  while (performance.now() < end) {
    await sleep(LOOK_MS);
    try {
      const status = await readStatus(path);
      if (status.time !== last.time) return status;
    } catch { // It has been removed.
      return null;
    }
  }
  return null;
}

async function readStatus(path: string): Promise<Status> {
  const file = `the status file ${quote(path)}`;
  return parseStatus(file, await readTextFile(path, file));
}

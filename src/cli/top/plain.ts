import { EXIT, ExitError } from "../../base/exit.ts";
import { writeText } from "../../base/write_text.ts";
import type { Status } from "../../ops/status/status.ts";
import type { TopSettings } from "../../settings/top_options.ts";
import type { AdminClient } from "../admin_client.ts";
import { statusText } from "../status_text.ts";
import { pause } from "./feed.ts";

/**
 * Prints a status at each interval, one after the other. Waits for a server that is gone, and
 * says so on standard error.
 *
 * @throws {ExitError} If the server cannot be asked to begin with, or can never be.
 */
export async function printStatuses(
  client: AdminClient,
  { interval, count }: TopSettings,
  signal: AbortSignal,
): Promise<void> {
  let isFirst = true;
  let isWaiting = false;
  for (let left = count ?? Infinity; left > 0 && !signal.aborted;) {
    const status = await statusOf(client, isFirst, (problem) => {
      if (!isWaiting) writeText(Deno.stderr, `Waiting for the server: ${problem}\n`);
      isWaiting = true;
    });
    if (status !== null) {
      const before = isFirst ? "" : "\n";
      writeText(Deno.stdout, `${before}Time:       ${status.time}\n${statusText(status)}`);
      isFirst = false;
      isWaiting = false;
      left--;
    }
    if (left > 0) await pause(interval, signal);
  }
}

/** Asks for the status; null if the server is gone for a while. */
async function statusOf(
  client: AdminClient,
  isFirst: boolean,
  onProblem: (message: string) => void,
): Promise<Status | null> {
  try {
    return await client.status();
  } catch (error) {
    if (isFirst || !(error instanceof ExitError) || error.exitCode !== EXIT.notServing) throw error;
    onProblem(error.message);
    return null;
  }
}

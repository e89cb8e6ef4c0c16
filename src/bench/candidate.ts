/** The servers to measure: Sluice in its modes. */
import { programArguments } from "../base/run_arguments.ts";
import type { Settings } from "../settings/options.ts";
import { counted } from "./figures.ts";
import type { Subject } from "./report.ts";

/** What a server is started for. */
export interface Job {
  /** The port of 127.0.0.1 to listen on. */
  readonly port: number;
  /** The absolute path of an empty folder, which is removed afterwards. */
  readonly folder: string;
  /** The number of clients. */
  readonly connections: number;
}

/** How a server is started; it stays in the foreground, and does not log requests. */
export interface Launch {
  readonly command: readonly [program: string, ...args: string[]];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A server that can be measured. */
export interface Candidate {
  readonly subject: Subject;
  prepare(job: Job): Promise<Launch>;
  /** Whether {@linkcode STATUS_FILE} in the folder shows the balance of its workers. */
  readonly hasWorkers: boolean;
}

/** The name of Sluice's status file in the folder. */
export const STATUS_FILE = "status.json";

/** Modes with a configurable number of workers. */
const WITH_WORKERS: readonly Settings["mode"][] = ["pooled", "forked"];

/**
 * Sluice in each mode, and with each number of workers in modes that have them.
 *
 * @param options Further options of the server.
 */
export function modeCandidates(
  modes: readonly Settings["mode"][],
  workers: readonly number[],
  options: readonly string[],
): Candidate[] {
  return modes.flatMap((mode) =>
    (WITH_WORKERS.includes(mode) ? workers : [null]).map((count): Candidate => ({
      subject: {
        name: count === null ? mode : `${mode}, ${counted(count, "worker")}`,
        kind: "mode",
        mode,
        workers: count,
      },
      prepare: ({ port, folder }) =>
        Promise.resolve({
          command: [
            Deno.execPath(),
            ...programArguments(),
            ...["serve", "--mode", mode, "--host", "127.0.0.1", "--port", String(port)],
            ...["--log-level", "error", "--status-file", `${folder}/${STATUS_FILE}`],
            ...count === null ? [] : ["--workers", String(count)],
            ...options,
          ],
          env: {},
        }),
      hasWorkers: count !== null && count > 1,
    }))
  );
}

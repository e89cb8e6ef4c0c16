/** A server that can be measured: Sluice in a mode, or a peer. */
import { programArguments } from "../base/child_process.ts";
import type { BenchSettings } from "../settings/bench_options.ts";
import type { Settings } from "../settings/options.ts";
import type { Launch } from "./launch.ts";
import type { Subject } from "./report.ts";

/** For what a server is started. */
export interface Job {
  readonly port: number;
  /** Absolute, empty, and removed afterwards. */
  readonly folder: string;
  /** How many clients there will be. */
  readonly connections: number;
}

/** A server that can be measured. */
export interface Candidate {
  readonly subject: Subject;
  prepare(job: Job): Promise<Launch>;
  /** Whether what {@linkcode STATUS_FILE} in the folder says of its workers tells their balance. */
  readonly hasWorkers: boolean;
}

/** The name of the status file of Sluice in its folder. */
export const STATUS_FILE = "status.json";

/** Modes whose workers the user can count. */
const WITH_WORKERS: readonly Settings["mode"][] = ["pooled", "forked"];

/**
 * Sluice in each of some modes, and with each of some numbers of workers where a mode has them.
 *
 * @param options Of the server, beside those that say how it is reached.
 */
export function modeCandidates(
  { modes, workers }: Pick<BenchSettings, "modes" | "workers">,
  options: readonly string[],
): Candidate[] {
  return modes.flatMap((mode) => {
    const counts = WITH_WORKERS.includes(mode) ? workers : [null];
    return counts.map((count): Candidate => ({
      subject: { name: nameOf(mode, count), kind: "mode", mode, workers: count },
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
    }));
  });
}

function nameOf(mode: string, workers: number | null): string {
  if (workers === null) return mode;
  return `${mode}, ${workers} ${workers === 1 ? "worker" : "workers"}`;
}

/** Other servers, to measure under the same load as Sluice. */
import { EXIT, ExitError } from "../../base/exit.ts";
import type { Job, Launch } from "../candidate.ts";
import type { Found } from "./program.ts";

/** What a peer is started for. */
export interface PeerJob extends Job {
  /** The name of a workload that the peer can serve. */
  readonly workload: string;
  /** Processors that it may use. */
  readonly workers: number;
}

/** Another server, in one configuration. */
export interface Peer {
  /** Unique, such as `nginx, 2 workers`. */
  readonly name: string;
  /** The threads or processes that it is configured to have; null if it is not. */
  readonly workers: number | null;
  /** The names of the workloads that it can serve. */
  readonly workloads: readonly string[];
  /** Finds its program. */
  find(): Promise<Found>;
  /**
   * Prepares it to start, which can take a minute the first time if it is compiled.
   *
   * @throws {ExitError} 78 if it is not installed, or cannot be compiled.
   */
  prepare(job: PeerJob): Promise<Launch>;
}

/** How a peer is started. */
interface Recipe extends Omit<Peer, "prepare"> {
  /** The files that it needs in the folder of the job, such as its program or configuration. */
  files(job: PeerJob): Readonly<Record<string, string>>;
  /** Values for `{{name}}` in the files, beside the numbers and the folder of the job. */
  values?(job: PeerJob): Readonly<Record<string, string | number>>;
  /** Compiles the files. */
  build?(program: string, job: PeerJob): Promise<void>;
  /** @param program The path of the program that was found. */
  command(program: string, job: PeerJob): Launch["command"];
  /** Its environment beside `PORT`. */
  env?(job: PeerJob): Launch["env"];
}

/** Makes a peer. */
export function definePeer(recipe: Recipe): Peer {
  const { name, workers, workloads, find } = recipe;
  return {
    ...{ name, workers, workloads, find },
    async prepare(job) {
      const found = await find();
      if ("reason" in found) {
        throw new ExitError(`Cannot start ${name}: ${found.reason}`, EXIT.config);
      }
      const values = { ...job, ...recipe.values?.(job) };
      for (const [file, text] of Object.entries(recipe.files(job))) {
        await Deno.writeTextFile(`${job.folder}/${file}`, fillIn(file, text, values));
      }
      await recipe.build?.(found.program, job);
      return {
        command: recipe.command(found.program, job),
        env: { ...recipe.env?.(job), PORT: String(job.port) },
      };
    },
  };
}

/** @throws {Error} If a value is missing. */
function fillIn(
  file: string,
  text: string,
  values: Readonly<Record<string, string | number>>,
): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`Cannot write ${file}: no value for {{${key}}}`);
    return String(value);
  });
}

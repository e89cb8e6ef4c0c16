/** Another server that is put under the same load as Sluice. */
import { EXIT, ExitError } from "../../base/exit.ts";
import type { Launch } from "../launch.ts";
import type { Found } from "./program.ts";

/** What a server is to be started for. */
export interface PeerJob {
  /** The name of a workload that the peer can serve. */
  readonly workload: string;
  /** The port of 127.0.0.1 to listen on. */
  readonly port: number;
  /** An absolute path: a folder for this start alone, empty at first and removed afterwards. */
  readonly folder: string;
  /** Processors that may be used, the number that the table of peers was made for. */
  readonly workers: number;
  /** Clients at once. */
  readonly connections: number;
}

/** What a peer is made of. */
interface Recipe {
  /** Which server it is, and how many of what; such as `nginx, 2 workers`. */
  readonly name: string;
  /** Threads or processes that it is told to have; null where it is told none. */
  readonly workers: number | null;
  /** The names of the workloads that it can serve. */
  readonly workloads: readonly string[];
  /** Looks for its program, and tries it. */
  readonly find: () => Promise<Found>;
  /** Writes what it needs into the folder of the job. */
  readonly launch: (program: string, job: PeerJob) => Launch | Promise<Launch>;
}

/** Another server, in one configuration. */
export interface Peer extends Pick<Recipe, "name" | "workers" | "workloads"> {
  /** Its version; or why it cannot be used, such as `nginx is not installed`. */
  find(): Promise<{ readonly version: string } | { readonly reason: string }>;
  /**
   * Makes it ready to start; what has to be compiled can take a minute the first time.
   *
   * @throws {ExitError} If it is not installed, or cannot be compiled.
   */
  prepare(job: PeerJob): Promise<Launch>;
}

/** Makes a peer. */
export function definePeer({ name, workers, workloads, find, launch }: Recipe): Peer {
  return {
    name,
    workers,
    workloads,
    find,
    async prepare(job) {
      const found = await find();
      if ("reason" in found) {
        throw new ExitError(`Cannot start ${name}: ${found.reason}`, EXIT.config);
      }
      return await launch(found.program, job);
    },
  };
}

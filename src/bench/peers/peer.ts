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

/** A peer, except that its program is found already when it is launched. */
interface Recipe extends Omit<Peer, "prepare"> {
  /** Writes the files that it needs into the folder of the job. */
  launch(program: string, job: PeerJob): Launch | Promise<Launch>;
}

/** Makes a peer. */
export function definePeer({ launch, ...peer }: Recipe): Peer {
  return {
    ...peer,
    async prepare(job) {
      const found = await peer.find();
      if ("reason" in found) {
        throw new ExitError(`Cannot start ${peer.name}: ${found.reason}`, EXIT.config);
      }
      return await launch(found.program, job);
    },
  };
}

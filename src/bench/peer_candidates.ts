import type { Candidate } from "./candidate.ts";
import { peers } from "./peers/peers.ts";
import type { BenchReport } from "./report.ts";

/** The peers that can be measured here, their versions, and why others cannot. */
export interface FoundPeers extends Pick<BenchReport, "versions" | "missing"> {
  readonly candidates: readonly Candidate[];
}

/**
 * Finds the peers that can serve a workload.
 *
 * @param processors Processors that they may use.
 */
export async function findPeers(workload: string, processors: number): Promise<FoundPeers> {
  const candidates: Candidate[] = [];
  const versions: Record<string, string> = {};
  const missing: { name: string; reason: string }[] = [];
  for (const peer of peers(processors)) {
    const { name, workers } = peer;
    const found = peer.workloads.includes(workload)
      ? await peer.find()
      : { reason: `it cannot serve the workload ${workload}` };
    if ("reason" in found) {
      missing.push({ name, reason: found.reason });
      continue;
    }
    versions[name] = found.version;
    candidates.push({
      subject: { name, kind: "peer", mode: null, workers },
      prepare: (job) => peer.prepare({ ...job, workload, workers: processors }),
      hasWorkers: false,
    });
  }
  return { candidates, versions, missing };
}

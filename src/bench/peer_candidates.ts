import type { Candidate } from "./candidate.ts";
import { peers } from "./peers/peers.ts";
import type { BenchReport } from "./report.ts";

/** The other servers that can be measured here. */
export interface FoundPeers extends Pick<BenchReport, "versions" | "missing"> {
  readonly candidates: readonly Candidate[];
}

/**
 * Looks for the peers that can serve a workload, and says of the others why not.
 *
 * @param processors For those that have workers.
 */
export async function findPeers(workload: string, processors: number): Promise<FoundPeers> {
  const candidates: Candidate[] = [];
  const versions: Record<string, string> = {};
  const missing: { name: string; reason: string }[] = [];
  for (const peer of peers(processors)) {
    const { name, workers } = peer;
    if (!peer.workloads.includes(workload)) {
      missing.push({ name, reason: `it cannot serve the workload ${workload}` });
      continue;
    }
    const found = await peer.find();
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

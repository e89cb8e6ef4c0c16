/** Turns the settings into the load that is the same for all servers. */
import { EXIT, ExitError } from "../base/exit.ts";
import type { LoadPlan, Message } from "../load/load.ts";
import { readRequestFiles } from "../load/request_files.ts";
import type { BenchSettings } from "../settings/bench_options.ts";
import { formatSize } from "../settings/units.ts";
import { hasOwn, ownFlags } from "./own_subject.ts";
import { type Behaviour, BEHAVIOURS, HOST, messagesOf } from "./workloads.ts";

/** A load without its number of connections, and the server options that it needs. */
export interface WorkloadPlan {
  readonly behaviour: Behaviour;
  readonly messages: readonly Message[];
}

/**
 * Reads the user's requests, or makes those of a workload; without either, it is GET /.
 *
 * @throws {ExitError} 64 if options do not fit the workload; as `readRequestFiles`.
 */
export async function planWorkload(settings: BenchSettings): Promise<WorkloadPlan> {
  const { workload, messageSize, seed } = settings;
  const behaviour = hasOwn(settings) ? null : BEHAVIOURS[workload];
  if (messageSize !== null && behaviour?.framing.type !== "echo") {
    throw sizeRefused(messageSize, ownFlags(settings)[0] ?? `--workload ${workload}`);
  }
  if (behaviour === null) return await planOwn(settings);
  const sized = { ...behaviour, messageBytes: messageSize ?? behaviour.messageBytes };
  return { behaviour: sized, messages: messagesOf(sized, seed) };
}

/** The load with one number of connections; its port is not known yet. */
export function loadPlan(
  { behaviour, messages }: WorkloadPlan,
  settings: BenchSettings,
  connections: number,
): LoadPlan {
  return {
    hostname: HOST,
    port: 0,
    framing: behaviour.framing,
    messages,
    connections,
    slow: Math.floor(connections * behaviour.slowShare),
    rate: settings.rate ?? behaviour.rate,
    closing: behaviour.closing,
    warmup: settings.warmup,
    duration: settings.duration,
    seed: settings.seed,
  };
}

async function planOwn(settings: BenchSettings): Promise<WorkloadPlan> {
  const { request, delimiter, peers } = settings;
  const own = ownFlags(settings);
  if (peers) {
    throw new ExitError(
      `Cannot use --peers with ${own[0]}: expected a --workload, which other servers ` +
        "know too",
      EXIT.usage,
    );
  }
  const { http } = BEHAVIOURS;
  const read = await readRequestFiles(request, HOST);
  const isHttp = read[0]?.isHttp ?? true;
  const behaviour = {
    ...http,
    server: own,
    framing: isHttp ? http.framing : { type: "delimiter", delimiter } as const,
  };
  return { behaviour, messages: read.length > 0 ? read : messagesOf(http, settings.seed) };
}

function sizeRefused(size: number, beside: string): ExitError {
  const sized = Object.entries(BEHAVIOURS)
    .filter(([, { framing }]) => framing.type === "echo").map(([name]) => name);
  return new ExitError(
    `Cannot use --message-size ${formatSize(size)} with ${beside}: expected --workload ` +
      sized.join(", "),
    EXIT.usage,
  );
}

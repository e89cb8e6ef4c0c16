/** From what was asked for to the load that is the same for all servers. */
import { EXIT, ExitError } from "../base/exit.ts";
import type { LoadPlan, Message } from "../load/load.ts";
import { readRequestFiles } from "../load/request_files.ts";
import type { BenchSettings } from "../settings/bench_options.ts";
import { formatSize } from "../settings/units.ts";
import { type Behaviour, BEHAVIOURS, HOST, messagesOf } from "./workloads.ts";

/** The load, but for the number of connections, and the options of the server that it needs. */
export interface WorkloadPlan {
  readonly behaviour: Behaviour;
  readonly messages: readonly Message[];
}

/**
 * Reads the user's requests, or makes those of a workload.
 *
 * @throws {ExitError} 64 when options do not fit the workload; as `readRequestFiles`.
 */
export async function planWorkload(settings: BenchSettings): Promise<WorkloadPlan> {
  const { workload, handler, request, delimiter, messageSize, seed, peers } = settings;
  if (handler !== null) {
    if (peers) {
      throw new ExitError(
        "Cannot use --peers with --handler: expected a --workload, other servers have no such handler",
        EXIT.usage,
      );
    }
    if (messageSize !== null) throw sizeRefused(messageSize, "--handler");
    const messages = await readRequestFiles(request, HOST);
    const isHttp = messages[0]?.isHttp ?? true;
    return {
      behaviour: {
        ...BEHAVIOURS.http,
        server: ["--handler", handler],
        framing: isHttp ? { type: "http" } : { type: "delimiter", delimiter },
      },
      messages,
    };
  }
  const behaviour = BEHAVIOURS[workload];
  if (behaviour.framing.type === "echo") {
    const sized = { ...behaviour, messageBytes: messageSize ?? behaviour.messageBytes };
    return { behaviour: sized, messages: messagesOf(sized, seed) };
  }
  if (messageSize !== null) throw sizeRefused(messageSize, `--workload ${workload}`);
  return { behaviour, messages: messagesOf(behaviour, seed) };
}

/** The load for so many connections; its port is not known yet. */
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

function sizeRefused(size: number, beside: string): ExitError {
  const sized = Object.entries(BEHAVIOURS)
    .filter(([, { framing }]) => framing.type === "echo").map(([name]) => name);
  return new ExitError(
    `Cannot use --message-size ${formatSize(size)} with ${beside}: expected --workload ${
      sized.join(", ")
    }`,
    EXIT.usage,
  );
}

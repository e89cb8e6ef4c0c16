/** `sluice bench`: measures modes and other servers under the same load. */
import { EXIT, ExitError } from "../base/exit.ts";
import { availableProcessors } from "../base/processors.ts";
import type { BenchSettings } from "../settings/bench_options.ts";
import { advise } from "./advice.ts";
import { modeCandidates } from "./candidate.ts";
import { describeMachine, ownVersions } from "./machine.ts";
import { hasOwn } from "./own_subject.ts";
import { findPeers } from "./peer_candidates.ts";
import { repeatCommand } from "./repeat.ts";
import { type BenchOptions, type BenchReport, FORMAT } from "./report.ts";
import { checkStart } from "./start_check.ts";
import { summarize } from "./summary.ts";
import { Trials, type Watcher } from "./trials.ts";
import { loadPlan, planWorkload, type WorkloadPlan } from "./workload_plan.ts";

/** The name of the program in the command that repeats a report. */
const PROGRAM = "sluice";

/**
 * Measures, and reports.
 *
 * @param server Options for Sluice itself.
 * @param signal Ends it early, with a report of what was measured.
 * @throws {ExitError} If nothing can be measured.
 */
export async function bench(
  settings: BenchSettings,
  server: readonly string[],
  watcher: Watcher,
  signal: AbortSignal,
): Promise<BenchReport> {
  const time = new Date().toISOString();
  const workload = await planWorkload(settings);
  const processors = await availableProcessors();
  const options = optionsOf(settings, server, workload, processors);
  const peers = settings.peers
    ? await findPeers(options.workload, processors)
    : { candidates: [], versions: {}, missing: [] };
  const serverOptions = [...workload.behaviour.server, ...server];
  const modes = modeCandidates(settings.modes, options.workers, serverOptions);
  const plans = options.connections.map((count) => loadPlan(workload, settings, count));
  const trials = new Trials([...modes, ...peers.candidates], plans);
  try {
    await checkStart(settings.modes, serverOptions, signal);
    await trials.run(options.runs, watcher, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const failures = [...trials.failures].map(([name, reason]) => ({ name, reason }));
  const cases = trials.all.filter(({ runs }) => runs.length > 0)
    .map(({ candidate: { subject }, plan: { connections }, runs }) => ({
      ...{ subject, connections, runs },
      summary: summarize(runs),
    }));
  const [failure] = failures;
  if (cases.length === 0 && failure !== undefined && !signal.aborted) {
    throw new ExitError(`${failure.reason}${hint(options)}`, EXIT.unavailable);
  }
  return {
    format: FORMAT,
    time,
    complete: !signal.aborted && failures.length === 0,
    machine: await describeMachine(),
    versions: { ...ownVersions(), ...peers.versions },
    command: repeatCommand(options, PROGRAM),
    options,
    ceilings: [...trials.ceilings].map(([connections, rate]) => ({ connections, rate })),
    missing: [...peers.missing, ...failures],
    cases,
    advice: advise(cases, options).map(({ text }) => text),
  };
}

/** What may help when nothing could be measured. */
function hint(options: BenchOptions): string {
  const isGuess = hasOwn(options) && options.requests.length === 0;
  return isGuess ? "; what was sent is GET /, unless there is a --request" : "";
}

function workloadName({ handler, root, workload }: BenchSettings): string {
  if (handler !== null) return "handler";
  return root === null ? workload : "files";
}

function optionsOf(
  settings: BenchSettings,
  server: readonly string[],
  { behaviour }: WorkloadPlan,
  processors: number,
): BenchOptions {
  return {
    workload: workloadName(settings),
    handler: settings.handler,
    root: settings.root,
    requests: settings.request,
    modes: settings.modes,
    workers: settings.workers.length > 0 ? settings.workers : [processors],
    connections: settings.connections.length > 0 ? settings.connections : [behaviour.connections],
    rate: settings.rate ?? behaviour.rate,
    message_bytes: behaviour.messageBytes,
    duration_ms: settings.duration,
    warmup_ms: settings.warmup,
    runs: settings.runs,
    seed: settings.seed,
    peers: settings.peers,
    server,
  };
}

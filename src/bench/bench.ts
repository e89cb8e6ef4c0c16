/** `sluice bench`: every candidate under the same load, run by run in turn. */
import { EXIT, ExitError } from "../base/exit.ts";
import { measureCeiling } from "../load/ceiling.ts";
import type { LoadProgress } from "../load/load.ts";
import { availableProcessors } from "../base/processors.ts";
import type { BenchSettings } from "../settings/bench_options.ts";
import { advise } from "./advice.ts";
import { type Candidate, modeCandidates } from "./candidate.ts";
import { describeMachine, ownVersions } from "./machine.ts";
import { measure } from "./measure.ts";
import { findPeers } from "./peer_candidates.ts";
import { repeatCommand } from "./repeat.ts";
import { type BenchOptions, type BenchReport, type Case, FORMAT, type Run } from "./report.ts";
import { summarize } from "./summary.ts";
import { loadPlan, planWorkload, type WorkloadPlan } from "./workload_plan.ts";

/** What is being done. */
export interface Step {
  /** Such as `pooled, 2 workers`. */
  readonly name: string;
  readonly connections: number;
  /** Its number, from 1 on, of so many. */
  readonly number: number;
  readonly count: number;
}

/** Whom the bench tells how it goes on. */
export interface Watcher {
  onStep(step: Step): void;
  onProgress(step: Step, progress: LoadProgress): void;
  onRun(step: Step, run: Run): void;
  /** A candidate failed, and is not measured any more. */
  onFailure(name: string, reason: string): void;
}

/** What is to be measured of a candidate with so many connections. */
interface Trial {
  readonly candidate: Candidate;
  readonly connections: number;
  readonly runs: Run[];
}

/** The name of the program, for the command that repeats a measurement. */
const PROGRAM = "sluice";

/**
 * Measures, and reports.
 *
 * @param server Options for Sluice itself.
 * @param signal Ends it early: the report is of what was finished.
 * @throws {ExitError} When nothing can be measured.
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
  const candidates = [
    ...modeCandidates({ modes: settings.modes, workers: options.workers }, [
      ...workload.behaviour.server,
      ...server,
    ]),
    ...peers.candidates,
  ];
  const trials = options.connections.flatMap((connections) =>
    candidates.map((candidate): Trial => ({ candidate, connections, runs: [] }))
  );
  const ceilings = new Map<number, number>();
  const failures = new Map<string, string>();
  try {
    await runAll();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const cases = trials.filter(({ runs }) => runs.length > 0).map(caseOf);
  if (cases.length === 0 && failures.size > 0 && !signal.aborted) {
    throw new ExitError([...failures.values()][0] ?? "", EXIT.unavailable);
  }
  const missing = [
    ...peers.missing,
    ...[...failures].map(([name, reason]) => ({ name, reason })),
  ];
  const known = [...ceilings].map(([connections, rate]) => ({ connections, rate }));
  return {
    format: FORMAT,
    time,
    complete: !signal.aborted && failures.size === 0,
    machine: await describeMachine(),
    versions: { ...ownVersions(), ...peers.versions },
    command: repeatCommand(options, PROGRAM),
    options,
    ceilings: known,
    missing,
    cases,
    advice: advise(cases, options).map(({ text }) => text),
  };

  async function runAll(): Promise<void> {
    const count = options.connections.length + trials.length * options.runs;
    let number = 0;
    for (const connections of options.connections) {
      const step = { name: "the load generator itself", connections, number: ++number, count };
      watcher.onStep(step);
      const plan = loadPlan(workload, settings, connections);
      const onProgress = (progress: LoadProgress) => watcher.onProgress(step, progress);
      ceilings.set(connections, await measureCeiling(plan, onProgress, signal));
    }
    for (let round = 0; round < options.runs; round++) {
      for (const { candidate, connections, runs } of trials) {
        const step = { name: candidate.subject.name, connections, number: ++number, count };
        if (failures.has(step.name)) continue;
        watcher.onStep(step);
        const plan = loadPlan(workload, settings, connections);
        const ceiling = ceilings.get(connections) ?? Infinity;
        const onProgress = (progress: LoadProgress) => watcher.onProgress(step, progress);
        try {
          const run = await measure(candidate, plan, ceiling, onProgress, signal);
          runs.push(run);
          watcher.onRun(step, run);
        } catch (error) {
          if (!(error instanceof ExitError)) throw error;
          failures.set(step.name, error.message);
          watcher.onFailure(step.name, error.message);
        }
      }
    }
  }
}

function optionsOf(
  settings: BenchSettings,
  server: readonly string[],
  { behaviour }: WorkloadPlan,
  processors: number,
): BenchOptions {
  return {
    workload: settings.handler === null ? settings.workload : "handler",
    handler: settings.handler,
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

function caseOf({ candidate, connections, runs }: Trial): Case {
  return { subject: candidate.subject, connections, runs, summary: summarize(runs) };
}

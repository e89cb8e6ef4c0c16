import { ROOT_CONTEXT, trace, TraceFlags, type Tracer } from "@opentelemetry/api";
import type { Sampling } from "../../base/sampling.ts";
import type { TraceParent } from "./trace_parent.ts";

// Taken before a handler can replace it: it shares the globals of its thread with the lane.
const { random } = Math;

/** The hexadecimal digits at the end of a trace's id by which it is sampled, and all their values. */
const DIGITS = 13;
const VALUES = 2 ** (4 * DIGITS);

/** Whether the runtime itself would sample the next trace: no runtime may be asked twice. */
export type Decision = "sampled" | "not sampled" | "the runtime decides";

/** Decides which requests are sampled. */
export class Sampler {
  readonly #sampling: Sampling;
  readonly #isOfRuntime: boolean;

  constructor(sampling: Sampling, tracer: Tracer) {
    this.#sampling = sampling;
    this.#isOfRuntime = samplesItself(tracer);
  }

  /** @param parent null for a request that begins its trace. */
  decide(parent: TraceParent | null): Decision {
    const { parentBased, ratio } = this.#sampling;
    if (parent !== null && parentBased) return parent.isSampled ? "sampled" : "not sampled";
    if (this.#isOfRuntime) return "the runtime decides";
    if (ratio === 1) return "sampled";
    // Servers with the same ratio agree about a trace.
    const value = parent === null
      ? random()
      : Number.parseInt(parent.traceId.slice(-DIGITS), 16) / VALUES;
    return value < ratio ? "sampled" : "not sampled";
  }
}

/**
 * Whether the runtime samples, which older ones do not. Tried with a span whose parent is not
 * sampled, and that no ratio below 1 samples; it never ends, so it is not sent.
 */
function samplesItself(tracer: Tracer): boolean {
  const parent = { traceId: "f".repeat(32), spanId: "1".repeat(16), traceFlags: TraceFlags.NONE };
  const context = trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
  const { traceFlags } = tracer.startSpan("", {}, context).spanContext();
  return (traceFlags & TraceFlags.SAMPLED) === 0;
}

import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Sampling } from "../../base/sampling.ts";
import type { SpanTarget } from "../../base/span_target.ts";
import { within } from "../../base/within.ts";
import { OtlpExporter, type WarnOfLoss } from "./otlp_exporter.ts";
import { tracedFetch } from "./traced_fetch.ts";

/** How long the last spans of a lane may take, in milliseconds. */
const FLUSH_LIMIT = 3_000;

/** What the lanes of a thread share: they come and go, but it can be registered only once. */
interface Provided {
  readonly provider: TracerProvider;
  readonly exporter: OtlpExporter;
}

let provided: Provided | null = null;

/**
 * Makes and sends the spans of this thread by OpenTelemetry's own packages, where the runtime does
 * not: those of the server, and those that a handler makes with `@opentelemetry/api` or `fetch()`.
 *
 * @param warn Called now and then if the collector does not take spans.
 */
export function provideSpans(sampling: Sampling, target: SpanTarget, warn: WarnOfLoss): void {
  if (provided !== null) return;
  const exporter = new OtlpExporter(target, warn);
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ ...target.resource })),
    sampler: samplerOf(sampling),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        exportTimeoutMillis: target.timeout,
        scheduledDelayMillis: target.delay,
        maxQueueSize: target.queue,
        maxExportBatchSize: target.batch,
      }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  globalThis.fetch = tracedFetch(provider.getTracer("sluice"), globalThis.fetch);
  provided = { provider, exporter };
}

/** Sends what waits; gives up after three seconds. */
export async function flushSpans(): Promise<void> {
  if (provided === null) return;
  const { provider, exporter } = provided;
  // The provider does not wait for what is on its way already.
  const flushing = Promise.allSettled([provider.forceFlush(), exporter.forceFlush()]);
  await within(FLUSH_LIMIT, flushing, () => new Error("Late")).catch(() => {});
}

function samplerOf({ ratio, parentBased }: Sampling): Sampler {
  const root = ratio === 1
    ? new AlwaysOnSampler()
    : ratio === 0
    ? new AlwaysOffSampler()
    : new TraceIdRatioBasedSampler(ratio);
  return parentBased ? new ParentBasedSampler({ root }) : root;
}

import { maskPassword, maskUrls } from "../base/masked_url.ts";
import type { Logger } from "../log/logger.ts";
import type { Order } from "./order.ts";

/** Sends the spans that wait, for a few seconds at most. */
export type FlushSpans = () => Promise<void>;

/** Whether the runtime makes the spans of this thread; null before the first lane with traces. */
let isOfRuntime: boolean | null = null;

/**
 * Prepares a thread to make and send spans, if traces are on and the runtime does not do it. Before
 * the handler is loaded: its tracers would make no spans otherwise.
 *
 * @returns null if nothing has to be flushed.
 */
export async function prepareSpans(
  { sampling, spanTarget }: Pick<Order, "sampling" | "spanTarget">,
  log: Logger,
): Promise<FlushSpans | null> {
  if (sampling === null || spanTarget === null) return null;
  const { isTracedByRuntime } = await import("../http/tracing/runtime_spans.ts");
  isOfRuntime ??= isTracedByRuntime();
  if (isOfRuntime) return null;
  const { flushSpans, provideSpans } = await import("../http/tracing/span_provider.ts");
  provideSpans(sampling, spanTarget, (reason, lost) => {
    const attributes = { "url.full": maskPassword(spanTarget.url), "sluice.spans.lost": lost };
    log.warn(`Spans lost: ${maskUrls(reason)}`, attributes);
  });
  return flushSpans;
}

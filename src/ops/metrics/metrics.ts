import type { Status } from "../status/status.ts";
import { acceptsOpenMetrics } from "./accepts_open_metrics.ts";
import type { Labels, Metric } from "./metric.ts";
import { METRIC_FAMILIES } from "./registry.ts";

/** A page of metrics. */
export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** A metric as prom-client takes it. */
interface Exposed {
  readonly name: string;
  readonly help: string;
  readonly type: Metric["type"];
  readonly values: readonly {
    readonly labels: Labels;
    readonly value: number;
    readonly metricName?: string;
  }[];
}

/**
 * Makes a page of metrics: Prometheus text, or OpenMetrics if the client prefers that.
 *
 * @param accept The value of Accept; null if there is none.
 */
export async function metricsPage(status: Status, accept: string | null): Promise<MetricsPage> {
  // Only what writes the formats, since the whole library also brings what would count.
  const { Registry } = await import("./prom_registry.ts");
  const contentType: string = acceptsOpenMetrics(accept)
    ? Registry.OPENMETRICS_CONTENT_TYPE
    : Registry.PROMETHEUS_CONTENT_TYPE;
  const registry = new Registry(contentType);
  for (const { metrics } of METRIC_FAMILIES) {
    for (const metric of metrics) {
      const exposed = exposedOf(metric, status);
      // A metric without a sample is left out: nobody balances, or the system does not tell.
      if (exposed.values.length === 0) continue;
      registry.registerMetric({
        name: exposed.name,
        type: exposed.type,
        // The registry renames counters for OpenMetrics.
        get(this: { readonly name: string }) {
          return { ...exposed, name: this.name };
        },
      });
    }
  }
  return { contentType, text: await registry.metrics() };
}

function exposedOf({ name, help, type, read }: Metric, status: Status): Exposed {
  const values = read(status).map(({ labels, value, suffix }) =>
    suffix === "" ? { labels, value } : { labels, value, metricName: `${name}${suffix}` }
  );
  return { name, help, type, values };
}

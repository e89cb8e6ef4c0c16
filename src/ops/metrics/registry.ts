import { BACKEND_METRICS } from "./backends.ts";
import { CONNECTION_METRICS } from "./connections.ts";
import { LANE_METRICS } from "./lanes.ts";
import type { Metric } from "./metric.ts";
import { PROCESS_METRICS } from "./process.ts";
import { REQUEST_METRICS } from "./requests.ts";
import { SERVER_METRICS } from "./server.ts";

/** Metrics that belong together. */
export interface MetricFamily {
  readonly title: string;
  readonly metrics: readonly Metric[];
}

/** All metrics. A new one is one more row in the file of its family. */
export const METRIC_FAMILIES: readonly MetricFamily[] = [
  { title: "Server", metrics: SERVER_METRICS },
  { title: "Requests", metrics: REQUEST_METRICS },
  { title: "Connections", metrics: CONNECTION_METRICS },
  { title: "Lanes", metrics: LANE_METRICS },
  { title: "Backends", metrics: BACKEND_METRICS },
  { title: "Process", metrics: PROCESS_METRICS },
];

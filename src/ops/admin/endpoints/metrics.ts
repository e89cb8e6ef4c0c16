/** `GET /metrics`: for Prometheus. */
import { COMMON } from "../json.ts";
import type { Endpoint } from "../endpoint.ts";
import { NOT_STARTED } from "./status.ts";

/** Tells the same in the formats of Prometheus. */
export const metrics: Endpoint = {
  method: "GET",
  path: "/metrics",
  async serve({ request }, { readings }) {
    const { status } = readings.read("metrics");
    if (status === null) return NOT_STARTED();
    // Loaded here because many servers are never asked.
    const { metricsPage } = await import("../../metrics/metrics.ts");
    const { contentType, text } = await metricsPage(status, request.header("accept"));
    return { headers: [...COMMON, ["Content-Type", contentType]], body: text };
  },
};

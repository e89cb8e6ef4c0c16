import { DURATION_BOUNDS } from "../../lane/durations.ts";
import { histogramSamples } from "./histogram.ts";
import { counter, type Metric } from "./metric.ts";

/** The metrics of requests. */
export const REQUEST_METRICS: readonly Metric[] = [
  counter("sluice_requests_total", {
    help: "Requests that have begun, of any protocol.",
    advice: "Its rate is the load. A connection without a notion of requests counts as one.",
    read: ({ totals }) => totals.requests,
  }),
  counter("sluice_http_server_requests_total", {
    help: "HTTP requests by method and class of status; none if there was no response.",
    advice: "Alert on the share of `5xx`. `4xx` is what clients do wrong, `none` those that " +
      "disconnect first.",
    labels: ["method", "status"],
    read: ({ totals }) =>
      totals.responses.map(({ method, status, count }) => [{ method, status }, count]),
  }),
  {
    name: "sluice_http_server_request_duration_seconds",
    type: "histogram",
    help: "Time from the head of an HTTP request to the end of its response.",
    labels: [],
    advice: "`histogram_quantile(0.99, rate(..._bucket[5m]))` is the p99, exact to a bucket: " +
      "there are two for each doubling. It is `http.server.request.duration` of OpenTelemetry.",
    read: ({ totals }) =>
      totals.durations === null ? [] : histogramSamples(DURATION_BOUNDS, totals.durations),
  },
];

import type { Format } from "./format.ts";

const PATH = "/api/v2/alerts";
/** How long an alert that is never repeated lasts, in milliseconds, if the server is lost. */
const LASTING = 7 * 86_400_000;

/** An alert for version 2 of the API of Prometheus' Alertmanager. */
export const alertmanager: Format = {
  name: "alertmanager",
  matches: ({ pathname }) => pathname.endsWith(PATH),
  urlOf: (url) => new URL(url).pathname === "/" ? new URL(PATH, url).href : url,
  body({ alert, server }, repeat) {
    const { key, rule, severity, state, summary, labels, first, last, count } = alert;
    // Alertmanager itself would take it for resolved after a few minutes.
    const lasting = Date.parse(last) + (repeat === 0 ? LASTING : 2 * repeat);
    return JSON.stringify([{
      labels: {
        ...labels,
        alertname: rule,
        severity,
        key,
        instance: server.host,
        service: server.service,
      },
      annotations: { summary, count: String(count) },
      startsAt: first,
      endsAt: state === "resolved" ? last : new Date(lasting).toISOString(),
    }]);
  },
};

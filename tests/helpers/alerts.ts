import type { Alert, Notice } from "../../src/ops/alerts/alert.ts";
import type { Bounds } from "../../src/ops/alerts/bounds.ts";
import { Readings } from "../../src/ops/alerts/readings.ts";
import type { Logger } from "../../src/log/logger.ts";
import type { Status } from "../../src/ops/status/status.ts";

/** Bounds that are broken at once, except as `given`. */
export function bounds(given: Partial<Bounds> = {}): Bounds {
  const usual = { errorRatio: 0.05, p99: 500, saturation: 0.95, certificate: 14 * 86_400_000 };
  return { ...usual, holdFor: 60_000, clear: 15_000, repeat: 0, ...given };
}

/** Readings at some times, in seconds. */
export function readings(...list: readonly (readonly [time: number, status: Status])[]): Readings {
  const all = new Readings();
  for (const [time, status] of list) all.add(time * 1000, status, 60_000);
  return all;
}

/** An alert that fires, except as `given`. */
export function sampleAlert(given: Partial<Alert> = {}): Alert {
  return {
    key: "backend_down:app/10.0.0.1:80",
    rule: "backend_down",
    severity: "warning",
    state: "firing",
    summary: "Backend 10.0.0.1:80 of app is down: <no & answer>",
    labels: { group: "app", backend: "10.0.0.1:80" },
    first: "2026-11-21T12:00:00.000Z",
    last: "2026-11-21T12:01:00.000Z",
    count: 1,
    ...given,
  };
}

/** A notice of an alert, with an id. */
export function sampleNotice(id = "1", given: Partial<Alert> = {}): Notice {
  const server = { host: "web1", pid: 17, version: "0.1.0", service: "http" };
  return { id, alert: sampleAlert(given), server };
}

/** A logger that keeps its messages with what they are about, as JSON. */
export function messageLog(): { readonly log: Logger; readonly messages: string[] } {
  const messages: string[] = [];
  const keep = (message: string, properties: unknown) =>
    void messages.push(`${message} ${JSON.stringify(properties ?? {})}`);
  const log: Logger = { debug: keep, info: keep, warn: keep, error: keep, getChild: () => log };
  return { log, messages };
}

import { readVariable } from "./environment.ts";

/** Where spans are sent, and how: OpenTelemetry's variables, as plain data. */
export interface SpanTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly format: "json" | "protobuf";
  /** How long the collector has to answer, in milliseconds. */
  readonly timeout: number;
  /** How long a span waits for others at most, in milliseconds. */
  readonly delay: number;
  /** The most spans that wait in a lane, and that are sent at a time. */
  readonly queue: number;
  readonly batch: number;
  /** What is the same for all spans of the server, with `service.name`. */
  readonly resource: Readonly<Record<string, string>>;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** By OpenTelemetry's conventions. */
const DEFAULTS = {
  endpoint: "http://localhost:4318",
  ...{ timeout: 10_000, delay: 5_000, queue: 2_048, batch: 512 },
  service: "unknown_service",
};

/** Reads where spans are sent from the `OTEL_` variables; what is not valid counts as not set. */
export function spanTargetOf(variables: Variables): SpanTarget {
  const get = (name: string) => variables[name]?.trim() || null;
  const ofTraces = (name: string) =>
    get(`OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? get(`OTEL_EXPORTER_OTLP_${name}`);
  const number = (text: string | null, otherwise: number) => {
    const value = Number(text ?? "0");
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
  };
  const resource = pairsIn(get("OTEL_RESOURCE_ATTRIBUTES"));
  const service = get("OTEL_SERVICE_NAME") ?? resource["service.name"] ?? DEFAULTS.service;
  const queue = number(get("OTEL_BSP_MAX_QUEUE_SIZE"), DEFAULTS.queue);
  const batch = number(get("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"), DEFAULTS.batch);
  return {
    url: urlOf(
      get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
      get("OTEL_EXPORTER_OTLP_ENDPOINT") ?? DEFAULTS.endpoint,
    ),
    headers: {
      ...pairsIn(get("OTEL_EXPORTER_OTLP_HEADERS")),
      ...pairsIn(get("OTEL_EXPORTER_OTLP_TRACES_HEADERS")),
    },
    format: ofTraces("PROTOCOL")?.toLowerCase() === "http/json" ? "json" : "protobuf",
    timeout: number(ofTraces("TIMEOUT"), DEFAULTS.timeout),
    delay: number(get("OTEL_BSP_SCHEDULE_DELAY"), DEFAULTS.delay),
    ...{ queue, batch: Math.min(queue, batch) },
    resource: { ...resource, "service.name": service },
  };
}

/** As {@linkcode spanTargetOf}, from the environment; reads only its variables for traces. */
export function spanTargetOfEnvironment(): SpanTarget {
  const names = ["OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"];
  for (const name of ["ENDPOINT", "HEADERS", "PROTOCOL", "TIMEOUT"]) {
    names.push(`OTEL_EXPORTER_OTLP_${name}`, `OTEL_EXPORTER_OTLP_TRACES_${name}`);
  }
  for (const name of ["SCHEDULE_DELAY", "MAX_QUEUE_SIZE", "MAX_EXPORT_BATCH_SIZE"]) {
    names.push(`OTEL_BSP_${name}`);
  }
  return spanTargetOf(Object.fromEntries(names.map((name) => [name, readVariable(name)])));
}

/** @param ofTraces As it is used; null appends the path of traces to the endpoint of all. */
function urlOf(ofTraces: string | null, ofAll: string): string {
  return ofTraces ?? `${ofAll.replace(/\/+$/, "")}/v1/traces`;
}

/** Reads `name=value,name=value`, whose values are percent-encoded. */
function pairsIn(text: string | null): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const pair of text?.split(",") ?? []) {
    const [, name, value = ""] = /^\s*([^=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (name !== undefined) pairs[name] = decoded(value);
  }
  return pairs;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import { waitFor } from "./until.ts";

/** A span as OTLP's JSON has it, with the parts that tests look at. */
export interface Span {
  readonly name: string;
  /** 2 is a server's, 3 a client's. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for one without a parent. */
  readonly parentSpanId: string;
  readonly traceState: string;
  /** 2 is an error. */
  readonly status: { readonly code: number };
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The service.name of its process. */
  readonly service: unknown;
  /** What its process has in common with all its spans. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** What OTLP's JSON has of a value. */
type Value = Readonly<Record<string, unknown>>;
interface Pair {
  readonly key: string;
  readonly value: Value;
}
type Received = Omit<Span, "attributes" | "service" | "resource" | "parentSpanId"> & {
  readonly attributes: readonly Pair[];
  readonly parentSpanId?: string;
};
interface Body {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Pair[] };
    readonly scopeSpans: readonly { readonly spans: readonly Received[] }[];
  }[];
}

/**
 * Turns traces on behind the runtime's back, which does not understand the space: the server makes
 * and sends spans itself, as it must in an executable.
 */
export const WITHOUT_RUNTIME = { OTEL_DENO: " true" };

/** Takes spans by OTLP over HTTP in JSON, on a port of its own. */
export class Collector implements AsyncDisposable {
  readonly spans: Span[] = [];
  /** How many requests have come, whatever they brought. */
  requests = 0;
  /** The header fields of the last request. */
  fields: Readonly<Record<string, string>> = {};
  /** The status of the answers; not 200 makes the sender lose its spans. */
  status = 200;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, async (request) => {
      this.requests++;
      this.fields = Object.fromEntries(request.headers);
      const body = await request.text();
      if (this.status === 200 && request.url.endsWith("/v1/traces")) {
        this.spans.push(...spansIn(JSON.parse(body)));
      }
      return Response.json({}, { status: this.status });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /**
   * The environment of a process whose spans come here soon.
   *
   * @param more Variables that are added or replaced.
   */
  env(service: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_DENO_METRICS: "false",
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_SERVICE_NAME: service,
      OTEL_BSP_SCHEDULE_DELAY: "50",
      ...more,
    };
  }

  /** Waits until there is a number of spans, and returns all. */
  received(count: number): Promise<readonly Span[]> {
    return waitFor(
      `${count} spans have come`,
      () => this.spans.length < count ? null : this.spans,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function spansIn({ resourceSpans }: Body): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        parentSpanId: span.parentSpanId ?? "",
        attributes: valuesOf(span.attributes),
        service: valuesOf(resource.attributes)["service.name"],
        resource: valuesOf(resource.attributes),
      }))
    )
  );
}

function valuesOf(pairs: readonly Pair[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));
}

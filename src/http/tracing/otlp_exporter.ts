import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { now } from "../../base/clock.ts";
import type { SpanTarget } from "../../base/span_target.ts";
import { within } from "../../base/within.ts";

// Taken before a handler can replace it: it shares the globals of its thread with the lane.
const { fetch } = globalThis;

/** How long nothing is sent after a failure, in milliseconds: a dead collector must not cost. */
const PAUSE = 5_000;
/** The shortest time between two warnings, in milliseconds. */
const BETWEEN_WARNINGS = 60_000;

/** @param lost How many spans were not sent since the last warning. */
export type WarnOfLoss = (reason: string, lost: number) => void;

/** Sends spans to a collector by OTLP over HTTP. What it does not take is lost, and told now and then. */
export class OtlpExporter implements SpanExporter {
  readonly #target: SpanTarget;
  readonly #warn: WarnOfLoss;
  #pausedUntil = 0;
  #silentUntil = 0;
  #lost = 0;
  readonly #sending = new Set<Promise<void>>();

  constructor(target: SpanTarget, warn: WarnOfLoss) {
    this.#target = target;
    this.#warn = warn;
  }

  /** Never reports a failure: nobody else has anything to say about it. */
  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const sending = this.#export(spans).then(() => {
      this.#sending.delete(sending);
      done({ code: ExportResultCode.SUCCESS });
    });
    this.#sending.add(sending);
  }

  /** Resolves when what is being sent has arrived or is lost. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#sending);
  }

  /** As {@linkcode forceFlush}. */
  async shutdown(): Promise<void> {
    await this.forceFlush();
  }

  async #export(spans: ReadableSpan[]): Promise<void> {
    if (now() < this.#pausedUntil) {
      this.#lost += spans.length;
      return;
    }
    try {
      await this.#send(spans);
    } catch (error) {
      this.#pausedUntil = now() + PAUSE;
      this.#lost += spans.length;
      this.#tell(error instanceof Error ? error.message : String(error));
    }
  }

  /** @throws {Error} If the collector does not take them in time. */
  async #send(spans: ReadableSpan[]): Promise<void> {
    const { url, headers, format, timeout } = this.#target;
    const isJson = format === "json";
    const body = (isJson ? JsonTraceSerializer : ProtobufTraceSerializer).serializeRequest(spans);
    if (body === undefined) throw new Error("a span cannot be encoded");
    const giveUp = new AbortController();
    const sending = fetch(url, {
      method: "POST",
      headers: {
        ...headers,
        "content-type": isJson ? "application/json" : "application/x-protobuf",
      },
      body: body as Uint8Array<ArrayBuffer>,
      signal: giveUp.signal,
    }).then(async (response) => {
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the collector answers ${response.status}`);
    });
    try {
      await within(timeout, sending, () => new Error(`no answer within ${timeout} ms`));
    } catch (error) {
      giveUp.abort();
      sending.catch(() => {});
      throw error;
    }
  }

  #tell(reason: string): void {
    if (now() < this.#silentUntil) return;
    this.#silentUntil = now() + BETWEEN_WARNINGS;
    this.#warn(reason, this.#lost);
    this.#lost = 0;
  }
}

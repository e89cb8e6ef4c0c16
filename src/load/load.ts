/** What a load generator is told, and what it tells: plain data, for a pipe. */

/** One kind of request. */
export interface Message {
  /** All of its bytes, in base64. */
  readonly base64: string;
  /** How often it is sent, beside the others. */
  readonly weight: number;
  /** Whether an answer has no body whatever its header says, as one to HEAD (RFC 9110, 9.3.2). */
  readonly bodiless: boolean;
}

/** How the end of an answer is found. */
export type Framing =
  | { readonly type: "http" }
  /** The same bytes come back; others are an error. */
  | { readonly type: "echo" }
  /** Latin-1 characters that an answer ends with. */
  | { readonly type: "delimiter"; readonly delimiter: string };

/** A load. */
export interface LoadPlan {
  /** An IP address. */
  readonly hostname: string;
  readonly port: number;
  readonly framing: Framing;
  /** At least one; each connection has its own sequence of them, made from the seed. */
  readonly messages: readonly Message[];
  readonly connections: number;
  /** How many of the connections send slowly; what they see is not in the latencies. */
  readonly slow: number;
  /** Requests a second (open model); null when each waits for the answer before (closed model). */
  readonly rate: number | null;
  /** Whether each request has a connection of its own. */
  readonly closing: boolean;
  /** Milliseconds of load before anything is measured. */
  readonly warmup: number;
  /** Milliseconds that are measured. */
  readonly duration: number;
  /** A whole number. */
  readonly seed: number;
}

/** Latencies in milliseconds. */
export interface Latency {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** At each of the percentiles that were asked for. */
  readonly curve: readonly number[];
}

/** What was measured. */
export interface LoadResult {
  /** Seconds that were measured. */
  readonly seconds: number;
  /** Requests answered in this time. */
  readonly requests: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  /** Failed requests by kind, such as `status 503`, `reset`, `unanswered`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Null when there was no answer. */
  readonly latency: Latency | null;
  /** Shares of the time in which the thread of the generator ran, and waited for a processor. */
  readonly generator: { readonly busy: number; readonly waiting: number };
}

/** How far a load is. */
export interface LoadProgress {
  readonly phase: "opening" | "warmup" | "measuring" | "finishing";
  /** Requests answered since the measuring began. */
  readonly requests: number;
  /** Milliseconds since the measuring began. */
  readonly elapsed: number;
}

/** The orders and results of the load generator: plain data, for a pipe. */

/** One kind of request. */
export interface Message {
  /** All of its bytes, in base64. */
  readonly base64: string;
  /** How often it is sent, relative to the others. */
  readonly weight: number;
  /** Whether its response has no body whatever the header says, as for HEAD (RFC 9110, 9.3.2). */
  readonly bodiless: boolean;
}

/** How the end of a response is found. */
export type ResponseFraming =
  | { readonly type: "http" }
  /** The same bytes come back; others are an error. */
  | { readonly type: "echo" }
  /** The Latin-1 characters that end a response. */
  | { readonly type: "delimiter"; readonly delimiter: string };

/** A load. */
export interface LoadPlan {
  /** An IP address. */
  readonly hostname: string;
  readonly port: number;
  readonly framing: ResponseFraming;
  /** At least one; each connection sends a sequence of them that follows from the seed. */
  readonly messages: readonly Message[];
  readonly connections: number;
  /** How many of the connections send slowly; their latencies do not count. */
  readonly slow: number;
  /** Requests per second (open model); null if each waits for the response before (closed model). */
  readonly rate: number | null;
  /** Whether each request has a connection of its own. */
  readonly closing: boolean;
  /** Milliseconds of load before the measured time. */
  readonly warmup: number;
  /** Milliseconds of the measured time. */
  readonly duration: number;
  /** An integer. */
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
  /** At each of the requested percentiles. */
  readonly curve: readonly number[];
}

/** What a load measured. */
export interface LoadResult {
  /** The measured time. */
  readonly seconds: number;
  /** Requests answered in this time. */
  readonly requests: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  /** Failed requests by kind, such as `status 503`, `reset`, `unanswered`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Null if there was no response. */
  readonly latency: Latency | null;
  /** The shares of the time that the generator's thread ran, and waited for a processor. */
  readonly generator: { readonly busy: number; readonly waiting: number };
}

/** The progress of a load. */
export interface LoadProgress {
  readonly phase: "opening" | "warmup" | "measuring" | "finishing";
  /** Requests answered in the measured time so far. */
  readonly requests: number;
  /** Failed requests in the measured time so far, by kind. */
  readonly errors: Readonly<Record<string, number>>;
  /** Milliseconds of the measured time so far. */
  readonly elapsed: number;
}

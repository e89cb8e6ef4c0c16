import type { ResponseLimits } from "../codec/response_decoder.ts";
import type { OutputBuffers } from "../conversation/output_buffers.ts";

/** What the connections of one lane to the backends of a group share. */
export interface ClientSettings {
  readonly buffers: OutputBuffers;
  readonly limits: ResponseLimits;
  /** How long a connection is kept for its next request, in milliseconds; 0 for not at all. */
  readonly keepAlive: number;
}

/** Is told while an exchange waits for the head of the response, with each sweep of the deadlines. */
export interface Waiting {
  /** @param waited Milliseconds since the exchange began. */
  waits(waited: number): void;
}

/** The settings of conversations. Times are in milliseconds, sizes in bytes; 0 means no limit. */
export interface ConversationOptions {
  readonly maxHeaderSize: number;
  readonly maxHeaders: number;
  readonly maxBodySize: number;
  readonly idleTimeout: number;
  readonly headerTimeout: number;
  readonly bodyTimeout: number;
  readonly requestTimeout: number;
  /** 0 closes the connection after each response. */
  readonly keepAlive: number;
  readonly maxKeepAliveRequests: number;
  /** Whether responses tell the client how long it may keep the connection; false if absent. */
  readonly advertisesKeepAlive?: boolean;
  /**
   * How long a response may take for a client that has ended its stream, which may be a
   * half-close; 0, also if absent, takes it to have left.
   */
  readonly halfClosedTimeout?: number;
  /** What the ids of requests begin with, if other servers must not have the same; else absent. */
  readonly idPrefix?: string;
}

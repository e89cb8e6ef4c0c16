/** What the lanes of a process have counted of a backend: plain data, for its parent. */
export interface BackendCounts {
  /** The number of its row on the board of the process. */
  readonly row: number;
  /** Another value tells that the row belongs to another backend, whose counts begin at 0. */
  readonly tenancy: number;
  /** The number of the group. */
  readonly group: number;
  /** The address, as `formatAddress()` writes it. */
  readonly address: string;
  /** Connections at this moment, those being made included. */
  readonly inFlight: number;
  /** Connections made. */
  readonly connects: number;
  readonly failures: number;
  /** When its ejection ends, by `clock()`; in the past if it is not ejected. */
  readonly ejectedUntil: number;
  /** In milliseconds; 0 if unknown. */
  readonly latency: number;
}

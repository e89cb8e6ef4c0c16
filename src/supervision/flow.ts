import { refusedBy } from "../lane/refusals.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";
import type { Totals } from "./totals.ts";

/** The clients of all lanes at a moment. */
export interface Flow {
  /** By `performance.now()`, in milliseconds. */
  readonly time: number;
  /** Clients in the accept queues; null if the system does not tell. */
  readonly queued: number | null;
  /** Clients that lanes have taken from the queues so far. */
  readonly taken: number;
  /** Connections that have ended so far. */
  readonly ended: number;
  /** Lanes that are ready and have no connection. */
  readonly idle: number;
}

/**
 * Observes the clients.
 *
 * @param totals What lanes that are gone have counted.
 */
export function observe(
  scoreboard: Scoreboard,
  totals: Totals,
  clientsWaiting: () => number | null,
): Flow {
  let { accepted, refused } = totals.gone;
  let open = 0;
  let idle = 0;
  for (const row of scoreboard.rows()) {
    const { state } = row;
    if (state === "free" || state === "hung") continue;
    accepted += row.get("accepted");
    refused += refusedBy(row);
    open += row.open;
    if (state === "ready" && row.open === 0) idle++;
  }
  return {
    time: performance.now(),
    queued: clientsWaiting(),
    taken: accepted + refused,
    ended: accepted - open,
    idle,
  };
}

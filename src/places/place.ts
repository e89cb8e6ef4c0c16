import type { Counts } from "../lane_events.ts";
import type { Order } from "../plan.ts";
import type { Address } from "../settings/address.ts";

/** What the parent knows of a lane, wherever it runs. */
export interface LaneHandle {
  /** Where it listens. */
  readonly addresses: readonly Address[];
  readonly counts: Readonly<Counts>;
  /** Connections that are open. */
  readonly open: number;
  /** Stops accepting; resolves when the door is closed. */
  closeDoor(): Promise<void>;
  /** Tells connections to end; resolves when all have. */
  drain(): Promise<void>;
  /** Closes every connection at once. */
  kill(): void;
}

/** Starts a lane; resolves when it accepts, rejects when it cannot. */
export type Place = (order: Order) => Promise<LaneHandle>;

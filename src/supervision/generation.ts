import type { Order } from "../lane/order.ts";
import type { Plan } from "../modes/mode.ts";

/** The part of the order that is the same for all lanes of a generation. */
export type Work = Omit<
  Order,
  "lane" | "generation" | "row" | "tenancy" | "takeOver" | "heartbeat"
>;

/** All lanes started by one reload, or at startup. */
export interface Generation {
  /** The number of reloads before this generation. */
  readonly number: number;
  readonly plan: Plan;
  readonly work: Work;
  /** How long each of its lanes may take to be ready, in milliseconds; 0 is no limit. */
  readonly startTimeout: number;
}

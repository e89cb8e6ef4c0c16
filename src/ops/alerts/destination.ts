import type { Notice } from "./alert.ts";

/** What came of a try to deliver a notice. */
export type Delivery =
  | { readonly kind: "delivered" }
  /** It may succeed later. */
  | {
    readonly kind: "failed";
    readonly reason: string;
    /** How long the destination asks to wait, in milliseconds; null if it does not say. */
    readonly retryAfter: number | null;
  }
  /** The destination does not want it, now or later. */
  | { readonly kind: "refused"; readonly reason: string };

/** Where alerts are delivered. */
export interface Destination {
  /** The same across restarts, and tells no secret. */
  readonly id: string;
  /** For logs, without secrets. */
  readonly label: string;
  /** How often a notice is tried. */
  readonly maxTries: number;
  /** Tries to deliver a notice. Ends soon once the signal aborts. Never throws. */
  deliver(notice: Notice, signal: AbortSignal): Promise<Delivery>;
}

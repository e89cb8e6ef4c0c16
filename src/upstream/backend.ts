import type { Address } from "../base/address.ts";

/** A server that clients can be sent to: one address, and how it is to be used. */
export interface Backend {
  /** An IP address and a port, or a Unix socket; no name. */
  readonly address: Address;
  /** Its share beside the others of the group: 1 to 65,535; 0 if it is to be drained. */
  readonly weight: number;
  /** Whether it is used only if no other is available. */
  readonly isBackup: boolean;
  /** The most connections at a time from this process; 0 for no limit. */
  readonly max: number;
}

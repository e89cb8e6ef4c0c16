import type { Forwarding } from "./event.ts";

/** A client, or a request of one, that is to be sent on; notes what becomes of it. */
export class ForwardingNote implements Forwarding {
  address: string | null = null;
  attempts = 0;
  connectTime: number | null = null;
  firstByteTime: number | null = null;
  totalTime: number | null = null;
  failure: string | null = null;

  /** @param group The name of the group. */
  constructor(readonly group: string) {}
}

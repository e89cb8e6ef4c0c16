/** The parent of `--respawn`, which starts a server again that it has not heard stopping. */
import type { OwnParent } from "../../ops/respawn/own_parent.ts";
import { logRestart } from "../restart_log.ts";
import type { Beginning, Witness } from "./witness.ts";

/** Tells the parent that the server serves and stops, and the log why it was started again. */
export class RespawnParent implements Witness {
  readonly #parent: OwnParent | null;

  constructor(parent: OwnParent | null) {
    this.#parent = parent;
  }

  starting({ log }: Beginning): void {
    const crash = this.#parent?.crash ?? null;
    if (crash !== null) logRestart(log.logger, crash);
  }

  serving(): void {
    this.#parent?.ready();
  }

  stopping(isTold: boolean): void {
    // Otherwise the parent keeps the sockets, and starts another server.
    if (isTold) this.#parent?.stopping();
  }
}

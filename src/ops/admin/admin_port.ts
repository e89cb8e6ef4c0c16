import type { Address } from "../../base/address.ts";
import type { CommandTargets } from "../commands/targets.ts";
import type { ServerFacts } from "../status/server_facts.ts";
import type { TokenDigest } from "./token.ts";

/** The admin port as the server sees it: on the main thread, or in a thread of its own. */
export interface AdminPort extends AsyncDisposable {
  /** The bound addresses. */
  readonly addresses: readonly Address[];
  /**
   * The server serves: from here on, its status is shown and commands act on it.
   *
   * @param facts Collects what the main thread knows.
   */
  serve(targets: CommandTargets, facts: () => ServerFacts): void;
  /** Something has changed: tells those who watch at once. */
  refresh(): void;
  /** Takes the token that a reload has read. */
  setToken(token: TokenDigest | null): void;
}

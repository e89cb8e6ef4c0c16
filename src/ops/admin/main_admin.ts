import type { Address } from "../../base/address.ts";
import type { Logger } from "../../log/logger.ts";
import { runCommand } from "../commands/run_command.ts";
import type { CommandTargets } from "../commands/targets.ts";
import type { RecordFeed } from "../../log/recent_records.ts";
import type { ServerFacts } from "../status/server_facts.ts";
import type { AdminPort } from "./admin_port.ts";
import { type AdminOptions, AdminServer } from "./admin_server.ts";
import type { Command, CommandResult } from "./command.ts";
import type { ConfigView } from "./config_view.ts";
import type { TokenDigest } from "./token.ts";

/** What a command gets before the server serves. */
export const NOT_STARTED: CommandResult = {
  ok: false,
  reason: "failed",
  message: "The server is starting",
};

/** The admin port on the main thread, for servers whose lanes run elsewhere. */
export class MainAdmin implements AdminPort {
  readonly addresses: readonly Address[];
  readonly #server: AdminServer;
  readonly #link: Link;

  /**
   * Opens the port.
   *
   * @param config Returns the settings in effect.
   * @throws {ExitError} See {@linkcode AdminServer.open}.
   */
  static async open(
    options: AdminOptions,
    config: () => ConfigView,
    records: RecordFeed,
    log: Logger,
  ): Promise<MainAdmin> {
    const link: Link = { targets: null, facts: () => null };
    const source = {
      facts: () => link.facts(),
      // Whoever asks is the main thread.
      silence: () => 0,
      scoreboard: () => link.targets?.server.scoreboard ?? null,
      config,
      records,
      run: (command: Command) => run(command, link),
    };
    return new MainAdmin(await AdminServer.open(options, source, log), link);
  }

  private constructor(server: AdminServer, link: Link) {
    this.addresses = server.addresses;
    this.#server = server;
    this.#link = link;
  }

  serve(targets: CommandTargets, facts: () => ServerFacts): void {
    this.#link.targets = targets;
    this.#link.facts = facts;
    this.#server.refresh();
  }

  refresh(): void {
    this.#server.refresh();
  }

  setToken(token: TokenDigest | null): void {
    this.#server.access.setToken(token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

/** The running server, and what is known of it; null until it serves. */
interface Link {
  targets: CommandTargets | null;
  facts: () => ServerFacts | null;
}

function run(command: Command, { targets }: Link): Promise<CommandResult> {
  return targets === null ? Promise.resolve(NOT_STARTED) : runCommand(command, targets);
}

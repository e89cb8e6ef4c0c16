/** The evidence of crashes that `sluice serve` leaves. */
import { ExitError } from "../../base/exit.ts";
import { demand } from "../../base/permissions.ts";
import { cannotWrite, systemReason } from "../../base/system_errors.ts";
import type { CrashRecorder } from "../../ops/crashes/crash_recorder.ts";
import type { OwnParent } from "../../ops/respawn/own_parent.ts";
import { stateFolder } from "../../ops/state_folder.ts";
import type { ServerFacts } from "../../ops/status/server_facts.ts";
import { StartInterrupted } from "../start.ts";
import type { Beginning, Served, Witness } from "./witness.ts";

/** How many of the oldest connections a report has. */
const MOST_CONNECTIONS = 20;

/** Keeps what a report of a crash needs; does nothing without a folder for what outlives the server. */
export class CrashRecords implements Witness {
  readonly #parent: OwnParent | null;
  #recorder: CrashRecorder | null = null;

  /** @param parent Has seen how the server before this one ended; null without one. */
  constructor(parent: OwnParent | null) {
    this.#parent = parent;
  }

  /**
   * Reports what has crashed before. If the folder of the service manager cannot be written, or one
   * that the server before this one could write, only logs that.
   *
   * @throws {ExitError} 73 or 77 if the folder of `--state-dir` cannot be written, at the first
   * start.
   */
  async starting(beginning: Beginning): Promise<void> {
    const { config: { settings: { stateDir } }, log } = beginning;
    const state = stateFolder(stateDir);
    if (state === null) return;
    try {
      for (const name of ["read", "write"] as const) {
        demand({ name, path: state }, `${name} "${state}"`);
      }
      this.#recorder = await openRecorder(state, beginning, this.#parent);
    } catch (error) {
      const isFirst = (this.#parent?.crash ?? null) === null;
      // A disk that is full by now must not end the service.
      if (stateDir !== null && isFirst) {
        if (error instanceof ExitError) throw error;
        throw cannotWrite(`the folder ${stateDir}`, error, "choose another --state-dir");
      }
      const whose = stateDir === null ? "the service manager" : "--state-dir";
      log.logger.warn(`Cannot write the folder of ${whose}: crashes leave no report`, {
        "file.path": state,
        "error.message": systemReason(error),
      });
    }
  }

  async follow({ server, statusReader }: Served): Promise<void> {
    const recorder = this.#recorder;
    if (recorder === null) return;
    server.onLost = (loss) => recorder.lost(loss);
    void server.supervisor.failed.then((error) => {
      // What fails while the server stops does not end it.
      if (server.state !== "draining") recorder.failed(error, true);
    });
    const { listConnections } = await import("../../ops/commands/connections.ts");
    recorder.follow({
      read: statusReader(),
      connections: () => listConnections(server, {}, MOST_CONNECTIONS),
    });
  }

  facts(): Partial<ServerFacts> {
    return { last_crash: this.#recorder?.last ?? null };
  }

  /** Reports what ends a server, unless that is a mistake of the user or a signal. */
  thrown(error: unknown): void {
    if (error instanceof ExitError || error instanceof StartInterrupted) return;
    this.#recorder?.failed(error instanceof Error ? error : new Error(String(error)), false);
  }

  /** Ends with the server; the next one has nothing to report unless this one has failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recorder?.[Symbol.asyncDispose]();
  }
}

async function openRecorder(
  state: string,
  { config, log }: Beginning,
  parent: OwnParent | null,
): Promise<CrashRecorder> {
  // Loaded here because most servers have no such folder.
  const { CrashRecorder } = await import("../../ops/crashes/crash_recorder.ts");
  const { changedOptions } = await import("../../ops/crashes/scene.ts");
  const { mode, handler, service } = config.settings;
  const crash = parent?.crash ?? null;
  return await CrashRecorder.open({
    ...{ state, mode },
    log: log.logger,
    recent: log.recent,
    service: handler ?? service,
    options: () => changedOptions(config.view()),
    before: crash && { ...crash, time: new Date(crash.at).toISOString() },
  });
}

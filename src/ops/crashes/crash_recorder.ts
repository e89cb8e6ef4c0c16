/** Leaves evidence of crashes in the folder for what outlives the server. */
import { every } from "../../base/timers.ts";
import type { Logger } from "../../log/logger.ts";
import type { RecordFeed } from "../../log/recent_records.ts";
import type { LaneLoss } from "../../supervision/lane_loss.ts";
import type { ConnectionList } from "../admin/command.ts";
import type { LastCrash, Status } from "../status/status.ts";
import { CrashFolder } from "./crash_folder.ts";
import { reportLost, warn } from "./lost_servers.ts";
import { LossLimit } from "./loss_limit.ts";
import { failureReport, lossReport, type ProcessEnd, type TimedLoss } from "./make_report.ts";
import type { CrashReport, Scene, Serving } from "./report.ts";
import { RunningFile } from "./running_file.ts";
import { firstScene, lastRecords, servingOf, statusScene } from "./scene.ts";

/** Milliseconds between two looks at a server. */
const PERIOD = 2000;
/** After so many looks, the file is written although nothing has changed: it tells when the server was alive. */
const UNCHANGED = 5;

/** What a recorder is told at the start. */
export interface RecorderOptions {
  /** The folder for what outlives the server. */
  readonly state: string;
  readonly log: Logger;
  /** The last records of the log. */
  readonly recent: RecordFeed;
  readonly mode: string;
  readonly service: string;
  /** The settings that differ from their defaults, at the moment, without secrets. */
  options(): Scene["options"];
  /** How the server before this one ended, as a parent has seen it; null without one. */
  readonly before: ProcessEnd | null;
}

/** A server that serves, as far as a recorder looks at it. */
export interface Recorded {
  /** Reads the status; its figures of the time since the last reading are of its own. */
  read(): Status;
  /** Finds the oldest open connections; takes a moment if a lane is blocked. */
  connections(): Promise<ConnectionList>;
}

/** Keeps what a report needs on disk while the server runs, and reports what crashes. */
export class CrashRecorder {
  /** The last crash of a server with the same folder, found at the start; null if there was none. */
  readonly last: LastCrash | null;
  readonly #options: RecorderOptions;
  readonly #folder: CrashFolder;
  readonly #file: RunningFile;
  readonly #losses = new LossLimit<TimedLoss>();
  #recorded: Recorded | null = null;
  #scene: Scene;
  #serving: Serving | null = null;
  /** What is on disk, as far as changes matter, and how many looks ago it was written. */
  #written = "";
  #looks = 0;
  #stop: () => void = () => {};
  /** The looks and reports, one after another. */
  #work: Promise<void> = Promise.resolve();
  #isLooking = false;
  #isFailing = false;
  /** The id of the report of the server's own failure. */
  #own: string | null = null;
  #hasFailed = false;

  /**
   * Reports the servers that have ended without a word, and begins to keep what the next one
   * would report of this.
   *
   * @throws {Error} The system's error if the folder cannot be written.
   */
  static async open(options: RecorderOptions): Promise<CrashRecorder> {
    const { state } = options;
    const scene = firstScene({ ...options, options: options.options() });
    const file = await RunningFile.open(state, scene);
    const folder = new CrashFolder(state);
    return new CrashRecorder(options, file, folder, scene, await reportLost(options, folder));
  }

  private constructor(
    options: RecorderOptions,
    file: RunningFile,
    folder: CrashFolder,
    scene: Scene,
    last: LastCrash | null,
  ) {
    this.#options = options;
    this.#file = file;
    this.#folder = folder;
    this.#scene = scene;
    this.last = last;
  }

  /** Looks at a server from now on. */
  follow(recorded: Recorded): void {
    this.#recorded = recorded;
    const look = () => {
      // A look that takes long, since the disk is slow or a lane blocked, is not followed by others.
      if (this.#isLooking) return;
      this.#isLooking = true;
      this.#do(() => this.#look().finally(() => this.#isLooking = false));
    };
    look();
    this.#stop = every(PERIOD, look);
  }

  /** Reports a lost worker; beyond so many a minute, they are counted in one report. */
  lost(loss: LaneLoss): void {
    const timed = { loss, time: new Date().toISOString() };
    if (!this.#losses.admits(timed, performance.now())) return;
    const scene = this.#sceneNow();
    this.#do(() => this.#report(lossReport(timed, 1, scene)).then(() => {}));
  }

  /**
   * Reports that the server ends by its own failure, which the next one announces.
   *
   * @param isExpected Whether that is said in the log; otherwise it is a mistake of the program.
   */
  failed(error: Error, isExpected: boolean): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const scene = this.#sceneNow();
    this.#do(async () => {
      this.#own = await this.#report(failureReport(error, isExpected, scene));
    });
  }

  /** Ends the looks, and removes what the next server would report unless this one has failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    this.#do(() => this.#reportRest(Infinity));
    await this.#work;
    if (this.#hasFailed) await this.#file.leave(this.#own);
    else await this.#file.remove();
  }

  #do(act: () => Promise<void>): void {
    this.#work = this.#work.then(act).catch((error) => {
      this.#options.log.error("Cannot record what a crash report needs", { error });
    });
  }

  async #look(): Promise<void> {
    await this.#reportRest(performance.now());
    const recorded = this.#recorded as Recorded;
    const status = recorded.read();
    const now = essenceOf(status, this.#options.recent.after(0).at(-1)?.number);
    if (now === this.#written && ++this.#looks < UNCHANGED) return;
    this.#looks = 0;
    if (status.totals.open > 0) this.#serving = servingOf(await recorded.connections());
    else this.#serving = { ...NOTHING_SERVED, time: status.time };
    this.#scene = this.#sceneOf(status);
    try {
      await this.#file.write(this.#scene);
      this.#written = now;
      this.#isFailing = false;
    } catch (error) {
      this.#warnOnce("Cannot write what a crash report needs, retrying", error);
    }
  }

  async #reportRest(now: number): Promise<void> {
    const rest = this.#losses.rest(now);
    if (rest !== null) await this.#report(lossReport(rest.last, rest.count, this.#sceneNow()));
  }

  /** Writes a report; returns its id, or null if that fails. */
  async #report(report: CrashReport): Promise<string | null> {
    try {
      const { id, path } = await this.#folder.add(report);
      this.#isFailing = false;
      this.#options.log.info("Crash reported", { "file.path": path });
      return id;
    } catch (error) {
      this.#warnOnce("Cannot write the report of a crash", error);
      return null;
    }
  }

  #warnOnce(message: string, error: unknown): void {
    if (!this.#isFailing) warn(this.#options.log, message, this.#folder.path, error);
    this.#isFailing = true;
  }

  /** The scene of this moment; what was being served is that of the last look. */
  #sceneNow(): Scene {
    try {
      return this.#recorded === null ? this.#scene : this.#sceneOf(this.#recorded.read());
    } catch { // A report without the newest figures is better than none.
      return this.#scene;
    }
  }

  #sceneOf(status: Status): Scene {
    const { recent, options } = this.#options;
    return {
      ...statusScene(status),
      runtime: this.#scene.runtime,
      options: options(),
      serving: this.#serving,
      records: lastRecords(recent.after(0)),
    };
  }
}

const NOTHING_SERVED: Omit<Serving, "time"> = { open: 0, connections: [], silent_lanes: [] };

/** What must change to be worth a write. */
function essenceOf(
  { state, generation, totals, lanes }: Status,
  record: number | undefined,
): string {
  const { accepted, requests, open, bytes_in, bytes_out } = totals;
  const states = lanes.map(({ lane, state }) => `${lane}${state}`).join();
  return [state, generation, accepted, requests, open, bytes_in, bytes_out, record, states].join();
}

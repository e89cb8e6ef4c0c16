/** The server under test, with all that watches it. */
import { childrenOf } from "../../../helpers/process.ts";
import { takeAccessLine } from "../watch/access_watch.ts";
import { pattern } from "../clients/bodies.ts";
import { FILES } from "../clients/exchanges.ts";
import { FifoReader } from "../watch/fifo_reader.ts";
import { Follower } from "../watch/follower.ts";
import { type Code, handlerCode } from "./handler_code.ts";
import { LogWatch, type ReloadOutcome } from "../watch/log_watch.ts";
import type { Place } from "./places.ts";
import { serverArguments, type Setup, WORKERS } from "./server_arguments.ts";
import { ServerProcess } from "./server_process.ts";
import { StatusWatch } from "../watch/status_watch.ts";
import { find } from "../waiting.ts";
import type { World } from "../world.ts";

/** Lines of standard error that disturbances cause. */
const USUAL_STDERR = [
  /^Cannot write the (access )?log/,
  /^(Warning|DANGER)/,
];

/** A running server. */
export class Subject implements AsyncDisposable {
  readonly world: World;
  readonly place: Place;
  readonly setup: Setup;
  readonly log: LogWatch;
  readonly status: StatusWatch;
  readonly process: ServerProcess;
  /** Null if the access log is a file. */
  readonly fifo: FifoReader | null;
  readonly #followers: Follower[] = [];
  /** The version of the handler's file. */
  version = 0;
  /** How many lanes were made to hang. */
  hangs = 0;

  private constructor(world: World, place: Place, setup: Setup, hasFifo: boolean) {
    this.world = world;
    this.place = place;
    this.setup = setup;
    this.log = new LogWatch(world);
    const access = `${place.outside}/access.log`;
    this.fifo = hasFifo ? new FifoReader(access, (line) => takeAccessLine(world, line)) : null;
    if (!hasFifo) this.#followers.push(new Follower(access, (line) => takeAccessLine(world, line)));
    if (setup.isLogFile) {
      const path = `${place.outside}/server.log`;
      this.#followers.push(new Follower(path, (line) => this.log.take(line)));
    }
    const command = place.command([...world.options.command, ...serverArguments(setup)]);
    this.process = new ServerProcess(command, {
      onLog: (line) => this.log.take(line),
      onError: (line) => this.#onError(line),
    });
    this.status = new StatusWatch(world, `${place.outside}/status.json`);
    void this.process.ended.then(() => {
      this.status.mayBeGone = true;
      // That it has ended is a violation of its own.
      world.excuses.troubles.open("exit");
    });
  }

  /**
   * Starts a server.
   *
   * @param hasFifo Whether the access log is a FIFO.
   * @throws {Error} If it does not serve.
   */
  static async start(
    world: World,
    place: Place,
    setup: Setup,
    hasFifo: boolean,
  ): Promise<Subject> {
    await writeSite(place.outside);
    await writeCode(place.outside, handlerCode(0));
    if (hasFifo) {
      await new Deno.Command("mkfifo", { args: [`${place.outside}/access.log`] }).output();
    }
    const subject = new Subject(world, place, setup, hasFifo);
    const first = await find(60_000, () => subject.process.isRunning ? subject.log.first : {});
    if (first === null || subject.log.first === null) {
      await subject[Symbol.asyncDispose]();
      throw new Error("The server does not start: see the violations of stderr");
    }
    world.port = Number(subject.log.first["server.port"]);
    return subject;
  }

  get workers(): number {
    return WORKERS[this.setup.mode];
  }

  /** The processes of lanes; the main thread has none. */
  get lanePids(): readonly number[] {
    return this.setup.mode === "forked" && this.process.isRunning
      ? childrenOf(this.process.pid)
      : [];
  }

  /** Writes the handler's file; the next reload loads it. */
  async write(code: Code): Promise<void> {
    await writeCode(this.place.outside, handlerCode(++this.version, code));
  }

  /** Sends HUP. */
  hangUp(): void {
    this.process.kill("SIGHUP");
  }

  /**
   * Waits for the end of a reload that was asked for just now.
   *
   * @returns Null if it does not end in time.
   */
  async reloaded(since: number): Promise<ReloadOutcome | null> {
    const { mode, timeouts: { start } } = this.setup;
    // Where each client has a thread, a generation has dozens of lanes, a few at a time.
    const time = mode === "threaded" ? 12 * start : 2 * start + 10_000;
    return await find(
      time,
      () => this.process.isRunning ? this.log.reloads.find(({ at }) => at > since) ?? null : GONE,
    );
  }

  /** Reads what is left of the logs. */
  async finish(): Promise<void> {
    this.status.stop();
    await this.fifo?.stop();
    for (const follower of this.#followers.splice(0)) await follower.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.status.mayBeGone = true;
    this.status.stop();
    await this.process[Symbol.asyncDispose]();
    await this.finish();
  }

  #onError(line: string): void {
    this.world.keepLine(line);
    if (line.trim() === "" || USUAL_STDERR.some((usual) => usual.test(line))) return;
    this.world.violations.add("stderr", line.slice(0, 300));
  }
}

const GONE = { at: 0, isGood: false, message: "the server has exited" };

async function writeSite(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/files`);
  for (const [name, size] of Object.entries(FILES)) {
    await Deno.writeFile(`${folder}/files/${name}`, pattern(size));
  }
}

/** Replaces the handler's file whole: a reload may read it at any moment. */
async function writeCode(folder: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${folder}/handler.draft`, text);
  await Deno.rename(`${folder}/handler.draft`, `${folder}/handler.js`);
}

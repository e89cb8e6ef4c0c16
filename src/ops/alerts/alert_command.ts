import { printable } from "../../base/printable.ts";
import { firstLine, systemReason } from "../../base/system_errors.ts";
import { later } from "../../base/timers.ts";
import type { Notice } from "./alert.ts";
import type { Delivery, Destination } from "./destination.ts";
import { destinationId } from "./destination_id.ts";

/** How long the program may run, in milliseconds. */
const TIMEOUT = 30_000;
const MAX_TRIES = 5;
/** The most characters of what it has printed that a reason quotes. */
const MAX_QUOTED = 200;
/** How long to wait for what a program that has ended has printed, in milliseconds. */
const WORDS_WAIT = 200;

/** A program that is run for each notice, one after another. */
export class AlertCommand implements Destination {
  readonly id: string;
  readonly label: string;
  readonly maxTries = MAX_TRIES;
  readonly #words: readonly string[];
  readonly #timeout: number;

  /**
   * @param command A program and its arguments, separated by spaces.
   * @param timeout How long it may run, in milliseconds.
   */
  constructor(command: string, timeout: number = TIMEOUT) {
    this.#timeout = timeout;
    this.#words = command.trim().split(/\s+/);
    this.id = destinationId(command);
    this.label = this.#words[0] ?? "";
  }

  async deliver(notice: Notice, signal: AbortSignal): Promise<Delivery> {
    try {
      return await this.#run(notice, signal);
    } catch (error) {
      const reason = error instanceof Deno.errors.NotFound ? "no such program" : firstLine(error);
      return { kind: "failed", reason, retryAfter: null };
    }
  }

  async #run(notice: Notice, signal: AbortSignal): Promise<Delivery> {
    const [program = "", ...args] = this.#words;
    const child = new Deno.Command(program, {
      args,
      env: variablesOf(notice),
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const said = new FirstWords(child.stderr);
    let isLate = false;
    const kill = () => {
      try {
        child.kill("SIGKILL");
      } catch { // It has ended.
      }
    };
    const cancel = later(this.#timeout, () => {
      isLate = true;
      kill();
    });
    signal.addEventListener("abort", kill);
    try {
      const [{ code }] = await Promise.all([child.status, feed(child, notice)]);
      if (code === 0) return { kind: "delivered" };
      const reason = isLate ? `killed after ${this.#timeout / 1000} s` : `exit code ${code}`;
      const words = await said.read();
      return {
        kind: "failed",
        reason: words === "" ? reason : `${reason}: ${words}`,
        retryAfter: null,
      };
    } finally {
      cancel();
      signal.removeEventListener("abort", kill);
      await said.stop();
    }
  }
}

/** What a program prints first. What it has started may keep the pipe open after its end. */
class FirstWords {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #first: Promise<string>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
    this.#first = this.#reader.read().then(
      ({ value }) => printable(firstLine(new TextDecoder().decode(value)), MAX_QUOTED),
      () => "",
    );
  }

  /** The first line, or nothing if there is none soon. */
  async read(): Promise<string> {
    const { promise: over, resolve } = Promise.withResolvers<string>();
    const cancel = later(WORDS_WAIT, () => resolve(""));
    try {
      return await Promise.race([this.#first, over]);
    } finally {
      cancel();
    }
  }

  async stop(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

/** Writes the notice to standard input, which the program need not read. */
async function feed({ stdin }: Deno.ChildProcess, notice: Notice): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(`${JSON.stringify(notice)}\n`));
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw new Error(systemReason(error));
  }
}

function variablesOf({ id, alert }: Notice): Record<string, string> {
  return {
    SLUICE_ALERT_ID: id,
    SLUICE_ALERT_KEY: alert.key,
    SLUICE_ALERT_RULE: alert.rule,
    SLUICE_ALERT_SEVERITY: alert.severity,
    SLUICE_ALERT_STATE: alert.state,
    SLUICE_ALERT_SUMMARY: alert.summary.replaceAll("\0", ""),
    SLUICE_ALERT_FIRST: alert.first,
    SLUICE_ALERT_LAST: alert.last,
    SLUICE_ALERT_COUNT: String(alert.count),
  };
}

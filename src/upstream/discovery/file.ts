/** A file with a list of members, which is read again whenever it changes. */
import { firstLine } from "../../base/system_errors.ts";
import { later } from "../../base/timers.ts";
import { quote } from "../../settings/found.ts";
import { readMembers } from "./member_file.ts";
import { Members } from "./members.ts";
import type { Interval } from "./refresher.ts";
import type { Resolver } from "./resolver.ts";
import type { Source, SourceEvents } from "./source.ts";

/**
 * Time between two looks at the file, in milliseconds. Notifications of the system would be
 * quicker, but there are none on network file systems, nor when a link in its path is replaced,
 * as Kubernetes does to change a file.
 */
const PAUSE = 500;

/** Finds the backends that a file lists. A file that is wrong changes nothing. */
export class FileSource implements Source {
  readonly #path: string;
  readonly #members: Members;
  readonly #events: SourceEvents;
  /** What the file was like when it was read last, and when it was looked at last. */
  #read: string | null = null;
  #seen: string | null = null;
  #hasList = false;
  #hasProblem = false;
  #stopping: AbortController | null = null;
  #cancel = () => {};

  /** @param path An absolute path. */
  constructor(path: string, resolver: Resolver, interval: Interval, events: SourceEvents) {
    this.#path = path;
    this.#events = events;
    this.#members = new Members([], resolver, interval, events);
  }

  start(): void {
    if (this.#stopping !== null) return;
    this.#stopping = new AbortController();
    this.#members.start();
    void this.#look(this.#stopping.signal);
  }

  stop(): void {
    this.#cancel();
    this.#stopping?.abort();
    this.#stopping = null;
    this.#members.stop();
  }

  async #look(stopped: AbortSignal): Promise<void> {
    const stamp = await stampOf(this.#path);
    const isFirst = this.#read === null;
    // A file that is not replaced as a whole is read once it no longer changes.
    if (stamp !== this.#read && (isFirst || stamp === this.#seen)) {
      this.#read = stamp;
      await this.#take(stopped);
    }
    if (stopped.aborted) return;
    this.#seen = stamp;
    this.#cancel = later(PAUSE, () => void this.#look(stopped));
  }

  async #take(stopped: AbortSignal): Promise<void> {
    try {
      const members = await readMembers(this.#path);
      if (stopped.aborted) return;
      this.#hasList = true;
      this.#members.replace(members);
      if (this.#hasProblem && !stopped.aborted) {
        this.#events.onRecovery(`The upstream file ${quote(this.#path)} can be used again`);
      }
      this.#hasProblem = false;
    } catch (error) {
      if (stopped.aborted) return;
      this.#hasProblem = true;
      const keeping = this.#hasList ? ", keeping the list that it had before" : "";
      this.#events.onProblem(firstLine(error) + keeping);
    }
  }
}

/** Changes whenever the file does, or another takes its place. Never fails. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtime, ctime } = await Deno.stat(path);
    return [ino, size, mtime?.getTime(), ctime?.getTime()].join(" ");
  } catch (error) {
    return firstLine(error);
  }
}

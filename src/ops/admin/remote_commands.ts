import { clock } from "../../base/clock.ts";
import { later } from "../../base/timers.ts";
import { HttpError } from "../../http/error.ts";
import type { FromAdmin } from "./admin_messages.ts";
import type { Command, CommandResult } from "./command.ts";

/** How long the main thread may take to receive a command, in milliseconds. */
const PATIENCE = 1000;

/** A command that the main thread has not answered. */
interface Pending {
  readonly resolve: (result: CommandResult) => void;
  /** Ends the wait for the main thread to take it. */
  readonly stopWaiting: () => void;
}

/** Sends commands to the main thread, which may be blocked. */
export class RemoteCommands {
  readonly #post: (message: FromAdmin) => void;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(post: (message: FromAdmin) => void) {
    this.#post = post;
  }

  /**
   * Has the main thread carry out a command.
   *
   * @returns What came of it, however long that takes.
   * @throws {HttpError} 503 if the main thread does not take it in time; then it never will.
   */
  readonly run = (command: Command): Promise<CommandResult> => {
    const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
    const id = ++this.#lastId;
    const stopWaiting = later(PATIENCE, () => {
      this.#pending.delete(id);
      reject(new HttpError(503, "the main thread is blocked, nothing was done"));
    });
    this.#pending.set(id, { resolve, stopWaiting });
    this.#post({ type: "command", id, command, deadline: clock() + PATIENCE });
    return promise;
  };

  /** The main thread has taken a command. */
  taken(id: number): void {
    this.#pending.get(id)?.stopWaiting();
  }

  /** The main thread has answered. */
  answered(id: number, result: CommandResult): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.stopWaiting();
    pending?.resolve(result);
  }
}

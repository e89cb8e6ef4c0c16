import { dirname } from "node:path";
import { later } from "../base/timers.ts";
import type { Logger } from "../log/logger.ts";

/** Source files of a handler, as opposed to a log file written beside it. */
const SOURCE = /\.(?:[mc]?[jt]sx?|json|wasm)$/;
const IGNORED = /(?:^|\/)(?:node_modules|\.[^/]+)\//;
/** Editors write a file in several steps: changes less than this apart, in milliseconds, count as one. */
const QUIET = 200;

/** Watches the source files in and below the folder of the handler, whichever that is by now. */
export class HandlerWatcher implements Disposable {
  readonly #onChange: (path: string) => void;
  readonly #log: Logger;
  #handler: string | null = null;
  #watching: Disposable | null = null;

  /** @param onChange Called with the path of a file that has changed. */
  constructor(onChange: (path: string) => void, log: Logger) {
    this.#onChange = onChange;
    this.#log = log;
  }

  /**
   * Watches the files of this handler instead of those of another; null is no handler.
   *
   * @throws {Error} If they cannot be watched; then those of the other still are.
   */
  follow(handler: string | null): void {
    if (handler === this.#handler) return;
    const watching = handler === null ? null : watchFiles(handler, this.#onChange, this.#log);
    this[Symbol.dispose]();
    this.#handler = handler;
    this.#watching = watching;
  }

  /** Watches nothing any longer. */
  [Symbol.dispose](): void {
    this.#watching?.[Symbol.dispose]();
    this.#watching = null;
  }
}

/** Calls `onChange` when source files in or below the handler's folder change, until disposed of. */
function watchFiles(
  handler: string,
  onChange: (path: string) => void,
  log: Logger,
): Disposable {
  const folder = dirname(handler);
  const watcher = Deno.watchFs(folder);
  let cancel = () => {};
  void (async () => {
    for await (const { kind, paths } of watcher) {
      const path = paths.find((path) =>
        SOURCE.test(path) && !IGNORED.test(path.slice(folder.length))
      );
      if (path === undefined || kind === "access") continue;
      cancel();
      cancel = later(QUIET, () => onChange(path));
    }
  })().catch((error) => {
    log.error("Cannot watch the handler's files any longer", { "file.path": folder, error });
  });
  return {
    [Symbol.dispose]() {
      cancel();
      watcher.close();
    },
  };
}

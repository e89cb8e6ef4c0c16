import { dirname } from "node:path";
import type { Logger } from "../log/logger.ts";

/** What a handler is made of; a log that is written beside it is not. */
const SOURCE = /\.(?:[mc]?[jt]sx?|json|wasm)$/;
const IGNORED = /(?:^|\/)(?:node_modules|\.[^/]+)\//;
/** An editor writes a file in several steps, which are one change, in milliseconds. */
const QUIET = 200;

/** Calls back when files beside or below a handler have changed, until it is disposed. */
export function watchFiles(
  handler: string,
  onChange: (path: string) => void,
  log: Logger,
): Disposable {
  const folder = dirname(handler);
  const watcher = Deno.watchFs(folder);
  let timer: ReturnType<typeof setTimeout> | undefined;
  void (async () => {
    for await (const { kind, paths } of watcher) {
      const path = paths.find((path) =>
        SOURCE.test(path) && !IGNORED.test(path.slice(folder.length))
      );
      if (path === undefined || kind === "access") continue;
      clearTimeout(timer);
      timer = setTimeout(() => onChange(path), QUIET);
    }
  })().catch((error) => {
    log.error("Cannot watch the handler's files any more", { "file.path": folder, error });
  });
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

import { dirname } from "node:path";
import type { Logger } from "../log/logger.ts";

/** Source files of a handler, as opposed to a log file written beside it. */
const SOURCE = /\.(?:[mc]?[jt]sx?|json|wasm)$/;
const IGNORED = /(?:^|\/)(?:node_modules|\.[^/]+)\//;
/** Editors write a file in several steps: changes less than this apart, in milliseconds, count as one. */
const QUIET = 200;

/** Calls `onChange` when source files in or below the handler's folder change, until disposed of. */
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
    log.error("Cannot watch the handler's files any longer", { "file.path": folder, error });
  });
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}

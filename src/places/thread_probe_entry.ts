/** The entry module of a probe: tries to import a file that it may not read. */
import { fileUrl } from "../services/handler/handler_file.ts";
import { NEEDS_LOCK } from "./thread_sandbox.ts";

/** The global scope of a Web Worker, which the types of the main thread lack. */
interface ProbeScope {
  postMessage(isOpen: boolean): void;
  onmessage: ((event: MessageEvent<string>) => void) | null;
}

const scope = globalThis as unknown as ProbeScope;

scope.onmessage = async ({ data: path }) => {
  scope.postMessage(!await isLocked() || await canImport(path));
};

/** Locks the thread if it needs that; false if it fails. */
async function isLocked(): Promise<boolean> {
  if (!NEEDS_LOCK) return true;
  return await import("./thread_lock_entry.ts").then(() => true, () => false);
}

async function canImport(path: string): Promise<boolean> {
  const url = fileUrl(path);
  // A query of its own for each: the runtime remembers that it denied a URL.
  const attempts = [
    import(`${url}?text`, { with: { type: "text" } }),
    import(`${url}?bytes`, { with: { type: "bytes" } }),
    import(`${url}?json`, { with: { type: "json" } }),
    import(moduleThatImports(`${url}?script`)),
  ];
  return (await Promise.all(attempts.map(reads))).includes(true);
}

/** Makes a module that imports a file, and cannot be linked, so that the file never runs. */
function moduleThatImports(url: string): string {
  const source = `import { "not exported" as x } from ${JSON.stringify(url)};`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** Whether an import got as far as the contents of the file. */
function reads(imported: Promise<unknown>): Promise<boolean> {
  return imported.then(() => true, (error) => error instanceof SyntaxError);
}

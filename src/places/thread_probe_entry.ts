/** The entry module of a probe: tries to import a file that it may not read. */
import { fileUrl } from "../services/handler/handler_file.ts";

/** The global scope of a Web Worker, which the types of the main thread lack. */
interface ProbeScope {
  postMessage(isOpen: boolean): void;
  onmessage: ((event: MessageEvent<string>) => void) | null;
}

const scope = globalThis as unknown as ProbeScope;

scope.onmessage = async ({ data: path }) => {
  const url = fileUrl(path);
  // A query of its own for each: the runtime remembers that it denied a URL.
  const attempts = [
    import(`${url}?text`, { with: { type: "text" } }),
    import(`${url}?bytes`, { with: { type: "bytes" } }),
    import(`${url}?json`, { with: { type: "json" } }),
    import(moduleThatImports(`${url}?script`)),
  ];
  scope.postMessage((await Promise.all(attempts.map(reads))).includes(true));
};

/** Makes a module that imports a file, and cannot be linked, so that the file never runs. */
function moduleThatImports(url: string): string {
  const source = `import { "not exported" as x } from ${JSON.stringify(url)};`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** Whether an import got as far as the contents of the file. */
function reads(imported: Promise<unknown>): Promise<boolean> {
  return imported.then(() => true, (error) => error instanceof SyntaxError);
}

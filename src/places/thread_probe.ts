/** Tests whether the runtime enforces the permissions of the sandbox. */
import { EXIT, ExitError } from "../base/exit.ts";
import { SANDBOX } from "./thread_sandbox.ts";

const ENTRY = import.meta.resolve("./thread_probe_entry.ts");

/**
 * Checks that sandboxed code cannot read a file by importing it. In a compiled
 * program it can: the runtime's module loader ignores permissions there. So it can
 * with Deno 2.7, as text or bytes. Tried rather than concluded from the version, so
 * that a runtime without the gap works at once.
 *
 * @param path An absolute path of a file that exists; it is imported, but never run.
 * @throws {ExitError} 78 if the sandbox does not hold.
 */
export async function checkSandbox(path: string): Promise<void> {
  if (!await canImport(path)) return;
  const runtime = Deno.build.standalone ? "the executable" : `Deno ${Deno.version.deno}`;
  const expected = Deno.build.standalone ? "the server to run from source" : "a newer Deno";
  throw new ExitError(
    `Cannot sandbox the handler: in ${runtime}, sandboxed code can read any file by importing ` +
      `it, expected ${expected}, or no --sandbox`,
    EXIT.config,
  );
}

/** Whether a thread with the permissions of the sandbox can import a file. */
async function canImport(path: string): Promise<boolean> {
  const worker = new Worker(ENTRY, { type: "module", deno: { permissions: SANDBOX } });
  try {
    return await new Promise<boolean>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<boolean>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`Cannot test the sandbox: ${event.message}`));
      };
      worker.postMessage(path);
    });
  } finally {
    worker.terminate();
  }
}

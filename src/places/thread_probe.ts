/** Tests whether the runtime enforces the permissions of the sandbox. */
import { EXIT, ExitError } from "../base/exit.ts";
import { entryUrl } from "../base/program.ts";
import { within } from "../base/within.ts";
import { formatDuration } from "../settings/units.ts";
import { NEEDS_LOCK, SANDBOX } from "./thread_sandbox.ts";

const ENTRY = entryUrl("thread_probe_entry");

/**
 * Checks that sandboxed code cannot read a file by importing it. In a compiled
 * program, only the kernel prevents it (thread_lock_entry.ts); with Deno 2.7 from
 * source, nothing does. Tried rather than concluded from versions, which would not
 * tell what a container or a later runtime does.
 *
 * @param path An absolute path of a file that exists; it is imported, but never run.
 * @param startTimeout How long that may take, in milliseconds; 0 is for ever.
 * @param entry The module of the thread that tries it.
 * @throws {ExitError} 78 if the sandbox does not hold, 70 if that cannot be told in time.
 */
export async function checkSandbox(
  path: string,
  startTimeout: number,
  entry: string = ENTRY,
): Promise<void> {
  if (!await canImport(path, startTimeout, entry)) return;
  const [found, expected] = NEEDS_LOCK
    ? [
      "in the executable only the kernel can deny files, and it does not",
      "Landlock (Linux 5.13 or newer), the server to run from source",
    ]
    : [`Deno ${Deno.version.deno} lets it import any file`, "a newer Deno"];
  throw new ExitError(
    `Cannot sandbox the handler: ${found}, expected ${expected}, or no --sandbox`,
    EXIT.config,
  );
}

/** Whether a thread with the permissions of the sandbox can import a file. */
async function canImport(path: string, startTimeout: number, entry: string): Promise<boolean> {
  const worker = new Worker(entry, { type: "module", deno: { permissions: SANDBOX } });
  try {
    const answer = new Promise<boolean>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<boolean>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(`Cannot test the sandbox: ${event.message}`));
      };
      worker.postMessage(path);
    });
    return await within(startTimeout, answer, () =>
      new ExitError(
        `Cannot test the sandbox: no answer within --start-timeout ${
          formatDuration(startTimeout)
        }, ` +
          "expected the handler to be read and refused",
        EXIT.software,
      ));
  } finally {
    worker.terminate();
  }
}

/** The file of `--status-file`. */
import { keepStatusFile } from "../../ops/status/status_file.ts";
import type { Served, Witness } from "./witness.ts";

/** Writes the status to a file for as long as the server runs. */
export class StatusFile implements Witness {
  #file: AsyncDisposable | null = null;

  follow({ settings, log, statusReader }: Served): void {
    if (settings.statusFile === null) return;
    this.#file = keepStatusFile(settings.statusFile, statusReader(), (error) => {
      log.logger.warn("Cannot write the status file, retrying", { error });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.[Symbol.asyncDispose]();
  }
}

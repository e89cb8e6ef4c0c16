import { writeText } from "../base/write_text.ts";

/** Shows progress on standard error, on a terminal in one line that is overwritten. */
export class ProgressLine {
  readonly #isTerminal = Deno.stderr.isTerminal();
  #isShown = false;

  /** Replaces the line, if standard error is a terminal. */
  show(text: string): void {
    if (!this.#isTerminal) return;
    const { columns } = Deno.consoleSize();
    writeText(Deno.stderr, `\r\x1b[K${text.slice(0, columns - 1)}`);
    this.#isShown = true;
  }

  /** Writes a permanent line. */
  print(text: string): void {
    this.clear();
    writeText(Deno.stderr, `${text}\n`);
  }

  /** Erases the line. */
  clear(): void {
    if (!this.#isShown) return;
    writeText(Deno.stderr, "\r\x1b[K");
    this.#isShown = false;
  }
}

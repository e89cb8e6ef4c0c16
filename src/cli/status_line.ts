import { writeText } from "../base/write_text.ts";

/** Says on standard error how far something is: on a terminal in one line that changes. */
export class StatusLine {
  readonly #isTerminal = Deno.stderr.isTerminal();
  #isShown = false;

  /** Shows what is being done, in the place of what was shown before; only on a terminal. */
  show(text: string): void {
    if (!this.#isTerminal) return;
    const { columns } = Deno.consoleSize();
    writeText(Deno.stderr, `\r\x1b[K${text.slice(0, columns - 1)}`);
    this.#isShown = true;
  }

  /** Writes a line that stays. */
  say(text: string): void {
    this.clear();
    writeText(Deno.stderr, `${text}\n`);
  }

  /** Takes away what is shown. */
  clear(): void {
    if (!this.#isShown) return;
    writeText(Deno.stderr, "\r\x1b[K");
    this.#isShown = false;
  }
}

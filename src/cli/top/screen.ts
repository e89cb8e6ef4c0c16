import { writeText } from "../../base/write_text.ts";
import { WIDTH } from "../help_layout.ts";

/** How a line looks. */
export type Paint = "plain" | "title" | "head" | "dim" | "warning" | "error";

/** A line of the screen, in printable characters. */
export interface Line {
  readonly text: string;
  readonly paint: Paint;
}

/** The size of the screen, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const USUAL: Size = { columns: WIDTH, rows: 24 };

const PAINTS: Readonly<Record<Paint, string>> = {
  plain: "",
  title: "\x1b[1m",
  head: "\x1b[7m",
  dim: "\x1b[2m",
  warning: "\x1b[33m",
  error: "\x1b[31m",
};
const PLAIN = "\x1b[0m";

/** The alternate screen, without a cursor, and without wrapping: what is too wide is cut. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = `${PLAIN}\x1b[?7h\x1b[?25h\x1b[?1049l`;

/** The terminal, taken over; disposing gives it back as it was. */
export class Screen implements Disposable {
  readonly #isColoured = !Deno.noColor;
  readonly #isRaw = Deno.stdin.isTerminal();

  constructor() {
    this.enter();
  }

  /** Takes the terminal over, also once more. */
  enter(): void {
    // Ctrl-C and Ctrl-Z stay signals.
    if (this.#isRaw) Deno.stdin.setRaw(true, { cbreak: true });
    writeText(Deno.stdout, ENTER);
  }

  /** Gives the terminal back. */
  leave(): void {
    try {
      writeText(Deno.stdout, LEAVE);
      if (this.#isRaw) Deno.stdin.setRaw(false);
    } catch { // The terminal is gone.
    }
  }

  get size(): Size {
    try {
      const { columns, rows } = Deno.consoleSize();
      return columns > 0 && rows > 0 ? { columns, rows } : USUAL;
    } catch { // It does not tell.
      return USUAL;
    }
  }

  /** Replaces what is shown; lines beyond the last row are left out. */
  show(lines: readonly Line[], { columns, rows }: Size): void {
    let text = "";
    for (let row = 0; row < rows; row++) {
      const line = lines[row];
      // Each row is cleared before it is written: a line break in the last one would scroll.
      text += `\x1b[${row + 1};1H\x1b[K${line === undefined ? "" : this.#painted(line, columns)}`;
    }
    writeText(Deno.stdout, text);
  }

  #painted({ text, paint }: Line, columns: number): string {
    // Not in the middle of a character.
    const shown = text.slice(0, columns).replace(/[\ud800-\udbff]$/, "");
    const code = this.#isColoured ? PAINTS[paint] : "";
    if (code === "") return shown;
    return `${code}${paint === "head" ? shown.padEnd(columns) : shown}${PLAIN}`;
  }

  [Symbol.dispose](): void {
    this.leave();
  }
}

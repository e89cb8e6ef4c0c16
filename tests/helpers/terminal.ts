import { until, waitFor } from "./until.ts";

/** Goes to a row and clears it, as `sluice top` does before it writes a row. */
// deno-lint-ignore no-control-regex
const ROW = /\x1b\[(\d+);1H\x1b\[K/;
// deno-lint-ignore no-control-regex
const ESCAPES = /\x1b\[[\d;?]*[A-Za-z]/g;

/** A program that runs in a terminal, made by script(1). */
export class Terminal implements AsyncDisposable {
  /** All that it has written. */
  text = "";
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #read: Promise<void>;

  /** @param command The program and its arguments; a shell runs it, and then prints what it exits with. */
  constructor(
    command: readonly string[],
    { columns, rows }: { readonly columns: number; readonly rows: number },
    env: Readonly<Record<string, string>> = {},
  ) {
    const words = command.map((word) => `'${word}'`).join(" ");
    this.#child = new Deno.Command("script", {
      args: [
        "-qfc",
        // Ctrl-C reaches the shell too, which must live to tell the exit code.
        `trap : INT; stty cols ${columns} rows ${rows}; tty; ${words}; echo "exit=$?"; stty`,
        "/dev/null",
      ],
      env: { ...env, SHELL: "/bin/sh" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#read = this.#readAll();
  }

  /** What the rows show, by their last writing. */
  get rows(): string[] {
    const rows: string[] = [];
    const [, ...parts] = this.text.split(ROW);
    for (let i = 0; i + 1 < parts.length; i += 2) {
      rows[Number(parts[i]) - 1] = (parts[i + 1] ?? "").replaceAll(ESCAPES, "").trimEnd();
    }
    return rows;
  }

  /** The path of the terminal. */
  get device(): string {
    return /^(\S+)/.exec(this.text)?.[1] ?? "";
  }

  /** Types keys. */
  async type(keys: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(keys));
  }

  /** Waits until a row contains a text. */
  async shows(text: string): Promise<void> {
    await until(`it shows ${text}`, () => this.rows.some((row) => row.includes(text)));
  }

  /** Waits until the program has exited, and returns its exit code. */
  async exited(): Promise<number> {
    // With the end of the line: the number may come in parts.
    const [, code] = await waitFor("it exits", () => /exit=(\d+)\r?\n/.exec(this.text));
    return Number(code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    try {
      this.#child.kill("SIGKILL");
    } catch { // It has ended.
    }
    await this.#read;
    await this.#child.status;
  }

  async #readAll(): Promise<void> {
    const texts = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const text of texts) this.text += text;
  }
}

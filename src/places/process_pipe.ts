import { encodeMessage } from "../base/pipe.ts";
import { writeText } from "../base/write_text.ts";
import type { Row } from "../lane/row.ts";
import { LineWriter } from "../log/line_writer.ts";
import type { CountsReporter } from "../upstream/counts_reporter.ts";
import type { FromProcess } from "./process_messages.ts";

/** The pipe from a process to its parent, for messages and the row of its lane. */
export class ParentPipe {
  readonly #word: string;
  readonly #writer: LineWriter;
  #row: Row | null = null;
  #backends: CountsReporter | null = null;
  #lastNumber = 0;

  /** @param word Marks the messages. */
  constructor(word: string) {
    this.#word = word;
    this.#writer = new LineWriter(
      {
        name: "the pipe to the parent",
        write: (bytes) => Deno.stdout.write(bytes),
        reopen: () => Promise.resolve(),
        close() {},
      },
      (count) => {
        this.#backends?.forget();
        return this.#encode({ type: "dropped", count });
      },
      0,
    );
  }

  /** Reports this row from now on. */
  attach(row: Row): void {
    this.#row = row;
  }

  /** Reports what is counted of backends from now on. */
  attachBackends(reporter: CountsReporter): void {
    this.#backends = reporter;
  }

  /** Queues a message, after the row, so that the parent has the counts when it handles the message. */
  post(message: FromProcess): void {
    if (message.type !== "log" && message.type !== "access") this.report();
    this.#writer.add(this.#encode(message));
  }

  /** Queues the row, and what has changed of the backends. */
  report(): void {
    if (this.#row !== null) this.#writer.add(this.#encodeRow(this.#row));
    const counts = this.#backends?.changed() ?? [];
    if (counts.length > 0) this.#writer.add(this.#encode({ type: "counts", counts }));
  }

  /** Reports the row like {@linkcode postNow}. */
  reportRowNow(): void {
    if (this.#row !== null) this.#writeNow(this.#encodeRow(this.#row));
  }

  /** Sends a message synchronously, over standard error, which has no queue. */
  postNow(message: FromProcess): void {
    this.#writeNow(this.#encode(message));
  }

  /** Writes what is queued. */
  async close(): Promise<void> {
    await this.#writer.close();
  }

  #writeNow(text: string): void {
    try {
      writeText(Deno.stderr, text);
    } catch { // The parent is gone.
    }
  }

  #encodeRow(row: Row): string {
    return this.#encode({ type: "row", number: ++this.#lastNumber, row: row.report() });
  }

  #encode(message: FromProcess): string {
    return encodeMessage(message, this.#word);
  }
}

/** Reads an access log that is a FIFO, and can go away. */
import { TextLineStream } from "../server/text_lines.ts";

/** A process that reads a FIFO: it goes away at once, unlike a pending read of this process. */
export class FifoReader {
  readonly #path: string;
  readonly #take: (line: string) => void;
  #child: Deno.ChildProcess | null = null;
  #reading: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(path: string, take: (line: string) => void) {
    this.#path = path;
    this.#take = take;
    this.come();
  }

  /** Opens the FIFO; that waits for a writer. */
  come(): void {
    const command = new Deno.Command("cat", {
      ...{ args: [this.#path], stdin: "null", stdout: "piped", stderr: "null" },
    });
    const child = this.#child = command.spawn();
    this.#reading = this.#read(child);
  }

  /** Closes the FIFO. What is in it is lost, and a line may be torn. */
  async leave(): Promise<void> {
    this.#child?.kill("SIGKILL");
    this.#child = null;
    await this.#reading;
  }

  /** Stops, once the writer has ended. */
  async stop(): Promise<void> {
    this.#isOver = true;
    // Without a writer, opening the FIFO would wait for ever.
    const child = this.#child;
    const timer = setTimeout(() => child?.kill("SIGKILL"), 1000);
    await this.#reading;
    clearTimeout(timer);
  }

  async #read(child: Deno.ChildProcess): Promise<void> {
    for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
      // Torn, since this reader was killed in the middle.
      if (this.#child !== child && !line.endsWith("}")) continue;
      this.#take(line);
    }
    await child.status;
    // The writer has reopened the FIFO: it waits for a reader.
    if (this.#child === child && !this.#isOver) this.come();
  }
}

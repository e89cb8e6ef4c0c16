/** What a handler must not take from a process that it shares with others. */
import { writeAll } from "../base/write_text.ts";

const encoder = new TextEncoder();

/** The global scope of a thread; the types of the main one lack what only browsers document. */
interface ThreadScope {
  close(): void;
}

/**
 * Keeps a handler from ending the thread that it runs in: on the main thread, that
 * would end the server without a drain and with the exit code of its choice. Only
 * `main.ts`, which has the real function, exits.
 *
 * @param refusal The message of the error that the handler gets.
 */
export function forbidExit(refusal: string): void {
  const refuse = (): never => {
    throw new Error(refusal);
  };
  Deno.exit = refuse;
  (globalThis as unknown as ThreadScope).close = refuse;
}

/**
 * Keeps a handler from closing the standard streams, as piping to
 * `Deno.stdout.writable` would: the log goes there, and the messages to the parent.
 */
export function keepStandardStreams(): void {
  for (const stream of [Deno.stdin, Deno.stdout, Deno.stderr]) stream.close = () => {};
  for (const stream of [Deno.stdout, Deno.stderr]) {
    const writable = openWritable(stream);
    Object.defineProperty(stream, "writable", { value: writable, configurable: true });
  }
}

/** A stream to a file that stays open when the stream is closed. */
function openWritable(
  file: { write(data: Uint8Array): Promise<number> },
): WritableStream<Uint8Array<ArrayBuffer>> {
  return new WritableStream({
    write: (data) => writeAll(file, typeof data === "string" ? encoder.encode(data) : data),
  });
}

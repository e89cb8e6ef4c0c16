/** What a handler must not take from a process that it shares with others. */

const encoder = new TextEncoder();

/** The global scope of the main thread; its types lack what only browsers document. */
interface MainScope {
  close(): void;
}

/**
 * Keeps a handler on the main thread from ending the server, without a drain and with
 * the exit code of its choice. Only `main.ts`, which has the real function, exits.
 */
export function forbidExit(): void {
  const refuse = (): never => {
    throw new Error("Cannot end the server: it has other clients, send it TERM to stop it");
  };
  Deno.exit = refuse;
  (globalThis as unknown as MainScope).close = refuse;
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
    async write(data) {
      const bytes: Uint8Array = typeof data === "string" ? encoder.encode(data) : data;
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await file.write(rest));
    },
  });
}

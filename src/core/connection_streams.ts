/** What is read from, as a connection is. */
interface Incoming {
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  close(): void;
}

/** What is written to, as a connection is. */
interface Outgoing {
  write(data: Uint8Array): Promise<void>;
  end(): Promise<void>;
  close(): void;
}

/** What the client sends, as a web stream. */
export function readableOf(incoming: Incoming): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    pull: async (controller) => {
      const data = await incoming.read();
      if (data === null) controller.close();
      else controller.enqueue(data.slice());
    },
    cancel: () => incoming.close(),
  }, { highWaterMark: 0 });
}

/** What is sent to the client, as a web stream. */
export function writableOf(outgoing: Outgoing): WritableStream<Uint8Array> {
  return new WritableStream({
    write: (data) => outgoing.write(data),
    close: () => outgoing.end(),
    abort: () => outgoing.close(),
  });
}

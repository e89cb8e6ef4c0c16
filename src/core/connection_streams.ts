/** The reading side of a connection. */
interface Incoming {
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  close(): void;
}

/** The writing side of a connection. */
interface Outgoing {
  write(data: Uint8Array): Promise<void>;
  end(): Promise<void>;
  close(): void;
}

/** Wraps the incoming bytes in a web stream; cancelling it closes the connection. */
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

/** Wraps the outgoing bytes in a web stream; aborting it closes the connection. */
export function writableOf(outgoing: Outgoing): WritableStream<Uint8Array> {
  return new WritableStream({
    write: (data) => outgoing.write(data),
    close: () => outgoing.end(),
    abort: () => outgoing.close(),
  });
}

/** A connection, as a reader sees it. */
interface Incoming {
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  close(): void;
}

/** A connection, as a writer sees it. */
interface Outgoing {
  write(data: Uint8Array): Promise<void>;
  end(): Promise<void>;
  close(): void;
}

/** What the peer sends, as a web stream. */
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

/** What is sent to the peer, as a web stream. */
export function writableOf(outgoing: Outgoing): WritableStream<Uint8Array> {
  return new WritableStream({
    write: (data) => outgoing.write(data),
    close: () => outgoing.end(),
    abort: () => outgoing.close(),
  });
}

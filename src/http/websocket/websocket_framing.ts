import type { Duplex } from "node:stream";

/** What is used of a socket of the library `ws`: frames, and the rules of their exchange (RFC 6455). */
export interface Framing {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: BinaryType;
  send(data: string | Uint8Array | Blob): void;
  ping(): void;
  close(code?: number, reason?: string): void;
  /** Destroys the stream; the event `close` follows. */
  terminate(): void;
  on(type: "message", listener: (data: MessageData, isBinary: boolean) => void): void;
  on(type: "error", listener: (error: Error) => void): void;
  on(type: "close", listener: (code: number, reason: Uint8Array) => void): void;
  setSocket(stream: Duplex, head: Uint8Array, limits: Limits): void;
}

/** Text as bytes of UTF-8; all else as the binary type asks for. */
export type MessageData = Uint8Array | ArrayBuffer | Blob;

interface Limits {
  readonly allowSynchronousEvents: boolean;
  readonly maxPayload: number;
  readonly maxBufferedChunks: number;
  readonly maxFragments: number;
}

type FramingClass = new (
  address: null,
  protocols: undefined,
  options: { autoPong: boolean; maxPendingAutoPongs: number; closeTimeout: number },
) => Framing;

/** The most bytes of a message (16 MiB); a longer one closes with 1009. */
const MAX_MESSAGE = 16 * 1024 * 1024;
/** The most pieces in which a message may arrive: each costs memory beside its bytes. */
const MAX_CHUNKS = 64 * 1024;
/** The most fragments that a message may have. */
const MAX_FRAGMENTS = 16 * 1024;
/** The most answers to pings that may wait for a slow client. */
const MAX_PONGS = 60;
/** How long the client may take for its part of a close, in milliseconds. */
const CLOSE_TIMEOUT = 30_000;

const NOTHING = new Uint8Array(0);

/** Loads what makes the server's side of a WebSocket on a stream, after the handshake. */
export async function loadFraming(): Promise<(stream: Duplex) => Framing> {
  // Megabytes for a thread: only those that need it load it.
  const { WebSocket } = await import("ws") as { WebSocket: FramingClass };
  return (stream) => {
    // As the library's own server does it.
    const framing = new WebSocket(null, undefined, {
      autoPong: true,
      maxPendingAutoPongs: MAX_PONGS,
      closeTimeout: CLOSE_TIMEOUT,
    });
    framing.setSocket(stream, NOTHING, {
      allowSynchronousEvents: true,
      maxPayload: MAX_MESSAGE,
      maxBufferedChunks: MAX_CHUNKS,
      maxFragments: MAX_FRAGMENTS,
    });
    return framing;
  };
}

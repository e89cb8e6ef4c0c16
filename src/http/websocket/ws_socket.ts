import { LateModule } from "./late_module.ts";
import type { Duplex } from "node:stream";

/** The parts used of the class `WebSocket` of the library `ws`, which implements RFC 6455. */
export interface WsSocket {
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

/** Text as bytes of UTF-8; binary messages in the form of the binary type. */
export type MessageData = Uint8Array | ArrayBuffer | Blob;

interface Limits {
  readonly allowSynchronousEvents: boolean;
  readonly maxPayload: number;
  readonly maxBufferedChunks: number;
  readonly maxFragments: number;
}

type WsClass = new (
  address: null,
  protocols: undefined,
  options: { autoPong: boolean; maxPendingAutoPongs: number; closeTimeout: number },
) => WsSocket;

/** Maximum bytes of a message (16 MiB); a longer one closes the socket with 1009. */
const MAX_MESSAGE = 16 * 1024 * 1024;
/** Maximum number of reads per message: each takes memory besides its bytes. */
const MAX_CHUNKS = 64 * 1024;
/** Maximum number of fragments per message. */
const MAX_FRAGMENTS = 16 * 1024;
/** Maximum number of pongs queued for a slow client. */
const MAX_PONGS = 60;
/** How long the client may take to answer a close, in milliseconds. */
const CLOSE_TIMEOUT = 30_000;

const NOTHING = new Uint8Array(0);

/** The library, which takes megabytes in each thread. */
export const WS = new LateModule(async () => await import("ws") as { WebSocket: WsClass });

/** Loads the library; the result makes the server's side of a WebSocket after the handshake. */
export async function loadWs(): Promise<(stream: Duplex) => WsSocket> {
  const { WebSocket } = await WS.get();
  return (stream) => {
    // The same calls that the library's own server makes.
    const socket = new WebSocket(null, undefined, {
      autoPong: true,
      maxPendingAutoPongs: MAX_PONGS,
      closeTimeout: CLOSE_TIMEOUT,
    });
    socket.setSocket(stream, NOTHING, {
      allowSynchronousEvents: true,
      maxPayload: MAX_MESSAGE,
      maxBufferedChunks: MAX_CHUNKS,
      maxFragments: MAX_FRAGMENTS,
    });
    return socket;
  };
}

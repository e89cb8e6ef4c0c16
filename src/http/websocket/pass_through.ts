import { concat } from "../../base/concat.ts";
import type { Connection } from "../../core/connection.ts";
import type { FlowFilter } from "../../core/flow.ts";
import { type Farewell, relay } from "../../core/relay.ts";
import { FrameBoundary } from "./frame_boundary.ts";

/** FIN, and the opcode of a frame that closes. */
const CLOSE = 0x88;
/** The status of a server that goes away, 1001 (RFC 6455, 7.4.1), in two bytes. */
const GOING_AWAY = [0x03, 0xe9] as const;
const NOTHING = new Uint8Array(0);

/**
 * Passes bytes between a client and an upstream in another protocol than HTTP, as
 * {@linkcode relay} does, until both have ended their streams. In a drain, both ends of a
 * WebSocket are told to go away, each as if by the other one, by a close frame between two
 * frames; they have a second to answer that.
 *
 * @param protocol As in the field Upgrade.
 * @throws {ConnectionError} As {@linkcode relay}.
 */
export function passThrough(
  client: Connection,
  upstream: Connection,
  protocol: string,
): Promise<void> {
  const isWebSocket = protocol.toLowerCase() === "websocket";
  return relay(client, upstream, isWebSocket ? new WebSocketFarewell() : null);
}

/** Tells both ends of a WebSocket to go away. */
class WebSocketFarewell implements Farewell {
  readonly up = new FrameFilter();
  readonly down = new FrameFilter();

  /** Whether both have been told. */
  get isSaid(): boolean {
    return this.up.hasEnded && this.down.hasEnded;
  }

  get isAnswered(): boolean {
    return this.up.hasClosed && this.down.hasClosed;
  }

  say(client: Connection, upstream: Connection): void {
    this.up.endWith(maskedCloseFrame(), upstream);
    this.down.endWith(Uint8Array.of(CLOSE, GOING_AWAY.length, ...GOING_AWAY), client);
  }
}

/** One direction of a WebSocket: passes all bytes until it is ended, and drops those that follow. */
class FrameFilter extends FrameBoundary implements FlowFilter {
  /** What is to be passed after the frame in progress; null unless it is waited for. */
  #last: Uint8Array<ArrayBuffer> | null = null;
  hasEnded = false;

  filter(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const last = this.#last;
    if (this.hasEnded || last === null) {
      this.pass(bytes);
      return this.hasEnded ? NOTHING : bytes;
    }
    const end = this.passFrame(bytes, 0);
    if (!this.isBetweenFrames) return bytes;
    this.#last = null;
    this.hasEnded = true;
    const frame = bytes.subarray(0, end);
    // Nothing may follow a frame that closes.
    const passed = this.hasClosed ? frame : concat(frame, last);
    this.pass(bytes.subarray(end));
    return passed;
  }

  /**
   * Ends the direction: at once, or after the frame in progress.
   *
   * @param to Where the bytes go; nothing may be being written there.
   */
  endWith(frame: Uint8Array<ArrayBuffer>, to: Connection): void {
    if (this.hasEnded || this.#last !== null) return;
    if (!this.isBetweenFrames) {
      this.#last = frame;
      return;
    }
    this.hasEnded = true;
    // If it cannot be told, it is gone, and reading from it fails, too.
    if (!this.hasClosed) to.write(frame).catch(() => {});
  }
}

/** The frame as a client sends it, whose mask must not be predictable (RFC 6455, 5.3). */
function maskedCloseFrame(): Uint8Array<ArrayBuffer> {
  const mask = crypto.getRandomValues(new Uint8Array(4));
  const masked = GOING_AWAY.map((byte, i) => byte ^ (mask[i] ?? 0));
  return Uint8Array.of(CLOSE, 0x80 | masked.length, ...mask, ...masked);
}

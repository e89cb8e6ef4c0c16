import type { Connection } from "../../core/connection.ts";
import type { Sweep, Timed } from "../../core/deadlines.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { EndedBy } from "../../core/event.ts";
import { DRAIN_QUIET } from "../../core/phase_timeouts.ts";
import type { BodyReader } from "./body_reader.ts";
import type { SourceWriter } from "./source_writer.ts";

/** How long the source may at least be quiet if the client has ended its stream, in milliseconds. */
const HALF_CLOSED_QUIET = 500;

/**
 * Ends a response whose source is quiet once the client has disconnected, or the
 * server drains. A quick sweep costs less than watching the client for each piece.
 *
 * The end of the client's stream may be a half-close, so a source that goes on
 * producing is left to the next write, which fails if the client is gone.
 */
export class SourceWatch implements Timed {
  readonly #connection: Connection;
  readonly #body: BodyReader;
  readonly #sources: SourceWriter;
  readonly #sweep: Sweep;
  /** Its place in the sweep. */
  #place = 0;
  #pieces = 0;
  /** How long the source has been quiet, in milliseconds, seen from the sweeps. */
  #quiet = 0;
  #isWatching = false;

  constructor(connection: Connection, body: BodyReader, sources: SourceWriter, sweep: Sweep) {
    this.#connection = connection;
    this.#body = body;
    this.#sources = sources;
    this.#sweep = sweep;
  }

  /** A response from a source begins. */
  begin(): void {
    this.#pieces = -1;
    this.#place = this.#sweep.add(this);
  }

  end(): void {
    this.#sweep.delete(this, this.#place);
  }

  /** Called by the quick sweep. */
  expire(): void {
    const { isWaiting, pieces } = this.#sources;
    if (!isWaiting || pieces !== this.#pieces) {
      this.#pieces = pieces;
      this.#quiet = 0;
      return;
    }
    this.#quiet += this.#sweep.tick;
    const { sawEnd, draining } = this.#connection;
    if (sawEnd && this.#quiet >= Math.max(HALF_CLOSED_QUIET, this.#body.halfClosedTimeout)) {
      this.#abandon("the client has disconnected", "client");
    } else if (draining.aborted && this.#quiet >= DRAIN_QUIET) {
      this.#abandon("the server drains, and the source is quiet", "drain");
    } else if (!sawEnd && !this.#isWatching && this.#body.canWatch) {
      void this.#watchClient();
    }
  }

  /** Waits for the end of the client's stream, or for more from it, which is kept. */
  async #watchClient(): Promise<void> {
    this.#isWatching = true;
    try {
      await this.#body.watch();
    } catch (error) {
      this.#sources.abandon(error as Error);
    } finally {
      this.#isWatching = false;
    }
  }

  #abandon(reason: string, endedBy: EndedBy): void {
    this.#sources.abandon(new ConnectionError(`Cannot send the body: ${reason}`, endedBy));
  }
}

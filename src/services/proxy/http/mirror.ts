import { clock } from "../../../base/clock.ts";
import { ForwardingNote } from "../../../core/forwarding.ts";
import type { ClientConnection } from "../../../http/client/client_connection.ts";
import { ExchangeError } from "../../../http/client/exchange_error.ts";
import type { ServedRequest } from "../../../http/conversation/served_request.ts";
import { isInterim } from "../../../http/status.ts";
import type { Logger } from "../../../log/logger.ts";
import type { BoardRow } from "../../../upstream/board_row.ts";
import { isOfBackend } from "./failures.ts";
import type { HttpUpstream } from "./http_upstream.ts";
import type { RequestCopy } from "./request_copy.ts";

// Taken before a handler can replace it: it shares the globals of its thread with the lane.
const { random } = Math;

/** The most copies in progress where the group has no limit of its own. */
const MOST = 100;
/** The longest response that is read, in bytes: a connection is not worth more. */
const MAX_RESPONSE = 1024 * 1024;

/**
 * Sends copies of requests to a second group, whose responses are read and dropped. Whatever
 * happens to a copy, the request itself does not notice.
 */
export class Mirror {
  readonly group: HttpUpstream;
  readonly #share: number;
  readonly #log: Logger;
  #running = 0;

  /** @param share The share of the requests, from 0 to 1. */
  constructor(group: HttpUpstream, share: number, log: Logger) {
    this.group = group;
    this.#share = share;
    this.#log = log;
  }

  /**
   * Whether a request is to be copied: it is one of the share, its body is not known to be too
   * long, and it does not ask for another protocol.
   */
  wants(request: ServedRequest): boolean {
    if (this.#share < 1 && random() >= this.#share) return false;
    const { contentLength } = request.head;
    const isShort = contentLength === null || contentLength <= this.group.settings.retryBuffer;
    return isShort && !request.asksToUpgrade;
  }

  /** Sends a copy, unless it would be one too many. */
  send(copy: MirroredRequest, body: RequestCopy | null): void {
    const { group } = this;
    if (this.#running >= (group.settings.maxRequests || MOST)) {
      return this.#report(copy, "too many are in progress");
    }
    try {
      group.enter();
    } catch (error) {
      return this.#report(copy, error);
    }
    this.#running++;
    this.#send(copy, body).catch((error) => this.#report(copy, error)).finally(() => {
      this.#running--;
      group.leave();
    });
  }

  async #send(copy: MirroredRequest, body: RequestCopy | null): Promise<void> {
    const { group } = this;
    const begun = clock();
    // Those who wait for a backend are real clients.
    const row = group.takeNow(copy.request);
    if (row === null) {
      group.abandoned(begun);
      throw new Error("No backend is available");
    }
    const client = group.kept.take(row) ?? await this.#dial(row, begun);
    try {
      await this.#exchange(row, client, copy, body);
      group.keep(row, client);
    } catch (error) {
      client.close();
      // A kept connection may have been closed just now, which says nothing about the backend.
      const isStale = client.exchanges > 1 && !client.hasAnswered;
      if (error instanceof ExchangeError && !isStale) group.failed(row, begun);
      else group.abandoned(begun);
      throw error;
    } finally {
      group.upstream.giveBack(row);
    }
  }

  async #dial(row: BoardRow, begun: number): Promise<ClientConnection> {
    const { group } = this;
    try {
      // If that fails, it gives the place back.
      const dialed = await group.upstream.dial(row, new ForwardingNote(group.name));
      if (dialed instanceof Error) throw dialed;
      return group.open(row, dialed);
    } catch (error) {
      if (isOfBackend(error)) group.unreachable(begun);
      else group.abandoned(begun);
      throw error;
    }
  }

  async #exchange(
    row: BoardRow,
    client: ClientConnection,
    { request, head }: MirroredRequest,
    body: RequestCopy | null,
  ): Promise<void> {
    const { group } = this;
    const begun = clock();
    client.begin(request.method, group.settings.timeouts, null);
    if (body === null) await client.send(head);
    // If that fails, so does receiving, unless the backend has responded before.
    else client.upload(head, body.source(), body.length).catch(() => {});
    const status = await finalStatus(client);
    if (status === 101) {
      const what = "The backend switched to a protocol that nobody asked for";
      throw new ExchangeError(what, "http_protocol_error", "upstream");
    }
    const now = clock();
    row.observeLatency(now - begun, now);
    group.answered(row, status, begun, now);
    let size = 0;
    for (let piece; (piece = await client.read()) !== null;) {
      size += piece.length;
      if (size > MAX_RESPONSE) return client.close();
    }
  }

  #report({ request }: MirroredRequest, error: unknown): void {
    this.#log.debug("Mirrored request failed", () => ({
      "sluice.request.id": request.id,
      "http.request.method": request.method,
      "url.path": request.path,
      "sluice.upstream.group": this.group.name,
      "error.message": error instanceof Error ? error.message : String(error),
    }));
  }
}

/** A request of which a copy is to be sent, once. */
export class MirroredRequest {
  readonly request: ServedRequest;
  /** As the second group gets it: one character per byte. */
  readonly head: string;
  readonly #mirror: Mirror;
  #isSent = false;

  constructor(mirror: Mirror, request: ServedRequest, head: string) {
    this.request = request;
    this.head = head;
    this.#mirror = mirror;
  }

  /** The longest body of a copy, in bytes. */
  get bodyLimit(): number {
    return this.#mirror.group.settings.retryBuffer;
  }

  /**
   * Sends the copy, once the request itself was sent, unless it was sent before.
   *
   * @param body null if there is none; not sent if it is too long.
   */
  send(body: RequestCopy | null): void {
    if (this.#isSent || (body !== null && body.bytes === null)) return;
    this.#isSent = true;
    this.#mirror.send(this, body);
  }
}

async function finalStatus(client: ClientConnection): Promise<number> {
  for (;;) {
    const head = client.head();
    if (head === null) await client.more();
    else if (!isInterim(head.status)) return head.status;
  }
}

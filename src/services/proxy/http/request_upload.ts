import type { ClientConnection } from "../../../http/client/client_connection.ts";
import type { Waiting } from "../../../http/client/client_settings.ts";
import type { ServedRequest } from "../../../http/conversation/served_request.ts";
import { isOfBackend } from "./failures.ts";
import type { MirroredRequest } from "./mirror.ts";
import { RequestCopy } from "./request_copy.ts";

/** How long a backend may leave a client waiting for a 100, in milliseconds (RFC 9110, 10.1.1). */
const CONTINUE_ANYWAY = 1000;

/** The body of a request on its way to a backend, while the response may already arrive. */
export class RequestUpload implements Waiting {
  readonly copy: RequestCopy;
  /** Why it could not be sent, if the client is to blame; null otherwise. */
  error: unknown = null;
  readonly #expectsContinue: boolean;
  readonly #mirrored: MirroredRequest | null;
  /** Where it goes; null if to nowhere. */
  #client: ClientConnection | null = null;
  /** Whether the backend has yet to ask for it by a 100. */
  #isHeldBack = false;

  /**
   * The upload of the body of a request; null if it has none.
   *
   * @param limit The longest body that is kept to be sent again, in bytes.
   */
  static of(
    { head, body, expectsContinue }: ServedRequest,
    limit: number,
    mirrored: MirroredRequest | null,
  ): RequestUpload | null {
    if (head.contentLength === 0) return null;
    const copy = new RequestCopy(body, Math.max(limit, mirrored?.bodyLimit ?? 0));
    return new RequestUpload(copy, expectsContinue, mirrored);
  }

  constructor(copy: RequestCopy, expectsContinue: boolean, mirrored: MirroredRequest | null) {
    this.copy = copy;
    this.#expectsContinue = expectsContinue;
    this.#mirrored = mirrored;
  }

  /** Reads the first piece, to be sent with the head, unless the client waits for a 100 to send it. */
  async prepare(): Promise<void> {
    if (!this.#expectsContinue) await this.copy.prefetch();
  }

  /**
   * Sends a head, and begins to send the body unless the backend is to ask for it.
   *
   * @throws {ExchangeError} If the head cannot be sent.
   */
  async begin(client: ClientConnection, head: string): Promise<void> {
    this.#client = client;
    this.#isHeldBack = this.#expectsContinue;
    if (this.#isHeldBack) await client.send(head);
    else this.#send(client, head);
  }

  /** The backend has asked for the body. */
  proceed(): void {
    if (!this.#isHeldBack || this.#client === null) return;
    this.#isHeldBack = false;
    this.#send(this.#client, "");
  }

  /** A backend that does not know `Expect` sends no 100. */
  waits(waited: number): void {
    if (waited >= CONTINUE_ANYWAY) this.proceed();
  }

  /** The final response has arrived: a body that was held back is not sent any more. */
  answered(): void {
    this.#isHeldBack = false;
  }

  /** The exchange is over. */
  end(): void {
    this.#client = null;
  }

  #send(client: ClientConnection, head: string): void {
    client.upload(head, this.copy.source(), this.copy.length).then(
      () => this.#mirrored?.send(this.copy),
      (error) => {
        // A backend that takes no more may have sent a response before, such as why.
        if (isOfBackend(error) || client !== this.#client) return;
        this.error = error;
        client.close();
      },
    );
  }
}

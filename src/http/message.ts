/** Requests and responses as handlers of routes see them. */
import type { Connection } from "../core/connection.ts";

/** A header field: its name, and its value without whitespace around it. */
export type Field = readonly [name: string, value: string];

/** The body of a request, which can be read once, by one of these methods. */
export interface RequestBody {
  /** In bytes, as in Content-Length; null for a chunked body, whose length is known only at its end. */
  readonly length: number | null;
  /** Whether reading has begun. */
  readonly isUsed: boolean;
  /** The trailer fields, with names in lower case, once the body has been read to its end. */
  readonly trailers: readonly Field[];
  /**
   * Lowers `--max-body-size` for this body, before it is read.
   *
   * @param bytes The most that it may have.
   * @throws {HttpError} 413 if its Content-Length is larger. Otherwise a read throws it, as soon as
   * more has arrived.
   */
  limit(bytes: number): void;
  /**
   * Reads what has arrived, or waits for more.
   *
   * @returns A view that is valid until the next read; null at the end.
   * @throws {HttpError} 400, 413 or 431 if the body is malformed or too large.
   * @throws {ConnectionError} If the client disconnects before the end, or takes too long.
   * @throws {TypeError} If the response was already sent.
   */
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * Reads the whole body.
   *
   * @throws {TypeError} If reading has begun. Others as {@linkcode read}.
   */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads the whole body as UTF-8, like {@linkcode bytes}. */
  text(): Promise<string>;
  /**
   * Reads the whole body as JSON, like {@linkcode bytes}.
   *
   * @throws {HttpError} 400 if it is not JSON.
   */
  json(): Promise<unknown>;
}

/** The values of a route's path parameters, by name. */
export type RouteParams = Readonly<Record<string, string>>;

/**
 * A request. Its parts are decoded on first access.
 *
 * @typeParam Params The path parameters of its route.
 */
export interface HttpRequest<Params = RouteParams> {
  /** As sent: `GET`. */
  readonly method: string;
  /** As sent: `/path?query`, a URL, or `*`. */
  readonly target: string;
  /** The path, still percent-encoded: `/path`. */
  readonly path: string;
  /** The part after the question mark; empty if there is none. */
  readonly query: string;
  /** The whole URL: `http://host/path?query`. */
  readonly url: string;
  /** The path parameters of the route, percent-decoded; set by the router. */
  params: Params;
  readonly version: "1.0" | "1.1";
  /** All header fields, in order, with names in lower case. */
  readonly headers: readonly Field[];
  /**
   * The value of a header field; the values of repeated fields are joined by commas.
   *
   * @param name In lower case.
   * @returns null if there is no such field.
   */
  header(name: string): string | null;
  /** Whether there is an Upgrade field. */
  readonly asksToUpgrade: boolean;
  /** Whether the client waits for a 100 before it sends the body; reading the body sends it. */
  readonly expectsContinue: boolean;
  readonly body: RequestBody;
  readonly remoteAddr: Deno.Addr;
  readonly localAddr: Deno.Addr;
  /**
   * The X-Request-Id, if a trusted proxy has sent a valid one; else made from the connection and
   * the number of the request on it, such as `0-17-2`, and unique while the server runs.
   */
  readonly id: string;
  /**
   * Aborts if the client disconnects before the response is sent, the request times
   * out, or a drain cuts the response off.
   */
  readonly signal: AbortSignal;
  /** Resolves when the response is sent; rejects if it could not be. */
  readonly completed: Promise<void>;
  /**
   * Sends an interim response at once, such as 103 (Early Hints); nothing to a client of
   * HTTP/1.0, which would not understand it.
   *
   * @param status From 100 to 199, except 101.
   * @param fields Header fields; none by default.
   * @throws {InvalidResponseError} If the status or a field is invalid.
   * @throws {ConnectionError} If the connection is over.
   * @throws {TypeError} If the response has begun.
   */
  inform(status: number, fields?: readonly Field[]): Promise<void>;
}

/** A body that is produced piece by piece, as fast as the client reads. */
export interface BodySource {
  /** Bytes of all pieces together; null if unknown. */
  readonly length: number | null;
  /**
   * The first piece, if it is there without waiting: it leaves in one write with the head.
   * Called once at most, before any {@linkcode read}.
   *
   * @returns Bytes that must not change until the next call; null if there are none yet.
   */
  ready?(): Uint8Array | null;
  /** @returns The next piece, which must not change until the next call; null at the end. */
  read(): Promise<Uint8Array | null>;
  /**
   * Trailer fields, known once {@linkcode read} has returned null. Only the chunked coding has
   * a place for them: elsewhere they are dropped.
   */
  readonly trailers?: readonly Field[];
  /**
   * Whether producing the body may read that of the request: then a client that waits for
   * a 100 to send it is told to. true if absent.
   */
  readonly readsRequest?: boolean;
  /**
   * Called once, when nothing more will be read: after the end, or earlier if the body is
   * not sent. A read may still be waiting.
   *
   * @param reason Why the body was not sent to its end; undefined if it was, or was not begun.
   */
  close(reason?: unknown): void | Promise<void>;
}

/** A response. */
export interface HttpResponse {
  /** 200 by default. */
  readonly status?: number;
  /** Header fields. The server adds Content-Length, Transfer-Encoding, Connection and Date. */
  readonly headers?: readonly Field[];
  /** Text is sent as UTF-8. */
  readonly body?: string | Uint8Array | BodySource | null;
  /**
   * With status 101, if the request asks for it with an Upgrade field: serves the connection in
   * another protocol after the response.
   * Bytes that arrived after the request can be read from the connection.
   */
  readonly upgrade?: (connection: Connection) => Promise<void>;
}

/** Whether a body is produced piece by piece. */
export function isSource(body: HttpResponse["body"]): body is BodySource {
  return typeof body === "object" && body !== null && !(body instanceof Uint8Array);
}

/** Closes the source of a response that nobody waits for: an error of it no longer matters. */
export function dropSource(source: BodySource, reason?: unknown): void {
  void (async () => await source.close(reason))().catch(() => {});
}

/** One request in, one response out. */
export interface HttpHandler {
  (request: HttpRequest): HttpResponse | Promise<HttpResponse>;
  /** The path of the route that serves a request, as its author wrote it; null if there is none. */
  readonly routeOf?: (request: HttpRequest) => string | null;
  /** Whether it never looks at a request again once it has responded to it. */
  readonly forgets?: boolean;
}

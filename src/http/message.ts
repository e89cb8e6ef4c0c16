/** Requests and responses as handlers see them: Sluice's own, small shapes. */
import type { Connection } from "../core/connection.ts";

/** A field line: its name, and its value without the white space around it. */
export type Field = readonly [name: string, value: string];

/** The body of a request, read as it arrives. It can be read once, in one of these ways. */
export interface RequestBody {
  /** Bytes that are announced; null where the length is known only at the end. */
  readonly length: number | null;
  /** Whether reading has begun. */
  readonly isUsed: boolean;
  /**
   * Reads what has arrived, or waits for it.
   *
   * @returns A view that is good until the next read; null at the end.
   * @throws {HttpError} 400, 408 or 413 if the body is malformed, slow or too large.
   * @throws {ConnectionError} If the client leaves before the end.
   */
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Reads all of it. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads all of it as UTF-8. */
  text(): Promise<string>;
  /** Reads all of it as JSON; 400 is the answer where it is none and nobody catches it. */
  json(): Promise<unknown>;
}

/** What the path has in place of the parameters of a route, by their names. */
export type RouteParams = Readonly<Record<string, string>>;

/** A request. What it takes to make a part of it is done when that is asked for. */
export interface HttpRequest {
  /** A token, as it was sent: `GET`. */
  readonly method: string;
  /** As it was sent: `/path?query`, with scheme and host where those were sent, or `*`. */
  readonly target: string;
  /** The path, still percent-encoded: `/path`. */
  readonly path: string;
  /** What follows the question mark; empty where there is none. */
  readonly query: string;
  /** All of it: `http://host/path?query`. */
  readonly url: string;
  /** Of the route that serves it, percent-decoded; empty where that has none. Set by the router. */
  params: RouteParams;
  readonly version: "1.0" | "1.1";
  /** All field lines in their order, names in lower case. */
  readonly headers: readonly Field[];
  /**
   * The value of a field; those of several lines are joined by a comma.
   *
   * @param name In lower case.
   */
  header(name: string): string | null;
  /** Whether there is an Upgrade field. */
  readonly asksToUpgrade: boolean;
  readonly body: RequestBody;
  readonly remoteAddr: Deno.Addr;
  readonly localAddr: Deno.Addr;
  /** Unique in this server's life. */
  readonly id: string;
  /** Aborts when the client leaves before it has the answer. */
  readonly signal: AbortSignal;
  /** Resolves when the answer is sent; rejects if it could not be. */
  readonly completed: Promise<void>;
}

/** A body that is made piece by piece, as the client takes it. */
export interface BodySource {
  /** Bytes of all pieces; null where that is not known. */
  readonly length: number | null;
  /** @returns The next piece, which must stay as it is until the next call; null at the end. */
  read(): Promise<Uint8Array | null>;
  /** Called once when no more is read, whether it has ended or not. */
  close(): void | Promise<void>;
}

/** A response. */
export interface HttpResponse {
  /** 200 where none is given. */
  readonly status?: number;
  /**
   * Names and values. Content-Length, Transfer-Encoding, Connection and Date are
   * the server's: they come by themselves.
   */
  readonly headers?: readonly Field[];
  /** Text is sent as UTF-8. */
  readonly body?: string | Uint8Array | BodySource | null;
  /**
   * With status 101: what the connection is served with after the response, in
   * another protocol. What has arrived is there to be read.
   */
  readonly upgrade?: (connection: Connection) => Promise<void>;
}

/** Whether a body is made piece by piece. */
export function isSource(body: HttpResponse["body"]): body is BodySource {
  return typeof body === "object" && body !== null && !(body instanceof Uint8Array);
}

/** One request in, one response out. */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

import { kindOf } from "../../base/kind_of.ts";
import type { Connection } from "../../core/connection.ts";
import { IncompleteReadError, LimitExceededError, PeerError } from "../../core/errors.ts";
import type { Service } from "../../core/service.ts";
import type { ServiceContext } from "../service.ts";

/**
 * How a byte stream is split into requests. Lines and delimited requests are UTF-8
 * text, a line without its line ending and a delimited request with its delimiter.
 * Length-prefixed requests are bytes, without the prefix. Responses are framed
 * alike: a line gets a line ending, a length-prefixed response its prefix. With
 * delimiters, a response is written as it is.
 */
export type Framing =
  | { readonly type: "lines"; readonly limit?: number }
  | {
    readonly type: "delimiter";
    readonly delimiter: string;
    /**
     * Whether CR and LF before a request are dropped: the return key of a terminal sends
     * them after the delimiter. The default is false.
     */
    readonly skipNewlines?: boolean;
    readonly limit?: number;
  }
  | {
    readonly type: "length";
    /** Size of the prefix in bytes; it holds the number of bytes after it. */
    readonly bytes: 1 | 2 | 4 | 8;
    /** Byte order of the prefix; the default is `big`, network byte order. */
    readonly endian?: "big" | "little";
    readonly limit?: number;
  };

/** Answers one request with at most one response, without touching the connection. */
export interface RequestHandler<Request = string | Uint8Array> {
  /**
   * @param request Text or bytes, see {@linkcode Framing}; bytes are valid until the response.
   * @returns The response; null or undefined to send none.
   */
  handle(
    request: Request,
    context: ServiceContext,
  ): Response | Promise<Response>;
}
type Response = string | Uint8Array | null | void;

/** The default limit of a request in bytes, including its line ending or delimiter. */
const DEFAULT_FRAME_LIMIT = 64 * 1024;

interface Codec<Request> {
  read(connection: Connection): Promise<Request | null>;
  encode(response: string | Uint8Array): Uint8Array | string;
}

const LINE_FEED = new Uint8Array([10]);
const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Makes a service from a request handler: reads a request, writes its response, repeats. */
export function serveRequests<Request extends string | Uint8Array>(
  framing: Framing,
  handler: RequestHandler<Request>,
  context: ServiceContext,
): Service {
  // The framing decides between text and bytes; the handler is written for one of them.
  const codec = createCodec(framing) as Codec<Request>;
  return async (connection) => {
    let request: Request | null;
    while ((request = await codec.read(connection)) !== null) {
      connection.beginRequest();
      const response = await handler.handle(request, context);
      if (response === null || response === undefined) continue;
      if (typeof response !== "string" && !(response instanceof Uint8Array)) {
        // Only untyped handlers get here; the connection would blame the client for it.
        throw new TypeError(
          `Cannot respond: handle returned ${kindOf(response)}, expected text, bytes or nothing`,
        );
      }
      await connection.write(codec.encode(response));
    }
  };
}

function createCodec(framing: Framing): Codec<string | Uint8Array> {
  const limit = framing.limit ?? DEFAULT_FRAME_LIMIT;
  switch (framing.type) {
    case "lines":
      return {
        read: (connection) => connection.readLine(limit),
        encode: (response) =>
          typeof response === "string" ? `${response}\n` : concat(response, LINE_FEED),
      };
    case "delimiter": {
      const delimiter = encoder.encode(framing.delimiter);
      const { skipNewlines = false } = framing;
      return {
        read: async (connection) => {
          if (skipNewlines) await dropNewlines(connection);
          const request = await connection.readUntil(delimiter, limit);
          return request === null ? null : decoder.decode(request);
        },
        encode: (response) => response,
      };
    }
    case "length":
      return lengthPrefix(framing.bytes, framing.endian ?? "big", limit);
  }
}

/** Drops CR and LF until a request begins; without one the connection is idle, not amid a request. */
async function dropNewlines(connection: Connection): Promise<void> {
  do {
    const { pending } = connection;
    const begin = pending.findIndex((byte) => byte !== 13 && byte !== 10);
    connection.skip(begin === -1 ? pending.length : begin);
  } while (!connection.hasPending && await connection.fill());
}

function lengthPrefix(bytes: number, endian: "big" | "little", limit: number): Codec<Uint8Array> {
  const max = bytes === 8 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * bytes) - 1;
  return {
    read: async (connection) => {
      const prefix = await connection.readExactly(bytes);
      if (prefix === null) return null;
      const length = decodeLength(prefix, endian);
      if (length > limit) throw new LimitExceededError(limit);
      if (length === 0) return NO_BYTES;
      // The prefix belongs to the request, so the stream ends in the middle of it.
      const body = await connection.readExactly(length);
      if (body === null) throw new IncompleteReadError(NO_BYTES);
      return body;
    },
    encode: (response) => {
      const body = typeof response === "string" ? encoder.encode(response) : response;
      if (body.length > max) {
        throw new PeerError(
          `Cannot frame a response: found ${body.length} bytes, expected at most ${max} for its prefix`,
        );
      }
      return concat(encodeLength(body.length, bytes, endian), body);
    },
  };
}

// Arithmetic, because shifts are limited to 32 bits. An 8-byte prefix above 2^53
// loses precision, but exceeds any limit long before.
function decodeLength(prefix: Uint8Array, endian: "big" | "little"): number {
  const digits = endian === "big" ? prefix : prefix.toReversed();
  return digits.reduce((length, byte) => length * 256 + byte, 0);
}

function encodeLength(length: number, bytes: number, endian: "big" | "little"): Uint8Array {
  const prefix = new Uint8Array(bytes);
  for (let i = bytes - 1, rest = length; i >= 0; i--, rest = Math.floor(rest / 256)) {
    prefix[i] = rest % 256;
  }
  return endian === "big" ? prefix : prefix.reverse();
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

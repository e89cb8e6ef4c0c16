import type { ConversationOptions } from "./options.ts";

/** The lines about the connection in responses after which it persists (RFC 9112, 9.3). */
export interface PersistLines {
  /** For HTTP/1.0, in which it does not by default. */
  readonly explicit: string;
  readonly byDefault: string;
}

/** Makes the lines, with the time that a client has for its next request if they are to say so. */
export function persistLines(
  { keepAlive, idleTimeout, advertisesKeepAlive = false }: ConversationOptions,
): PersistLines {
  const seconds = Math.floor(Math.min(keepAlive, idleTimeout || Infinity) / 1000);
  const field = advertisesKeepAlive && seconds > 0 ? `Keep-Alive: timeout=${seconds}\r\n` : "";
  return { explicit: `Connection: keep-alive\r\n${field}`, byDefault: field };
}

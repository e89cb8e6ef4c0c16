import type { Exchange } from "../exchange.ts";

/** The fewest columns of a path, however much else there is. */
const SHORTEST_PATH = 6;
const LONGEST_METHOD = 10;

/**
 * Formats exchanges for people in front of a terminal, without a newline:
 * `GET /users/7 200 1.25ms 127.0.0.1`. The path is cut to fit; the status is a dash if there
 * was no response, as in a drain, and 499 if the client left first.
 *
 * @param width In columns.
 */
export function shortLine(width: number): (exchange: Exchange) => string {
  return ({ request, status, duration, remoteAddr }) => {
    const peer = remoteAddr.transport === "tcp" ? remoteAddr.hostname : "unix";
    const rest = ` ${status || "-"} ${formatted(duration)} ${peer}`;
    if (request === null) return `-${rest}`;
    const method = cut(request.method, LONGEST_METHOD);
    const room = Math.max(SHORTEST_PATH, width - method.length - 1 - rest.length);
    return `${method} ${cut(request.target, room)}${rest}`;
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** At most six columns up to a quarter of an hour. */
function formatted(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(2)}ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`;
  return `${(milliseconds / 1000).toFixed(1)}s`;
}

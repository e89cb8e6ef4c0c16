/** A response as a client reads it, strictly. */
export interface Received {
  readonly status: number;
  readonly body: string;
  /** Whether the body is as long as its head says. */
  readonly isComplete: boolean;
  /** What follows it. */
  readonly rest: string;
}

/** Reads the first response of a text in which a character is a byte; null if it is malformed. */
export function readResponse(text: string): Received | null {
  const match = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[\w-]+: [^\r\n]*\r\n)*)\r\n/.exec(text);
  if (match === null) return null;
  const [head, digits, fields = ""] = match;
  const status = Number(digits);
  const after = text.slice(head.length);
  const valuesOf = (name: string) =>
    [...fields.matchAll(new RegExp(`^${name}: (.*)\\r$`, "gim"))].map(([, value = ""]) => value);
  const [length, ...more] = valuesOf("content-length");
  const isChunked = valuesOf("transfer-encoding").join() === "chunked";
  if (more.length > 0 || (length !== undefined && isChunked)) return null;
  if (status === 204 || status === 304 || status < 200) {
    return { status, body: "", isComplete: true, rest: after };
  }
  if (isChunked) return readChunks(status, after);
  if (length === undefined) return { status, body: after, isComplete: true, rest: "" };
  if (!/^\d+$/.test(length)) return null;
  const body = after.slice(0, Number(length));
  return {
    status,
    body,
    isComplete: body.length === Number(length),
    rest: after.slice(body.length),
  };
}

function readChunks(status: number, text: string): Received | null {
  const pieces: string[] = [];
  let at = 0;
  for (;;) {
    const line = text.indexOf("\r\n", at);
    if (line === -1) return { status, body: pieces.join(""), isComplete: false, rest: "" };
    const digits = text.slice(at, line);
    if (!/^[\da-f]+$/i.test(digits)) return null;
    const size = parseInt(digits, 16);
    const piece = text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
    pieces.push(piece);
    if (at > text.length) return { status, body: pieces.join(""), isComplete: false, rest: "" };
    if (text.slice(at - 2, at) !== "\r\n") return null;
    if (size === 0) {
      return { status, body: pieces.join(""), isComplete: true, rest: text.slice(at) };
    }
  }
}

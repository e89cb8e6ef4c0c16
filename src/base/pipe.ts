/**
 * Messages through a pipe: each a line of JSON that begins with the record
 * separator (RFC 7464) and a word that only parent and child know, so that
 * whatever else a program prints, on whosever behalf, is told from them.
 */
const MARK = "\x1e";

/** Makes the line of a message. */
export function encodeMessage(message: unknown, word = ""): string {
  return `${MARK}${word}${JSON.stringify(message)}\n`;
}

/**
 * Reads until the pipe is closed.
 *
 * @param other Takes what is no message, a line or the beginning of one at a time.
 */
export async function readMessages<Message>(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  receive: (message: Message) => void,
  other: (text: string) => void,
  word = "",
): Promise<void> {
  const start = MARK + word;
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const mark = line.indexOf(start);
      const message = mark === -1 ? undefined : decodeMessage(line.slice(mark + start.length));
      if (message === undefined) {
        other(`${line}\n`);
        continue;
      }
      if (mark > 0) other(line.slice(0, mark));
      receive(message as Message);
    }
  }
  if (rest !== "" && !rest.includes(start)) other(rest);
}

/** What was encoded; undefined where it only looks like a message. */
function decodeMessage(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Messages over a pipe. Each is a line of JSON that begins with the record
 * separator (RFC 7464) and a word that only parent and child know, to tell it from
 * anything else that the program or its handler prints.
 */
const MARK = "\x1e";

/** Encodes a message as a line. */
export function encodeMessage(message: unknown, word = ""): string {
  return `${MARK}${word}${JSON.stringify(message)}\n`;
}

/**
 * Reads messages until the pipe is closed.
 *
 * @param other Receives everything else: a line, or the part of a line before a message.
 * @param word As given to {@linkcode encodeMessage}.
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

/** @returns The message; undefined if the text only looks like one. */
function decodeMessage(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

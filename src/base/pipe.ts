/**
 * Messages over a pipe. Each is a line of JSON that begins with the record
 * separator (RFC 7464) and a word that only parent and child know, to tell it from
 * anything else that the program or its handler prints. The parent makes up the
 * word, and sends it as the first line: arguments and environment are for everyone
 * to read.
 */
import { wholeCharacters } from "./whole_characters.ts";

const MARK = "\x1e";

/** The most characters of a message. */
const LONGEST_MESSAGE = 64 * 1024 * 1024;
/** Characters of a line that is no message, without an end so far, which are passed on early. */
const LONG_LINE = 64 * 1024;

/** Encodes a message as a line. */
export function encodeMessage(message: unknown, word = ""): string {
  return `${MARK}${word}${JSON.stringify(message)}\n`;
}

/** Encodes the word as the first line to a child. */
export function encodeWord(word: string): string {
  return `${word}\n`;
}

/**
 * Reads messages until the pipe is closed.
 *
 * @param receive Called with each message; with undefined for one that is too long.
 * @param other Receives everything else: a line, or the part of a line before a message.
 * @param word As given to {@linkcode encodeMessage}.
 */
export async function readMessages<Message>(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  receive: (message: Message) => void,
  other: (text: string) => void,
  word = "",
): Promise<void> {
  const reader = new MessageReader(receive, other, word);
  for await (const text of stream.pipeThrough(new TextDecoderStream())) reader.add(text);
  reader.end();
}

/** What a child reads from its parent. */
export interface FromParent {
  /** Marks the messages to the parent. */
  readonly word: string;
  /** Reads messages until the parent has closed the pipe; called once. */
  readMessages<Message>(receive: (message: Message) => void): Promise<void>;
}

/** Reads the word of a parent; null if it closes the pipe before. */
export async function readWord(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<FromParent | null> {
  const texts = stream.pipeThrough(new TextDecoderStream()).values();
  let begin = "";
  while (!begin.includes("\n")) {
    const { done, value } = await texts.next();
    if (done) return null;
    begin += value;
  }
  const end = begin.indexOf("\n");
  const word = begin.slice(0, end);
  return {
    word,
    async readMessages(receive) {
      const reader = new MessageReader(receive, () => {}, word);
      reader.add(begin.slice(end + 1));
      for await (const text of texts) reader.add(text);
    },
  };
}

/** Splits a stream of text into messages and everything else. */
class MessageReader<Message> {
  readonly #receive: (message: Message) => void;
  readonly #other: (text: string) => void;
  readonly #start: string;
  /** The begun line. */
  #rest = "";
  /** Whether a message is known to begin in it. */
  #isMessage = false;
  /** Whether that is too long, so that the rest of it is skipped. */
  #isTooLong = false;

  constructor(receive: (message: Message) => void, other: (text: string) => void, word: string) {
    this.#receive = receive;
    this.#other = other;
    this.#start = MARK + word;
  }

  add(text: string): void {
    let from = 0;
    for (let end; (end = text.indexOf("\n", from)) !== -1; from = end + 1) {
      this.#endLine(this.#rest + text.slice(from, end));
    }
    if (!this.#isTooLong) this.#rest += text.slice(from);
    // Only from LONG_LINE on: searching a string joined from parts makes the engine copy it.
    if (this.#rest.length > LONG_LINE) this.#limit();
  }

  /** Passes on what is left, except for an incomplete message. */
  end(): void {
    if (this.#rest !== "" && !this.#rest.includes(this.#start)) this.#other(this.#rest);
  }

  #endLine(line: string): void {
    this.#rest = "";
    this.#isMessage = false;
    if (this.#isTooLong) {
      this.#isTooLong = false;
      return;
    }
    const start = line.indexOf(this.#start);
    const message = start === -1 ? undefined : decode(line.slice(start + this.#start.length));
    if (message === undefined) return this.#other(`${line}\n`);
    if (start > 0) this.#other(line.slice(0, start));
    this.#receive(message as Message);
  }

  /** Keeps a line without an end from taking all memory. */
  #limit(): void {
    this.#isMessage ||= this.#rest.includes(this.#start);
    if (!this.#isMessage) {
      // The last characters may be the beginning of the mark of a message.
      const sure = wholeCharacters(this.#rest, this.#rest.length - this.#start.length);
      this.#other(this.#rest.slice(0, sure));
      this.#rest = this.#rest.slice(sure);
    } else if (this.#rest.length > LONGEST_MESSAGE) {
      this.#rest = "";
      this.#isTooLong = true;
      this.#receive(undefined as Message);
    }
  }
}

/** @returns The message; undefined if the text only looks like one. */
function decode(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { type AnswerReader, type Standing, SURPLUS } from "./answer.ts";

/** Bytes up to a delimiter. */
export class DelimitedAnswer implements AnswerReader {
  failure: string | null = null;
  readonly #delimiter: Uint8Array<ArrayBuffer>;
  /** The last bytes of what came before, in which the delimiter may have begun. */
  #tail = new Uint8Array(0);

  /** @param delimiter At least one Latin-1 character. */
  constructor(delimiter: string) {
    this.#delimiter = Uint8Array.from(delimiter, (character) => character.charCodeAt(0));
  }

  begin(): void {
    this.failure = null;
    this.#tail = new Uint8Array(0);
  }

  take(bytes: Uint8Array<ArrayBuffer>): Standing {
    const [tail, { length }] = [this.#tail, this.#delimiter];
    const all = new Uint8Array(tail.length + bytes.length);
    all.set(tail);
    all.set(bytes, tail.length);
    const at = this.#find(all);
    if (at === -1) {
      this.#tail = all.slice(Math.max(0, all.length - length + 1));
      return "more";
    }
    if (at + length === all.length) return "over";
    this.failure = SURPLUS;
    return "last";
  }

  end(): boolean {
    return false;
  }

  #find(bytes: Uint8Array<ArrayBuffer>): number {
    const [first = 0] = this.#delimiter;
    for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
      if (this.#delimiter.every((byte, i) => bytes[at + i] === byte)) return at;
    }
    return -1;
  }
}

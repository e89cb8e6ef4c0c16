import { concat } from "../base/concat.ts";
import { encodeLatin1 } from "./encode_latin1.ts";
import { EXCESS, type ReadState, type ResponseReader } from "./response.ts";

/** Expects any bytes up to a delimiter. */
export class DelimitedResponseReader implements ResponseReader {
  failure: string | null = null;
  readonly #delimiter: Uint8Array<ArrayBuffer>;
  /** The last bytes so far, in which the delimiter may have begun. */
  #tail = new Uint8Array(0);

  /** @param delimiter At least one Latin-1 character. */
  constructor(delimiter: string) {
    this.#delimiter = encodeLatin1(delimiter);
  }

  begin(): void {
    this.failure = null;
    this.#tail = new Uint8Array(0);
  }

  take(bytes: Uint8Array<ArrayBuffer>): ReadState {
    const { length } = this.#delimiter;
    const all = concat(this.#tail, bytes);
    const at = this.#find(all);
    if (at === -1) {
      this.#tail = all.slice(Math.max(0, all.length - length + 1));
      return "more";
    }
    if (at + length === all.length) return "done";
    this.failure = EXCESS;
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

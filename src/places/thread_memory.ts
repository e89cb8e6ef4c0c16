import type { Allocate } from "../lane/shared_state.ts";
import type { FromThread } from "./thread_messages.ts";

/** Requests shared memory from the parent of a thread, once per name. */
export class MemoryRequests {
  readonly #post: (message: FromThread) => void;
  readonly #buffers = new Map<string, SharedArrayBuffer>();
  readonly #pending = new Map<number, PromiseWithResolvers<SharedArrayBuffer>>();
  #lastId = 0;

  constructor(post: (message: FromThread) => void) {
    this.#post = post;
  }

  readonly allocate: Allocate = async (name, bytes) => {
    const known = this.#buffers.get(name);
    if (known?.byteLength === bytes) return known;
    const id = ++this.#lastId;
    const request = Promise.withResolvers<SharedArrayBuffer>();
    this.#pending.set(id, request);
    this.#post({ type: "allocate", id, name, bytes });
    const buffer = await request.promise;
    this.#buffers.set(name, buffer);
    return buffer;
  };

  /** Settles a request with the parent's answer: the memory, or the reason there is none. */
  receive(id: number, buffer: SharedArrayBuffer | string): void {
    const request = this.#pending.get(id);
    this.#pending.delete(id);
    if (typeof buffer === "string") request?.reject(new RangeError(buffer));
    else request?.resolve(buffer);
  }
}

import type { ServiceContext } from "../services/service.ts";

/** Gives the memory of a name, and makes it where there is none. */
export type Allocate = (name: string, bytes: number) => Promise<SharedArrayBuffer>;

/** Who holds a lock, in the memory of the lock: 0 is nobody. */
const HOLDER = 0;
/** What the memory of locks is called: no handler can ask for the same by a name of its own. */
const LOCK_PREFIX = "\0lock ";
/** The longest wait for another thread's word that a lock is free, in milliseconds; then it is looked at. */
const LONGEST_WAIT = 1000;

/** The memory of all names: kept by the thread that starts the lanes, for as long as the server lives. */
export class SharedMemory {
  readonly #buffers = new Map<string, SharedArrayBuffer>();

  /**
   * The same memory for the same name.
   *
   * @throws {RangeError} If the size is none, or another than before.
   */
  allocate(name: string, bytes: number): SharedArrayBuffer {
    if (!Number.isSafeInteger(bytes) || bytes < 1) {
      throw new RangeError(
        `Cannot share "${name}": found a size of ${bytes}, wanted 1 byte or more`,
      );
    }
    const found = this.#buffers.get(name);
    if (found === undefined) {
      const buffer = new SharedArrayBuffer(bytes);
      this.#buffers.set(name, buffer);
      return buffer;
    }
    if (found.byteLength !== bytes) {
      throw new RangeError(
        `Cannot share "${name}": found a size of ${bytes}, it was made with ${found.byteLength}`,
      );
    }
    return found;
  }

  /** Unlocks what a lane that is gone had locked. */
  unlockAll(lane: number): void {
    for (const [name, buffer] of this.#buffers) {
      if (name.startsWith(LOCK_PREFIX)) unlock(new Int32Array(buffer), lane);
    }
  }
}

/** What a handler is given of {@linkcode SharedMemory}, for one lane. */
export function sharedState(
  lane: number,
  allocate: Allocate,
): Pick<ServiceContext, "shared" | "lock"> {
  return {
    shared: (name, bytes) => allocate(name, bytes),
    async lock(name) {
      const word = new Int32Array(await allocate(LOCK_PREFIX + name, 4));
      await take(word, lane);
      let isHeld = true;
      return {
        [Symbol.dispose]() {
          if (isHeld) unlock(word, lane);
          isHeld = false;
        },
      };
    },
  };
}

async function take(word: Int32Array, lane: number): Promise<void> {
  for (;;) {
    const holder = Atomics.compareExchange(word, HOLDER, 0, lane + 1);
    if (holder === 0) return;
    await Atomics.waitAsync(word, HOLDER, holder, LONGEST_WAIT).value;
  }
}

function unlock(word: Int32Array, lane: number): void {
  if (Atomics.compareExchange(word, HOLDER, lane + 1, 0) === lane + 1) {
    Atomics.notify(word, HOLDER, 1);
  }
}

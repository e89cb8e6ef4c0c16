import type { ServiceContext } from "../services/service.ts";
import type { Tenancy } from "./tenancy.ts";

/** Returns the memory with a name, allocating it on first use. */
export type Allocate = (name: string, bytes: number) => Promise<SharedArrayBuffer>;

/** The index of the holder in the memory of a lock: the lane's number plus one, 0 when free. */
const HOLDER = 0;
/** The prefix of names of locks, which keeps them apart from the names that handlers use. */
const LOCK_PREFIX = "\0lock ";
/** The size of that memory. */
const LOCK_BYTES = 4;
/** The longest wait for a notification before checking the lock again, in milliseconds. */
const LONGEST_WAIT = 1000;

/** Shared memory by name. The thread that starts the lanes keeps it for the life of the server. */
export class SharedMemory {
  readonly #buffers = new Map<string, SharedArrayBuffer>();

  /**
   * Returns the same memory for the same name.
   *
   * @throws {RangeError} If the size is not positive, or differs from the first one.
   */
  allocate(name: string, bytes: number): SharedArrayBuffer {
    if (!Number.isSafeInteger(bytes) || bytes < 1) throw new RangeError(invalidSize(name, bytes));
    if (name.startsWith(LOCK_PREFIX) && bytes !== LOCK_BYTES) {
      throw new RangeError(`Cannot lock: found a size of ${bytes}, expected ${LOCK_BYTES}`);
    }
    const found = this.#buffers.get(name);
    if (found === undefined) {
      const buffer = new SharedArrayBuffer(bytes);
      this.#buffers.set(name, buffer);
      return buffer;
    }
    if (found.byteLength !== bytes) {
      throw new RangeError(
        `Cannot share "${name}": found a size of ${bytes}, expected ${found.byteLength} as before`,
      );
    }
    return found;
  }

  /**
   * Releases the locks of a dead lane. Its tenancy must be over: its thread may still run
   * for a while, and keeps no lock that it takes from here on.
   */
  unlockAll(lane: number): void {
    for (const [name, buffer] of this.#buffers) {
      if (name.startsWith(LOCK_PREFIX)) unlock(new Int32Array(buffer), lane);
    }
  }
}

/**
 * A lane's view of {@linkcode SharedMemory}, for its handler.
 *
 * @param tenancy Once it is over, the lane gets no more locks: nobody would release them.
 */
export function sharedState(
  lane: number,
  allocate: Allocate,
  tenancy: Pick<Tenancy, "holds">,
): Pick<ServiceContext, "shared" | "lock"> {
  return {
    async shared(name, bytes) {
      // Here already: a thread's parent ends a thread that asks for what cannot be.
      if (typeof name !== "string") {
        throw new TypeError(
          `Cannot share memory: found a value of type ${typeof name} as its name, expected text`,
        );
      }
      if (!Number.isSafeInteger(bytes) || bytes < 1) throw new RangeError(invalidSize(name, bytes));
      if (name.startsWith(LOCK_PREFIX)) {
        throw new RangeError(
          `Cannot share ${JSON.stringify(name)}: the name is reserved for locks`,
        );
      }
      return await allocate(name, bytes);
    },
    async lock(name) {
      const word = new Int32Array(await allocate(LOCK_PREFIX + name, LOCK_BYTES));
      await take(word, lane);
      // Not before: the tenancy may end in between, and only then are the locks released.
      if (!tenancy.holds()) {
        unlock(word, lane);
        throw new Error("Cannot lock: the worker is over, expected one that serves");
      }
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

function invalidSize(name: string, bytes: unknown): string {
  return `Cannot share ${JSON.stringify(name)}: found a size of ${
    String(bytes)
  }, expected 1 byte or more`;
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

import type { ServiceContext } from "../service.ts";
import { pause } from "./pause.ts";

/** How a service fails: it throws, or it does not answer. */
export type FaultKind = "error" | "hang";

/** The bytes of a BigInt64Array of one number. */
const SIZE = 8;

/**
 * A fault on purpose: until when a service fails, and how. The threads of a
 * server share it; each process of the mode `forked` has its own, so there a
 * request makes the service fail in the one process that takes it.
 */
export class Fault {
  /** Until when, in milliseconds since 1970; below zero for a service that hangs. */
  readonly #until: () => Promise<BigInt64Array>;

  /** @param name Of its shared memory. */
  constructor(name: string, context: Pick<ServiceContext, "shared">) {
    let memory: Promise<BigInt64Array> | null = null;
    this.#until = () =>
      memory ??= context.shared(name, SIZE).then((buffer) => new BigInt64Array(buffer));
  }

  /** Begins, for so many milliseconds from now on; 0 ends it. */
  async begin(kind: FaultKind, milliseconds: number): Promise<void> {
    const until = BigInt(Date.now() + milliseconds);
    Atomics.store(await this.#until(), 0, kind === "hang" ? -until : until);
  }

  /**
   * Does nothing, unless the fault is on: then it throws, or waits until it is
   * over or the signal aborts.
   */
  async suffer(signal: AbortSignal): Promise<void> {
    const until = Number(Atomics.load(await this.#until(), 0));
    const left = Math.abs(until) - Date.now();
    if (left <= 0) return;
    if (until > 0) throw new Error("It was told to fail");
    await pause(left, signal);
  }
}

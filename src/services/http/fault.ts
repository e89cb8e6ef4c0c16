import type { ServiceContext } from "../service.ts";
import { pause } from "./pause.ts";

/** How a service fails: it throws or it hangs. */
export type FaultKind = "error" | "hang";

/** Bytes of a BigInt64Array with one element. */
const SIZE = 8;

/**
 * An injected fault: how a service fails, and until when. All threads of a process
 * share it; in mode `forked`, it affects only the process that served the request
 * for it.
 */
export class Fault {
  /** When the fault ends, in milliseconds since the epoch; negated if the service hangs. */
  readonly #until: () => Promise<BigInt64Array>;

  /** @param name The name of its shared memory. */
  constructor(name: string, context: Pick<ServiceContext, "shared">) {
    let memory: Promise<BigInt64Array> | null = null;
    this.#until = () =>
      memory ??= context.shared(name, SIZE).then((buffer) => new BigInt64Array(buffer));
  }

  /** Starts the fault for a number of milliseconds; 0 ends it. */
  async begin(kind: FaultKind, milliseconds: number): Promise<void> {
    const until = BigInt(Date.now() + milliseconds);
    Atomics.store(await this.#until(), 0, kind === "hang" ? -until : until);
  }

  /** Throws while an error is injected; during a hang, waits for its end or the signal. */
  async suffer(signal: AbortSignal): Promise<void> {
    const until = Number(Atomics.load(await this.#until(), 0));
    const left = Math.abs(until) - Date.now();
    if (left <= 0) return;
    if (until > 0) throw new Error("Injected failure");
    await pause(left, signal);
  }
}

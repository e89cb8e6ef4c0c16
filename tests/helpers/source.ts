import { formatAddress } from "../../src/base/address.ts";
import type { Backend } from "../../src/upstream/backend.ts";
import type { Source, SourceEvents } from "../../src/upstream/discovery/source.ts";

/** What a source has told. */
export class Told {
  readonly lists: (readonly Backend[])[] = [];
  readonly problems: string[] = [];
  readonly recoveries: string[] = [];
  readonly events: SourceEvents = {
    onChange: (found) => void this.lists.push(found),
    onProblem: (text) => void this.problems.push(text),
    onRecovery: (text) => void this.recoveries.push(text),
  };

  /** The addresses of the last list. */
  get addresses(): readonly string[] {
    return (this.lists.at(-1) ?? []).map(({ address }) => formatAddress(address));
  }

  /** Whether these are the addresses of the last list. */
  has(...addresses: readonly string[]): boolean {
    return this.addresses.join() === addresses.join();
  }
}

/** Starts a source, and stops it when disposed of. */
export function started(source: Source): Disposable {
  source.start();
  return { [Symbol.dispose]: () => source.stop() };
}

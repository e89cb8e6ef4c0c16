import { clock } from "../../base/clock.ts";
import { every } from "../../base/timers.ts";
import type { Target } from "../../upstream/health/target.ts";
import { certificateEnd } from "./certificate_end.ts";

/** How often to look whether a certificate is due to be read, in milliseconds. */
const ROUND = 60_000;
/** How long what was read counts, in milliseconds: one that was renewed is soon noticed. */
const FRESH = 600_000;

interface Known {
  readonly target: Target;
  readonly serverName: string;
  /** When it was read, in milliseconds since the epoch; null before that. */
  readAt: number | null;
  /** Until when it is good, in milliseconds since the epoch; null if it is not known. */
  end: number | null;
}

/** Until when the certificates are good of those targets that speak TLS. Disposing ends reading. */
export class Certificates implements Disposable {
  #known = new Map<string, Known>();
  #stop: (() => void) | null = null;

  /** Replaces the targets, by their keys. What is known of those that stay is kept. */
  update(targets: ReadonlyMap<string, Target>): void {
    const former = this.#known;
    this.#known = new Map();
    for (const [key, target] of targets) {
      const { check } = target.health;
      const serverName = check.kind === "http" ? check.serverName : undefined;
      if (serverName === undefined) continue;
      this.#known.set(key, former.get(key) ?? { target, serverName, readAt: null, end: null });
    }
    if (this.#known.size === 0) return this[Symbol.dispose]();
    this.#stop ??= every(ROUND, () => this.#readAll());
    this.#readAll();
  }

  /** When the certificate of a target ends, in UTC (RFC 3339); null if it has none, or it is not known. */
  endOf(key: string): string | null {
    const end = this.#known.get(key)?.end ?? null;
    return end === null ? null : new Date(end).toISOString();
  }

  [Symbol.dispose](): void {
    this.#stop?.();
    this.#stop = null;
  }

  #readAll(): void {
    for (const known of this.#known.values()) {
      const isFresh = known.end !== null && clock() - (known.readAt ?? 0) < FRESH;
      if (!isFresh) void read(known);
    }
  }
}

/** Reads one. What was known of a server that cannot be reached now stays. */
async function read(known: Known): Promise<void> {
  const { address } = known.target;
  if (address.transport !== "tcp") return;
  const isName = !/^[\d.]+$|:/.test(known.serverName);
  known.readAt = clock();
  const end = await certificateEnd(
    address.hostname,
    address.port,
    isName ? known.serverName : null,
  );
  if (end !== null) known.end = end;
}

import { clock } from "../../base/clock.ts";
import { maskPassword } from "../../base/masked_url.ts";
import type { Logger } from "../../log/logger.ts";
import type { Dependency } from "../../settings/dependency.ts";
import type { Report } from "../../upstream/health/checked.ts";
import type { Checker, TargetStatus } from "../../upstream/health/checker.ts";
import { type Target, targetKey } from "../../upstream/health/target.ts";
import { Certificates } from "./certificates.ts";
import type { DependencyStatus } from "./dependency_status.ts";
import { dependencyTarget } from "./dependency_target.ts";

const BECAME = { up: "Dependency up", down: "Dependency down", draining: "Dependency down" };

interface Kept {
  readonly dependency: Dependency;
  readonly target: Target;
  readonly key: string;
  /** When it was added, in milliseconds since the epoch. */
  readonly added: number;
}

/**
 * Probes what the service needs behind it, each at its interval, and logs what is lost and back.
 * Loads what probes only once there is something to probe. Disposing ends all probes.
 */
export class Dependencies implements Disposable {
  readonly #log: Logger;
  #kept: readonly Kept[] = [];
  #checker: Checker | null = null;
  readonly #certificates = new Certificates();
  #isOver = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Replaces the list. What is known of those that stay is kept. */
  async update(list: readonly Dependency[]): Promise<void> {
    const former = new Map(this.#kept.map((one) => [one.key, one]));
    this.#kept = list.map((dependency) => {
      const target = dependencyTarget(dependency);
      const key = targetKey(target);
      return { dependency, target, key, added: former.get(key)?.added ?? clock() };
    });
    if (this.#checker === null && list.length === 0) return;
    const { Checker } = await import("../../upstream/health/checker.ts");
    if (this.#isOver) return;
    this.#checker ??= new Checker({
      onVerdict: () => {},
      onReport: (target, report) => this.#tell(target, report),
    });
    this.#checker.update(this.#kept.map(({ target }) => target));
    this.#certificates.update(new Map(this.#kept.map(({ key, target }) => [key, target])));
  }

  /** The state of each, in the order of the settings. */
  status(): DependencyStatus[] {
    const known = new Map(
      this.#checker?.snapshot().map((status) => [targetKey(status.target), status]),
    );
    return this.#kept.map((one) => ({
      ...dependencyStatus(one, known.get(one.key) ?? null),
      certificate_ends: this.#certificates.endOf(one.key),
    }));
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#checker?.stop();
    this.#certificates[Symbol.dispose]();
  }

  #tell(target: Target, report: Report): void {
    const { state, reason } = report.verdict;
    const key = targetKey(target);
    for (const { dependency: { name, url } } of this.#kept.filter((one) => one.key === key)) {
      const attributes = {
        "sluice.dependency.name": name,
        "sluice.dependency.url": maskPassword(url),
        ...reason === null ? {} : { "sluice.dependency.reason": reason },
        ...report.kind === "flapping" ? { "sluice.dependency.changes": report.changes } : {},
      };
      if (state === "up") this.#log.info(messageOf(report), attributes);
      else this.#log.warn(messageOf(report), attributes);
    }
  }
}

function messageOf({ kind, verdict }: Report): string {
  if (kind === "flapping") return "Dependency flaps: its state keeps changing";
  return kind === "settled"
    ? `${BECAME[verdict.state]}, and no longer flaps`
    : BECAME[verdict.state];
}

function dependencyStatus(
  { dependency: { name, url, required }, added }: Kept,
  known: TargetStatus | null,
): Omit<DependencyStatus, "certificate_ends"> {
  const shown = { name, url: maskPassword(url), required };
  if (known === null || known.last === null) {
    const since = new Date(added).toISOString();
    return { ...shown, state: "unknown", reason: null, since, duration_ms: null };
  }
  const { verdict, duration } = known;
  return {
    ...shown,
    state: verdict.state === "up" ? "up" : "down",
    reason: verdict.reason,
    since: new Date(verdict.since).toISOString(),
    duration_ms: duration === null ? null : Math.round(duration * 100) / 100,
  };
}

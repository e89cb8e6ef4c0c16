import { type Address, formatAddress } from "../../src/base/address.ts";
import type { Report } from "../../src/upstream/health/checked.ts";
import { Checker, type CheckerOptions } from "../../src/upstream/health/checker.ts";
import type { HealthSettings, HttpCheck } from "../../src/upstream/health/settings.ts";
import type { Target } from "../../src/upstream/health/target.ts";
import type { Verdict } from "../../src/upstream/health/verdict.ts";
import { waitFor } from "./until.ts";

const HTTP_CHECK: HttpCheck = {
  kind: "http",
  path: "/health",
  host: null,
  status: [{ from: 200, to: 399 }],
  body: null,
};

const SETTINGS: HealthSettings = {
  check: HTTP_CHECK,
  sendProxy: "none",
  interval: 50,
  timeout: 10_000,
  rise: 2,
  fall: 3,
  port: null,
  startState: "up",
};

export function target(address: Address, health: Partial<HealthSettings> = {}): Target {
  return { address, health: { ...SETTINGS, ...health } };
}

/** A checker, and what it has said. */
export class CheckerUnderTest implements Disposable {
  readonly checker: Checker;
  readonly verdicts: { readonly address: string; readonly verdict: Verdict }[] = [];
  readonly reports: Report[] = [];

  constructor(options: Partial<CheckerOptions> = {}) {
    this.checker = new Checker({
      onVerdict: ({ address }, verdict) =>
        this.verdicts.push({ address: formatAddress(address), verdict }),
      onReport: (_target, report) => this.reports.push(report),
      ...options,
    });
  }

  /** The states that it has given verdicts of, all targets together. */
  get states(): readonly string[] {
    return this.verdicts.map(({ verdict }) => verdict.state);
  }

  /** Waits until it has given so many verdicts; returns the last one. */
  async verdict(count: number): Promise<Verdict> {
    return await waitFor(`there are ${count} verdicts`, () => {
      return this.verdicts[count - 1]?.verdict ?? null;
    });
  }

  [Symbol.dispose](): void {
    this.checker.stop();
  }
}

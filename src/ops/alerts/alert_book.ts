import type { Alert, Condition } from "./alert.ts";
import type { Bounds } from "./bounds.ts";
import { clearTime, Flaps } from "./flaps.ts";
import type { Readings } from "./readings.ts";
import type { Rule } from "./rule.ts";
import type { Active } from "./spool.ts";
import { MOST, SURPLUS_HOLD, SURPLUS_RESOLVED, surplusKey, surplusOf } from "./surplus.ts";

/** A problem that is followed. Times are in milliseconds since the epoch. */
interface Entry {
  readonly rule: Rule;
  condition: Condition;
  readonly first: number;
  /** Since when it is gone; null while it is there. */
  gone: number | null;
  /** When it was told last; null before. */
  told: number | null;
  count: number;
  /** How often it has come back soon after its resolution. */
  readonly returns: number;
  /** Whether another alert stands for it. */
  isSurplus: boolean;
  /** The events of the condition when it was looked at last. */
  events: number | null;
}

/**
 * Turns what rules find, reading by reading, into what is told: a problem once it has lasted, once
 * more now and then, and once that it is over, when it has been gone for a while. One that comes
 * and goes faster than that is told as one, and one that keeps coming back must be gone for longer
 * each time. Of very many at once, one alert stands for most.
 */
export class AlertBook {
  readonly #rules: readonly Rule[];
  /** By key. */
  readonly #entries = new Map<string, Entry>();
  readonly #flaps = new Flaps();

  /** @param active The alerts that a server before this one has told, and not resolved. */
  constructor(rules: readonly Rule[], active: readonly Active[], now: number) {
    this.#rules = rules;
    for (const { alert, told } of active) {
      const rule = rules.find(({ name }) => name === alert.rule);
      if (rule !== undefined) this.#entries.set(alert.key, restored(alert, rule, told, now));
    }
  }

  /** Looks at the last readings. Returns what is to be told, in the order in which it began. */
  look(readings: Readings, bounds: Bounds, now: number): Alert[] {
    const found = new Set<string>();
    const wasFound = (key: string) => this.#entries.get(key)?.gone === null;
    for (const rule of this.#rules) {
      for (const condition of rule.find(readings, bounds, wasFound)) {
        found.add(condition.key);
        this.#note(rule, condition, now);
      }
    }
    for (const rule of this.#rules) {
      const surplus = this.#surplusOf(rule, found, bounds, now);
      if (surplus === null) continue;
      found.add(surplus.key);
      this.#note(rule, surplus, now);
    }
    return [...this.#entries.values()].flatMap((entry) =>
      found.has(entry.condition.key)
        ? tellFound(entry, bounds, now)
        : this.#tellMissing(entry, bounds, now)
    );
  }

  /** What stands for the problems that are one too many to be told; null if there are none. */
  #surplusOf(
    rule: Rule,
    found: ReadonlySet<string>,
    bounds: Bounds,
    now: number,
  ): Condition | null {
    const key = surplusKey(rule);
    const all = [...this.#entries.values()].filter((one) =>
      one.rule === rule && one.condition.key !== key
    );
    const due = all.filter((one) => found.has(one.condition.key) && isDue(one, bounds, now));
    const told = all.filter((one) => one.told !== null).length;
    const room = this.#entries.has(key) ? 0 : Math.max(0, MOST - told);
    const fresh = due.filter((one) => one.told === null);
    for (const [i, one] of fresh.entries()) one.isSurplus = i >= room;
    const others = fresh.slice(room).map(({ condition }) => condition);
    return others.length === 0 ? null : surplusOf(rule, others);
  }

  #note(rule: Rule, condition: Condition, now: number): void {
    const events = condition.events?.now ?? null;
    const known = this.#entries.get(condition.key);
    if (known === undefined) {
      const entry = { rule, condition, first: now, gone: null, told: null };
      const count = Math.max(1, (events ?? 0) - (condition.events?.before ?? 0));
      const returns = this.#flaps.returnsOf(condition.key, now);
      this.#entries.set(condition.key, { ...entry, count, events, returns, isSurplus: false });
      return;
    }
    const returned = known.gone === null ? 0 : 1;
    known.count += events === null || known.events === null
      ? returned
      : Math.max(0, events - known.events);
    // Alertmanager would take other labels for another alert, which is never resolved.
    const { labels, severity } = known.condition;
    Object.assign(known, { condition: { ...condition, labels, severity }, gone: null, events });
  }

  #tellMissing(entry: Entry, bounds: Bounds, now: number): Alert[] {
    entry.gone ??= now;
    const { rule, told, returns, condition: { key } } = entry;
    const wait = rule.clear?.(bounds) ?? clearTime(bounds.clear, returns);
    if (told !== null && now - entry.gone < wait) return [];
    this.#entries.delete(key);
    if (told === null) return [];
    this.#flaps.resolve(key, returns, now);
    const summary = key === surplusKey(rule) ? SURPLUS_RESOLVED : rule.resolved;
    return [alertOf(entry, "resolved", now, summary)];
  }
}

function tellFound(entry: Entry, bounds: Bounds, now: number): Alert[] {
  if (entry.isSurplus || !isDue(entry, bounds, now)) return [];
  entry.told = now;
  return [alertOf(entry, "firing", now, entry.condition.summary)];
}

function isDue(entry: Entry, bounds: Bounds, now: number): boolean {
  const { rule, told, first, condition: { key } } = entry;
  const holdFor = key === surplusKey(rule) ? SURPLUS_HOLD : rule.holdFor?.(bounds) ?? 0;
  if (told === null) return now - first >= holdFor;
  return bounds.repeat > 0 && now - told >= bounds.repeat;
}

function alertOf(
  { rule, condition: { key, severity, labels }, first, count }: Entry,
  state: Alert["state"],
  now: number,
  summary: string,
): Alert {
  return {
    key,
    rule: rule.name,
    severity,
    state,
    summary,
    labels,
    first: new Date(first).toISOString(),
    last: new Date(now).toISOString(),
    count,
  };
}

function restored(
  { key, severity, summary, labels, ...alert }: Alert,
  rule: Rule,
  told: number,
  now: number,
) {
  return {
    rule,
    condition: { key, severity, summary, labels },
    first: Date.parse(alert.first),
    gone: now,
    told,
    count: alert.count,
    events: null,
    returns: 0,
    isSurplus: false,
  };
}

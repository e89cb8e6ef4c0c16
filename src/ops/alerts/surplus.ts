/** Many problems of one kind at once, such as all backends of a large group, told as one. */
import type { Condition, Severity } from "./alert.ts";
import type { Rule } from "./rule.ts";

/** The most problems of a rule that are told one by one. */
export const MOST = 10;

/** How long there must be others before that is told, in milliseconds: then most are counted. */
export const SURPLUS_HOLD = 10_000;

/** What is said when the last of them is over. */
export const SURPLUS_RESOLVED = "None of the others is left";

const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];

/** The key of the alert that stands for the problems of a rule beyond those that are told. */
export function surplusKey({ name }: Pick<Rule, "name">): string {
  return `${name}:others`;
}

/** The problem that stands for others. There must be one at least. */
export function surplusOf(rule: Rule, others: readonly Condition[]): Condition {
  const ranks = others.map(({ severity }) => SEVERITIES.indexOf(severity));
  return {
    key: surplusKey(rule),
    severity: SEVERITIES[Math.max(...ranks)] ?? "warning",
    summary: `${others.length} more of the same, such as: ${others[0]?.summary}`,
    labels: {},
  };
}

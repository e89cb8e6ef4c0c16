/** What the advice says of failed requests. */
import { formatFigure } from "../figures.ts";
import type { BenchOptions, Run } from "../report.ts";
import { type ErrorKind, errorKinds } from "../summary.ts";
import type { Contender } from "./contender.ts";
import { count } from "./wording.ts";

/** Failed requests as a share of all: from here on a mode is not recommended. */
const TOO_MANY = 0.001;

/** How many kinds of errors are named. */
const MOST_KINDS = 3;

/**
 * The failures of a case, without a full stop: `threaded left 936 clients unanswered and failed 12
 * requests (status 503)`.
 *
 * @returns Null without any.
 */
export function failureText(
  { label, case: { runs, summary } }: Contender,
  options: Pick<BenchOptions, "rate">,
): string | null {
  const kinds = errorKinds(runs);
  const usual = kinds.filter(({ spread }) => spread.median > 0);
  if (usual.length > 0) return `${label} ${deeds(usual, options, (kind) => kind.spread.median)}`;
  if (kinds.length > 0) {
    const some = `In ${runs.filter(hasErrors).length} of ${runs.length} runs`;
    return `${some}, ${label} ${deeds(kinds, options, (kind) => kind.spread.max)}`;
  }
  const failed = summary.errors?.median ?? 0;
  return failed > 0 ? `${label} failed ${count(failed, "request")}` : null;
}

/**
 * Whether so much fails that the case is not to be recommended: a client without any answer, or one
 * of a thousand requests.
 */
export function isFailing(
  { case: { runs, summary } }: Contender,
  { duration_ms }: Pick<BenchOptions, "duration_ms">,
): boolean {
  const failed = summary.errors?.median ?? 0;
  const unanswered = errorKinds(runs).find(({ kind }) => kind === "unanswered");
  if (unanswered !== undefined && unanswered.spread.median > 0) return true;
  const answered = (summary.rate?.median ?? 0) * duration_ms / 1000;
  return failed > 0 && failed / (failed + answered) >= TOO_MANY;
}

function hasErrors({ errors }: Run): boolean {
  return Object.values(errors).some((count) => count > 0);
}

/** `left 936 clients unanswered and failed 12 requests (10 status 503, 2 reset)`. */
function deeds(
  kinds: readonly ErrorKind[],
  { rate }: Pick<BenchOptions, "rate">,
  numberOf: (kind: ErrorKind) => number,
): string {
  const unanswered = kinds.filter(({ kind }) => kind === "unanswered");
  const failed = kinds.filter(({ kind }) => kind !== "unanswered");
  // With a rate of its own a client may owe the answers to many requests, else to one.
  const noun = rate === null ? "client" : "request";
  const left = unanswered.map((kind) => `left ${count(numberOf(kind), noun)} unanswered`);
  if (failed.length === 0) return left.join("");
  const all = failed.reduce((sum, kind) => sum + numberOf(kind), 0);
  const shown = failed.slice(0, MOST_KINDS).map((kind) =>
    failed.length === 1 ? kind.kind : `${formatFigure("errors", numberOf(kind))} ${kind.kind}`
  );
  const more = failed.length > MOST_KINDS ? ["others"] : [];
  const text = `failed ${count(all, "request")} (${[...shown, ...more].join(", ")})`;
  return [...left, text].join(" and ");
}

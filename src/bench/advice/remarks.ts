/** What else the figures show, and what to keep in mind when they are read. */
import { formatFigure } from "../figures.ts";
import type { BenchOptions, Run } from "../report.ts";
import { byConnections, relativeSpread, withheld } from "../summary.ts";
import { type Contender, names } from "./contender.ts";
import { failureText } from "./failures.ts";
import { goalOf, P99, THROUGHPUT } from "./measure.ts";
import { list, lowerFirst, withConnections } from "./wording.ts";

/** The share below which workers do not share alike. */
const FAIR = 0.8;

/** The share of the time that the load generator waits for a processor, above which it matters. */
const MUCH_WAITING = 0.2;

/** The share of the time that the thread of the load generator runs, from which on it is said. */
const MUCH_BUSY = 0.8;

/** The spread from which on more runs are advised. */
const WIDE = 0.15;

/** Stands for the names of all that a sentence is true of. */
const NAMES = "{names}";

/** The failures of these cases, one sentence each. */
export function failuresParagraph(all: readonly Contender[], options: BenchOptions): string[] {
  return paragraph(all.flatMap((one) => {
    const text = failureText(one, options);
    if (text === null) return [];
    return `${withConnections(one.case.connections)}, ${lowerFirst(text)}.`;
  }));
}

/** What could not be compared, and why. */
export function withheldParagraph(all: readonly Contender[], options: BenchOptions): string[] {
  const goal = goalOf(options) === P99 ? THROUGHPUT : goalOf(options);
  const sentences = new Map<string, Contender[]>();
  for (const one of all) {
    const { connections, runs } = one.case;
    const found = withheld(runs);
    const isKnown = goal.of(one.case) !== null;
    if (found === null && isKnown) continue;
    const reason = lowerFirst(found?.reason.replace(/\.$/, "") ?? "there is no such figure");
    const what = isKnown
      ? `the figures of ${NAMES} leave out ${found?.runs} of ${runs.length} runs`
      : `${NAMES} could not be compared`;
    const sentence = `${withConnections(connections)} ${what}: ${reason}.`;
    sentences.set(sentence, [...sentences.get(sentence) ?? [], one]);
  }
  return paragraph([...sentences].map(([text, those]) => text.replace(NAMES, () => names(those))));
}

/** Workers that had much less to do than others. */
export function balanceParagraph(all: readonly Contender[]): string[] {
  const shareOf = (one: Contender) => one.case.summary.balance?.median ?? 1;
  const uneven = all.filter((one) => shareOf(one) < FAIR);
  const groups = byConnections(uneven.map((one) => one.case));
  return paragraph(groups.map(({ connections }) => {
    const here = uneven.filter((one) => one.case.connections === connections);
    const shares = list(here.map((one) => formatFigure("balance", shareOf(one))));
    const who = `the workers of ${names(here)} did not share alike`;
    return `${
      withConnections(connections)
    } ${who}: the one with fewest requests had ${shares} of ` +
      "those of the one with most.";
  }));
}

/**
 * What makes the figures less sure than they look.
 *
 * @param main Those with the number of connections that the verdict is of.
 */
export function hintsParagraph(
  all: readonly Contender[],
  main: readonly Contender[],
  options: BenchOptions,
): string[] {
  const runs = all.flatMap((one) => one.case.runs);
  return paragraph([
    ...runsHint(main, options),
    ...busyHint(runs),
    ...sharingHint(runs),
  ]);
}

function runsHint(main: readonly Contender[], options: BenchOptions): string[] {
  if (main.length > 0 && main.every((one) => one.case.runs.length === 1)) {
    return [
      "Each figure is of one run, whose spread is not known, so less than 5% is not called a " +
      "difference; more runs would tell more.",
    ];
  }
  const goal = goalOf(options);
  const wide = main.flatMap((one) => {
    const spread = goal.of(one.case);
    const share = spread === null ? null : relativeSpread(spread);
    if (share === null || share < WIDE) return [];
    return `${goal.whose(one.label)} (±${formatFigure("balance", share)})`;
  });
  if (wide.length === 0) return [];
  return [`Runs are far apart for ${list(wide)}: longer runs, or more of them, would tell more.`];
}

function busyHint(runs: readonly Run[]): string[] {
  const shown = runs.filter(({ limited }) => limited === null);
  const busy = Math.max(0, ...shown.map(({ generator }) => generator.busy));
  if (busy < MUCH_BUSY) return [];
  return [
    `In one run the load generator ran ${
      formatFigure("balance", busy)
    } of the time: what is much ` +
    "faster cannot be measured here.",
  ];
}

function sharingHint(runs: readonly Run[]): string[] {
  const waiting = Math.max(0, ...runs.map(({ generator }) => generator.waiting));
  if (waiting <= MUCH_WAITING) return [];
  return [
    `The load generator waited for a processor up to ${formatFigure("balance", waiting)} of the ` +
    "time, so what uses all processors is understated; `sluice load` can load a server from " +
    "another machine.",
  ];
}

function paragraph(sentences: readonly string[]): string[] {
  return sentences.length === 0 ? [] : [sentences.join(" ")];
}

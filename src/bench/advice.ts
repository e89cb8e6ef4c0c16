import { type Contender, contenders } from "./advice/contender.ts";
import { peerParagraphs } from "./advice/peers.ts";
import {
  balanceParagraph,
  failuresParagraph,
  hintsParagraph,
  withheldParagraph,
} from "./advice/remarks.ts";
import { scalingParagraphs } from "./advice/scaling.ts";
import { judge } from "./advice/verdict.ts";
import type { BenchOptions, Case } from "./report.ts";
import { byConnections } from "./summary.ts";

/**
 * What the figures say, and nothing else: each number is a median of the runs, and what is called a
 * difference is one by `differ()`. The modes are compared first, with the most connections; then
 * come other numbers of connections, other servers, and what makes the figures less sure.
 *
 * @param cases Those without a run are left out.
 * @returns Paragraphs of whole sentences, at least one; names of modes stand in backticks.
 */
export function advise(
  cases: readonly Case[],
  options: BenchOptions,
): string[] {
  const all = contenders(cases.filter(({ runs }) => runs.length > 0));
  if (all.length === 0) return ["Nothing was measured."];
  const peers = all.filter((one) => one.case.subject.kind === "peer");
  const modes = all.filter((one) => !peers.includes(one));
  const main = mainConnections(modes);
  const isMain = (one: Contender) => one.case.connections === main;
  const verdicts = byConnections(all.map((one) => one.case)).map(({ connections }) =>
    judge(modes.filter((one) => one.case.connections === connections), connections, options)
  );
  const verdict = verdicts.find(({ connections }) => connections === main);
  const best = verdict?.choice ?? verdict?.leaders[0];
  return [
    ...verdict?.paragraphs ?? ["No mode was measured."],
    ...withheldParagraph(all, options),
    ...scalingParagraphs(modes, verdicts, main, options),
    ...failuresParagraph(modes.filter((one) => !isMain(one)), options),
    ...balanceParagraph(modes),
    ...(best === undefined ? [] : peerParagraphs(best, peers.filter(isMain), options)),
    ...hintsParagraph(all, all.filter(isMain), options),
  ];
}

/**
 * The most connections, of those that most contenders were measured with: after an interruption
 * some may be missing.
 */
function mainConnections(all: readonly Contender[]): number {
  const groups = byConnections(all.map((one) => one.case));
  const most = Math.max(0, ...groups.map(({ cases }) => cases.length));
  return groups.findLast(({ cases }) => cases.length === most)?.connections ?? 0;
}

/** What the figures of a report say about the choice of a mode. */
import { judge } from "./advice/judgement.ts";
import { recommend } from "./advice/recommendation.ts";
import { REMARKS } from "./advice/remarks.ts";
import type { Verdict } from "./advice/verdict.ts";
import type { BenchOptions, Case } from "./report.ts";
import { byConnections } from "./summary.ts";

/**
 * Gives a recommendation first, then what else matters to the decision. No difference is claimed
 * that the spread of the runs does not bear out.
 *
 * @param cases Those without a run are left out.
 */
export function advise(cases: readonly Case[], options: BenchOptions): Verdict[] {
  const measured = cases.filter(({ runs }) => runs.length > 0);
  const judgements = byConnections(measured).map(({ connections, cases }) =>
    judge(connections, cases.filter(({ subject }) => subject.kind === "mode"), options)
  );
  // After an interruption, modes may be missing with the most connections.
  const most = Math.max(...judgements.map(({ modes }) => modes.length));
  const main = judgements.findLast(({ modes }) => modes.length === most);
  if (main === undefined) {
    return [{ id: "nothing-measured", about: [], text: "Nothing was measured." }];
  }
  const study = { options, cases: measured, judgements, main };
  const remarks = Object.entries(REMARKS).flatMap(([id, find]) =>
    find(study).map(({ about, text }) => ({ id, about, text }))
  );
  return [recommend(main), ...remarks];
}

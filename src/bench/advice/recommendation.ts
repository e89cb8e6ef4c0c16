/** Which mode to use, and why. */
import { counted } from "../figures.ts";
import type { Case } from "../report.ts";
import type { Judgement } from "./judgement.ts";
import { list, names, P99, record } from "./measures.ts";
import type { Verdict } from "./verdict.ts";

/** Recommends a mode, or says why it does not. */
export function recommend(judgement: Judgement): Verdict {
  const { modes, unknown, compared, goal, leaders, eligible, choice, decidedBy } = judgement;
  const where = `with ${counted(judgement.connections, "connection")}`;
  const none = `No mode is recommended ${where}`;
  const lead = `${names(...leaders)} ${leaders.length === 1 ? "has" : "share"} ` +
    `${record(goal, leaders)}${goal === P99 ? " of the modes that keep the rate" : ""}`;
  const [only] = compared;
  if (only === undefined) {
    return verdict("nothing-compared", modes, `No mode could be compared ${where}`);
  }
  if (modes.length === 1) {
    return verdict("only-mode", modes, `${names(only)} is the only mode measured ${where}`);
  }
  if (unknown.length > 0) {
    const open = `${names(...unknown)} could not be compared and may be ahead`;
    return verdict("undecided", unknown, `${none}: ${open}; of the others, ${lead}`);
  }
  if (choice === null) {
    return verdict("all-fail", modes, `${none}: each failed requests or answered none`);
  }
  const about = [choice, ...leaders.filter((one) => one !== choice)];
  const use = (id: string, reason: string) =>
    verdict(id, about, `Use ${names(choice)} ${where}: ${lead}${reason}`);
  if (!leaders.includes(choice)) return use("leaders-fail", ", but failed requests");
  if (leaders.length === 1) return use("winner", "");
  if (eligible.length === 1) return use("others-fail", ", but the others failed requests");
  if (decidedBy.length === 0) return use("toss-up", ", and no cost tells them apart");
  const costs = decidedBy.map(({ name, of, format }) =>
    `${name} ${format(of(choice)?.median ?? NaN)}`
  );
  return use("cheapest", `, and ${names(choice)} costs the least: ${list(costs)}`);
}

function verdict(id: string, about: readonly Case[], sentence: string): Verdict {
  return { id, about, text: `${sentence}.` };
}

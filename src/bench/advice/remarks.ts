/** What matters to the decision beside the recommendation. */
import { counted, formatFigure, percent } from "../figures.ts";
import type { Case } from "../report.ts";
import { ahead, errorKinds, relativeSpread, withheld } from "../summary.ts";
import { keepsRate } from "./judgement.ts";
import {
  contrast,
  CPU,
  list,
  type Measure,
  MEMORY,
  names,
  P99,
  record,
  THROUGHPUT,
} from "./measures.ts";
import type { Study, Verdict } from "./verdict.ts";

/** The share of the busiest worker's requests below which a worker has too few. */
const FAIR = 0.8;
/** The relative spread from which on runs are too far apart to rely on. */
const WIDE = 0.15;
/** The share of the time from which on the load generator was nearly the limit. */
const BUSY = 0.8;
/** The share of the time above which it matters that the load generator waited for a processor. */
const WAITING = 0.2;

type Remark = Omit<Verdict, "id">;

/** How each verdict on all cases is found, in the order in which they are told. */
export const REMARKS: Readonly<Record<string, (study: Study) => readonly Remark[]>> = {
  "compared": ({ cases, main }) => {
    const one = main.choice ?? main.leaders[0];
    if (one === undefined) return [];
    const others = cases.filter((other) => other.connections === one.connections && other !== one);
    const measures = [...new Set([main.goal, THROUGHPUT, P99, CPU, MEMORY])];
    return others.flatMap((other) => {
      const text = contrast(one, other, measures);
      if (text === "") return [];
      return remark([one, other], `${names(one)} against ${names(other)}: ${text}`);
    });
  },
  "lower-latency": ({ main: { choice, compared, goal } }) => {
    const first = ahead(compared, P99.of, P99.better);
    if (choice === null || goal !== THROUGHPUT || first.length === 0 || first.includes(choice)) {
      return [];
    }
    return remark(
      first,
      `If latency matters more, use ${names(...first)} with ${record(P99, first)}`,
    );
  },
  "more-connections": ({ judgements, main }) =>
    Map.groupBy(judgements.flatMap(({ modes }) => modes), (one) => names(one)).entries()
      .flatMap(([label, series]) => growth(label, series, main.goal, "connection")).toArray(),
  "more-workers": ({ main }) =>
    Map.groupBy(main.modes, ({ subject }) => `\`${subject.mode}\``).entries()
      .flatMap(([label, series]) => growth(label, series, main.goal, "worker")).toArray(),
  "other-choice": ({ judgements, main }) =>
    judgements.flatMap(({ connections, choice }) => {
      if (choice === null || choice.subject.name === main.choice?.subject.name) return [];
      return remark([choice], `With ${counted(connections, "connection")}, use ${names(choice)}`);
    }),
  "misses-rate": ofEachCase((one, { options: { rate } }) => {
    const served = one.summary.rate?.median;
    if (rate === null || served === undefined || keepsRate(one, rate)) return null;
    // Rounded down: what just misses the rate must not look as if it kept it.
    return `serves ${Math.floor(100 * served / rate)}% of the rate requested`;
  }),
  "withheld": ofEachCase(({ runs }) => {
    const found = withheld(runs);
    if (found === null) return null;
    const some = found.runs === runs.length ? "" : ` in ${found.runs} of ${runs.length} runs`;
    return `was not measured${some}: ${found.reason}`;
  }),
  "failures": ofEachCase(({ runs }) => {
    const kinds = errorKinds(runs).map(({ kind, spread: { median, max } }) =>
      `${median > 0 ? "" : "up to "}${formatFigure("errors", median > 0 ? median : max)} ${kind}`
    );
    return kinds.length === 0 ? null : `failed requests in a run: ${kinds.join(", ")}`;
  }),
  "imbalance": ofEachCase(({ summary: { balance }, connections, subject: { workers } }) =>
    balance === null || balance.median >= FAIR || connections < (workers ?? 1)
      ? null
      : `gave its least busy worker ${percent(balance.median)} of the requests of the busiest`
  ),
  "one-run": ({ cases }) =>
    cases.some(({ runs }) => runs.length > 1) ? [] : remark(
      [],
      "Differences below 5% are ignored, since there is one run of each; use more --runs",
    ),
  "wide-spread": ({ main: { compared, goal } }) => {
    const wide = compared.flatMap((one) => {
      const spread = goal.of(one);
      const share = spread === null ? null : relativeSpread(spread);
      return share === null || share < WIDE ? [] : { one, share };
    });
    const texts = wide.map(({ one, share }) => `${names(one)} (±${percent(share)})`);
    const text = `The runs of ${list(texts)} vary widely; use more --runs or a longer --duration`;
    return wide.length === 0 ? [] : remark(wide.map(({ one }) => one), text);
  },
  "generator-busy": ({ cases }) => {
    const busy = mostOf(cases, "busy");
    const text = `The load generator ran up to ${percent(busy)} of the time, so a much faster ` +
      "server could not be measured";
    return busy < BUSY ? [] : remark([], text);
  },
  "generator-waiting": ({ cases }) => {
    const waiting = mostOf(cases, "waiting");
    const text = `The load generator waited for a processor up to ${percent(waiting)} of the ` +
      "time, so modes that use all processors are understated; `sluice load` can run on another " +
      "machine";
    return waiting <= WAITING ? [] : remark([], text);
  },
};

/** Says something of each case that it applies to, after its name. */
function ofEachCase(say: (one: Case, study: Study) => string | null) {
  return (study: Study): Remark[] =>
    study.cases.flatMap((one) => {
      const text = say(one, study);
      const who = `${names(one)} with ${counted(one.connections, "connection")}`;
      return text === null ? [] : remark([one], `${who} ${text}`);
    });
}

/** How a figure changes from the least connections or workers to the most, and where it is best. */
function growth(
  label: string,
  series: readonly Case[],
  goal: Measure,
  noun: "connection" | "worker",
): Remark[] {
  const sizeOf = ({ connections, subject }: Case) =>
    noun === "connection" ? connections : subject.workers ?? 1;
  const known = series.filter((one) => goal.of(one) !== null)
    .sort((a, b) => sizeOf(a) - sizeOf(b));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const best = ahead(known, goal.of, goal.better);
  const isEnd = best.includes(first) || best.includes(last);
  const peak = isEnd ? "" : `, best with ${best.slice(0, 1).map(sizeOf)}`;
  const range = `from ${sizeOf(first)} to ${counted(sizeOf(last), noun)}`;
  return remark([last], `${label} ${range}: ${contrast(last, first, [goal])}${peak}`);
}

function remark(about: readonly Case[], sentence: string): Remark[] {
  return [{ about, text: `${sentence}.` }];
}

/** The most of all runs whose figures are shown. */
function mostOf(cases: readonly Case[], share: "busy" | "waiting"): number {
  const runs = cases.flatMap(({ runs }) => runs).filter(({ limited }) => limited === null);
  return Math.max(0, ...runs.map(({ generator }) => generator[share]));
}

/** How the best mode stands beside other servers. */
import type { BenchOptions } from "../report.ts";
import { standing } from "./comparison.ts";
import type { Contender } from "./contender.ts";
import { failureText } from "./failures.ts";
import {
  CONNECTION_MEMORY,
  CPU,
  goalOf,
  type Measure,
  MEMORY,
  P99,
  THROUGHPUT,
} from "./measure.ts";
import { list, relate } from "./wording.ts";

interface Aspect {
  readonly measure: Measure;
  /** What is said of it before a {@linkcode standing}. */
  readonly begin: string;
  /** What is said of it after that. */
  readonly end: string;
}

const OF_LOAD: readonly Aspect[] = [
  { measure: THROUGHPUT, begin: "answers", end: "" },
  { measure: P99, begin: "has a p99 that is", end: "" },
  { measure: CPU, begin: "takes", end: " CPU for a request" },
];

const OF_IDLE: readonly Aspect[] = [
  { measure: CONNECTION_MEMORY, begin: "takes", end: " memory for a connection" },
  { measure: MEMORY, begin: "takes", end: " memory at most" },
];

/**
 * Sets a mode beside each peer with as many connections.
 *
 * @returns A paragraph for each peer that has figures.
 */
export function peerParagraphs(
  best: Contender,
  peers: readonly Contender[],
  options: BenchOptions,
): string[] {
  const aspects = goalOf(options) === CONNECTION_MEMORY ? OF_IDLE : OF_LOAD;
  return peers.flatMap((peer) => {
    const texts = aspects.flatMap((aspect) => aspectText(best, peer, aspect));
    const failures = failureText(peer, options);
    const sentences = [
      ...(texts.length === 0 ? [] : [`Beside ${peer.label}, ${best.label} ${list(texts)}.`]),
      ...(failures === null ? [] : [`${failures}.`]),
    ];
    return sentences.length === 0 ? [] : [sentences.join(" ")];
  });
}

function aspectText(best: Contender, peer: Contender, { measure, begin, end }: Aspect): string[] {
  const [ours, theirs] = [measure.of(best.case), measure.of(peer.case)];
  if (ours === null || theirs === null) return [];
  const both = `(${measure.write(ours.median)} against ${measure.write(theirs.median)})`;
  const stands = relate(ours, theirs) === "same"
    ? `${measure.as}${end} within the spread of the runs`
    : `${standing(ours, theirs, measure)}${end}`;
  return [`${begin} ${stands} ${both}`];
}

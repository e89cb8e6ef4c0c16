/** What a run has counted and measured. */
export class Figures {
  readonly #counts = new Map<string, number>();
  readonly #latencies: number[] = [];

  add(name: string, count = 1): void {
    this.#counts.set(name, this.of(name) + count);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** @param latency From a request of one line to its answer, in milliseconds. */
  took(latency: number): void {
    this.#latencies.push(latency);
  }

  /** All counts whose names begin with a word, without it. */
  under(prefix: string): readonly (readonly [string, number])[] {
    return [...this.#counts].filter(([name]) => name.startsWith(prefix))
      .map(([name, count]) => [name.slice(prefix.length), count] as const)
      .sort(([a], [b]) => a < b ? -1 : 1);
  }

  /** A latency that a share of the requests did not exceed. */
  percentile(share: number): number {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  }
}

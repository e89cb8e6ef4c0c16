/** Milliseconds after a window in which its consequences may still be seen. */
const MARGIN = 3000;

interface Window<T> {
  readonly why: string;
  readonly from: number;
  until: number;
  readonly allows: (item: T) => boolean;
}

/** Times in which something is allowed that otherwise is not. */
export class Windows<T> {
  readonly #windows: Window<T>[] = [];

  /**
   * Allows items from now on, until the returned function is called.
   *
   * @param why A word or two for the report.
   */
  open(why: string, allows: (item: T) => boolean = () => true): () => void {
    const window = { why, allows, from: performance.now(), until: Infinity };
    this.#windows.push(window);
    return () => window.until = performance.now() + MARGIN;
  }

  /** Why an item of this time is allowed; null if it is not. */
  reasonFor(item: T, begun: number, ended = begun): string | null {
    const window = this.#windows.find(({ from, until, allows }) =>
      ended >= from && begun <= until && allows(item)
    );
    return window?.why ?? null;
  }
}

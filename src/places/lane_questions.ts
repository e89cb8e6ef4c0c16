/** More questions than this to a lane that does not answer are pointless: it may be blocked for long. */
const MAX_OPEN = 32;

/** What a lane was asked and has not answered yet. */
export class LaneQuestions<Answer> {
  readonly #open = new Map<number, (answer: Answer | null) => void>();
  #lastId = 0;
  #isOver = false;

  /**
   * Asks a question.
   *
   * @param send Sends it with its id, which the answer repeats.
   * @returns The answer, whenever it comes; null if the lane ends before, or too many are open.
   */
  ask(send: (id: number) => void): Promise<Answer | null> {
    if (this.#isOver || this.#open.size >= MAX_OPEN) return Promise.resolve(null);
    const id = ++this.#lastId;
    const answered = new Promise<Answer | null>((resolve) => this.#open.set(id, resolve));
    send(id);
    return answered;
  }

  /** Whether a question with this id waits for its answer. */
  expects(id: number): boolean {
    return this.#open.has(id);
  }

  answer(id: number, answer: Answer): void {
    this.#open.get(id)?.(answer);
    this.#open.delete(id);
  }

  /** The lane is gone: there are no more answers. */
  end(): void {
    this.#isOver = true;
    for (const resolve of this.#open.values()) resolve(null);
    this.#open.clear();
  }
}

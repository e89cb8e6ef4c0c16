/** The processes that a lane was told to relieve, until it replies. */
export class LaneReliefs {
  readonly #open = new Set<{ readonly pid: number; settle(done: boolean): void }>();

  /** Returns the reply, false if the lane ends before. */
  ask(pid: number): Promise<boolean> {
    return new Promise((settle) => this.#open.add({ pid, settle }));
  }

  /** Whether a reply about a process is to come. */
  expects(pid: number): boolean {
    return this.#find(pid) !== undefined;
  }

  reply(pid: number, done: boolean): void {
    const relief = this.#find(pid);
    if (relief === undefined) return;
    this.#open.delete(relief);
    relief.settle(done);
  }

  /** The lane is gone. */
  end(): void {
    for (const { settle } of this.#open) settle(false);
  }

  #find(pid: number) {
    return this.#open.values().find((relief) => relief.pid === pid);
  }
}

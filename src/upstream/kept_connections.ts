import type { BoardRow } from "./board_row.ts";

/** The kept connections to one backend. */
interface Stack<T> {
  /** Whose connections they are: the row may belong to another backend later. */
  tenancy: number;
  readonly connections: T[];
}

/**
 * The connections of one lane that wait for their next request, by backend. The last one that
 * came is the first to go: so those that are not needed become idle, and time out.
 */
export class KeptConnections<T extends { close(): void }> {
  readonly #most: number;
  /** By the index of the row. */
  readonly #stacks: (Stack<T> | undefined)[] = [];

  /** @param most The most connections that are kept for a backend. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a connection to a backend; null if there is none. */
  take(row: BoardRow): T | null {
    const stack = this.#stacks[row.index];
    if (stack === undefined) return null;
    if (stack.tenancy !== row.tenancy) this.#empty(stack, row.tenancy);
    return stack.connections.pop() ?? null;
  }

  /** Keeps a connection; closes it if there are enough. */
  add(row: BoardRow, connection: T): void {
    const { tenancy } = row;
    const stack = this.#stacks[row.index] ??= { tenancy, connections: [] };
    if (stack.tenancy !== tenancy) this.#empty(stack, tenancy);
    if (stack.connections.length >= this.#most) connection.close();
    else stack.connections.push(connection);
  }

  /** Removes a connection that is closed; does nothing if it is not there. */
  delete(row: BoardRow, connection: T): void {
    const connections = this.#stacks[row.index]?.connections ?? [];
    const at = connections.lastIndexOf(connection);
    if (at >= 0) connections.splice(at, 1);
  }

  #empty(stack: Stack<T>, tenancy: number): void {
    stack.tenancy = tenancy;
    // Closing one may delete it here.
    for (const connection of stack.connections.splice(0)) connection.close();
  }
}

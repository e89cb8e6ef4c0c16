/** Blocks the event loop. */
export function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** A byte on its way through a socket. */
export class Sending implements Disposable {
  /** Resolves when the program has received it. */
  readonly received: Promise<number | null>;
  readonly #client: Deno.Conn;
  readonly #accepted: Deno.Conn;

  private constructor(client: Deno.Conn, accepted: Deno.Conn) {
    this.#client = client;
    this.#accepted = accepted;
    this.received = accepted.read(new Uint8Array(1));
  }

  static async prepare(): Promise<Sending> {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { hostname, port } = listener.addr as Deno.NetAddr;
    const accepting = listener.accept();
    return new Sending(await Deno.connect({ hostname, port }), await accepting);
  }

  /** Lets it arrive while the event loop is blocked for so many milliseconds. */
  arriveDuringStall(milliseconds: number): void {
    void this.#client.write(new Uint8Array(1));
    block(milliseconds);
  }

  [Symbol.dispose](): void {
    this.#client.close();
    this.#accepted.close();
  }
}

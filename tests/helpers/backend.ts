import type { Address } from "../../src/base/address.ts";
import { writeAll } from "../../src/base/write_text.ts";
import { freePort } from "./free_port.ts";

const encoder = new TextEncoder();

/** What a backend does with a connection; it is closed afterwards. */
export type Serve = (conn: Deno.TcpConn) => void | Promise<void>;

/** A TCP server that a test controls. */
export class Backend implements Disposable {
  /** What it does with the connections to come. */
  serve: Serve;
  /** How many connections it has accepted. */
  accepted = 0;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.TcpConn>();

  /** @param where What it listens on; a free port of 127.0.0.1 by default. */
  constructor(serve: Serve, where: Deno.TcpListenOptions = { hostname: "127.0.0.1", port: 0 }) {
    this.serve = serve;
    this.#listener = Deno.listen(where);
    void this.#accept();
  }

  get address(): Address & { transport: "tcp" } {
    const { hostname, port } = this.#listener.addr;
    return { transport: "tcp", hostname, port };
  }

  /** How many connections are open. */
  get open(): number {
    return this.#open.size;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const conn of this.#open) conn.close();
    this.#open.clear();
  }

  async #accept(): Promise<void> {
    try {
      for await (const conn of this.#listener) void this.#run(conn);
    } catch { // It was closed.
    }
  }

  async #run(conn: Deno.TcpConn): Promise<void> {
    this.accepted++;
    this.#open.add(conn);
    try {
      await this.serve(conn);
    } catch { // The other side has left.
    }
    if (this.#open.delete(conn)) conn.close();
  }
}

/** Reads what comes until the other side ends. */
export async function hang(conn: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await conn.read(buffer) !== null);
}

/** Answers each line with a name and the line, until the other side ends. */
export function naming(name: string): Serve {
  return async (conn) => {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(1024);
    let rest = "";
    for (let count; (count = await conn.read(buffer)) !== null;) {
      const lines = (rest + decoder.decode(buffer.subarray(0, count))).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) await writeAll(conn, encoder.encode(`${name} ${line}\n`));
    }
  };
}

/** Waits for a request, and answers it with these bytes, in pieces of a size. */
export function answering(response: string, piece = Infinity): Serve {
  const bytes = encoder.encode(response);
  return async (conn) => {
    await conn.read(new Uint8Array(1024));
    conn.setNoDelay(true);
    for (let sent = 0; sent < bytes.length;) {
      sent += await conn.write(bytes.subarray(sent, sent + piece));
    }
    await conn.closeWrite();
    await hang(conn);
  };
}

/** A response with a body of known length. */
export function response(status: number, fields: readonly string[] = [], body = ""): string {
  const length = encoder.encode(body).length;
  const head = [`HTTP/1.1 ${status} Text`, ...fields, `Content-Length: ${length}`, "", body];
  return head.join("\r\n");
}

/** An address on which nothing listens. */
export function deadAddress(): Address {
  return { transport: "tcp", hostname: "127.0.0.1", port: freePort() };
}

import type { RecentRecord } from "../../src/log/recent_records.ts";
import type { Snapshot } from "../../src/ops/status/snapshot.ts";
import type { Status } from "../../src/ops/status/status.ts";
import { freePort } from "./free_port.ts";
import { sampleStatus } from "./sample_status.ts";
import { until } from "./until.ts";

/** A request to an admin port of a test. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Headers;
}

/** What stands in for an admin port: answers as one, with what the test sets. */
export class AdminPort implements AsyncDisposable {
  status: Status = sampleStatus();
  records: readonly RecentRecord[] = [];
  /** Clients must send it; null if they need none. */
  token: string | null = null;
  /** What commands answer, by path. */
  readonly results: Record<string, readonly [number, unknown]> = {
    "/reload": [200, { generation: 7 }],
    "/scale": [200, { before: 2, now: 3 }],
  };
  readonly asked: Asked[] = [];
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #server: Deno.HttpServer;

  private constructor(readonly where: { readonly port: number } | { readonly path: string }) {
    this.#server = this.#serve();
  }

  /** Serves on a port of 127.0.0.1 that nobody else gets while it is stopped, or on a Unix socket. */
  static start(path?: string): AdminPort {
    return new AdminPort(path === undefined ? { port: freePort() } : { path });
  }

  /** Its address, for `--admin`. */
  get address(): string {
    return "path" in this.where ? `unix:${this.where.path}` : `127.0.0.1:${this.where.port}`;
  }

  /** Sends a snapshot, or a record, to all that follow. */
  tell(event: "snapshot" | "record", data: unknown): void {
    for (const stream of this.#streams) stream.enqueue(eventText(event, data));
  }

  /** Sends a snapshot of the status to all that follow. */
  tellStatus(others: Partial<Snapshot> = {}): void {
    this.tell("snapshot", { ...this.#snapshot(), ...others });
  }

  /** How many clients follow. */
  get followers(): number {
    return this.#streams.size;
  }

  /** Ends the server, as its crash would. */
  async stop(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
    await this.#server.shutdown();
    const { where } = this;
    if ("port" in where) await until("its port is closed", () => isClosed(where.port));
  }

  /** Starts again, at the same address. */
  async restart(): Promise<void> {
    await this.stop();
    this.#server = this.#serve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #serve(): Deno.HttpServer {
    const handle = (request: Request) => this.#answer(request);
    const onListen = () => {};
    const { where } = this;
    if ("path" in where) return Deno.serve({ path: where.path, onListen }, handle);
    return Deno.serve({ hostname: "127.0.0.1", port: where.port, onListen }, handle);
  }

  #snapshot(): Snapshot {
    return { status: this.status, readiness: { ready: true, reasons: [] }, blocked: [] };
  }

  async #answer(request: Request): Promise<Response> {
    const { method, headers } = request;
    const { pathname: path } = new URL(request.url);
    this.asked.push({ method, path, headers, body: await request.text() });
    if (this.token !== null && headers.get("authorization") !== `Bearer ${this.token}`) {
      return Response.json({ error: "the token is missing or wrong" }, { status: 401 });
    }
    if (path === "/status") return Response.json(this.status);
    if (path === "/events") return this.#events();
    const [status, result] = this.results[path] ?? [404, { error: `nothing is at ${path}` }];
    return Response.json(result, { status });
  }

  #events(): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        own = controller;
        this.#streams.add(controller);
        for (const record of this.records) controller.enqueue(eventText("record", record));
        controller.enqueue(eventText("snapshot", this.#snapshot()));
      },
      cancel: () => void this.#streams.delete(own),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }
}

/** A child process that another test is just starting keeps the socket for a moment. */
async function isClosed(port: number): Promise<boolean> {
  try {
    using _conn = await Deno.connect({ hostname: "127.0.0.1", port });
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return true;
    // The socket was closed meanwhile.
    if (error instanceof Deno.errors.ConnectionReset) return false;
    throw error;
  }
}

function eventText(event: string, data: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

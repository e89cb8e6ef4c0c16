/** An admin port for the tests of the dashboard: its status is what a test says. */
import { createHash } from "node:crypto";
import type { ConnectionList } from "../../src/ops/admin/command.ts";
import { dashboardPage } from "../../src/ops/dashboard/page.ts";
import type { RecentRecord } from "../../src/log/recent_records.ts";
import type { Snapshot } from "../../src/ops/status/snapshot.ts";
import { busyStatus } from "./busy_status.ts";

/** A command that the page has sent. */
export interface SentCommand {
  readonly path: string;
  readonly contentType: string | null;
  readonly body: unknown;
}

/** Serves the dashboard, and pushes a snapshot whenever the test says so. */
export class DashboardServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #records: RecentRecord[] = [];
  /** The commands so far. */
  readonly commands: SentCommand[] = [];
  /** The queries of lists of connections so far. */
  readonly queries: string[] = [];
  /** What is sent next. */
  snapshot: Snapshot = {
    status: busyStatus(0),
    readiness: { ready: true, reasons: [] },
    blocked: [],
  };
  /** What lists of connections say. */
  connections: ConnectionList = { total: 0, connections: [], silent_lanes: [] };
  /** What commands are answered. */
  answer: { readonly status: number; readonly body: unknown } = { status: 200, body: {} };
  /** Whether clients must log in first. */
  isLocked = false;

  /** @param port 0 for a free one. */
  constructor(port = 0) {
    const onListen = () => {};
    this.#server = Deno.serve(
      { port, hostname: "127.0.0.1", onListen },
      (request) => this.#answer(request),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** How many pages listen to the events. */
  get listeners(): number {
    return this.#streams.size;
  }

  /** Sends the snapshot to all pages, with changes. */
  push(changes: Partial<Snapshot> = {}): void {
    this.snapshot = { ...this.snapshot, ...changes };
    this.#send("snapshot", this.snapshot);
  }

  /** Sends a record to all pages, and to those that connect later. */
  record(record: RecentRecord): void {
    this.#records.push(record);
    this.#send("record", record);
  }

  /** Ends as a server that is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
    await this.#server.shutdown();
  }

  #send(event: string, data: unknown): void {
    for (const stream of this.#streams) stream.enqueue(eventOf(event, data));
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/login") return new Response("Log in");
    if (this.isLocked) return Response.json({ error: "Cannot do that" }, { status: 401 });
    if (request.method === "POST") return await this.#command(request, pathname);
    if (pathname === "/events") return this.#events();
    if (pathname === "/connections") {
      this.queries.push(search);
      return Response.json(this.connections);
    }
    if (pathname === "/status") return Response.json(this.snapshot.status);
    if (pathname !== "/") return new Response(null, { status: 404 });
    const page = await dashboardPage();
    const policy = policyOf(page);
    const headers = { "content-type": "text/html", "content-security-policy": policy };
    return new Response(page, { headers });
  }

  async #command(request: Request, path: string): Promise<Response> {
    const contentType = request.headers.get("content-type");
    this.commands.push({ path, contentType, body: await request.json() });
    return Response.json(this.answer.body, { status: this.answer.status });
  }

  #events(): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#streams.add(controller);
        for (const record of this.#records) controller.enqueue(eventOf("record", record));
        controller.enqueue(eventOf("snapshot", this.snapshot));
      },
      cancel: () => {
        this.#streams.delete(own);
      },
    });
    return new Response(stream, { headers: { "content-type": "text/event-stream" } });
  }
}

/** Forbids all that the page does not need. */
function policyOf(page: string): string {
  const hashes = ["style", "script"].map((name) => {
    const text = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(page)?.[1] ?? "";
    return `${name}-src 'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  });
  return ["default-src 'none'", ...hashes, "connect-src 'self'", "img-src data:"].join("; ");
}

function eventOf(event: string, data: unknown): Uint8Array {
  return new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

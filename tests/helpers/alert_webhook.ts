import { assertEquals } from "@std/assert";
import type { Alert, Notice } from "../../src/ops/alerts/alert.ts";
import { Client } from "./client.ts";
import type { Server } from "./server.ts";
import { waitFor } from "./until.ts";

/** A request that a webhook has received. */
export interface Received {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** An HTTP server that takes alerts. */
export class AlertWebhook implements AsyncDisposable {
  readonly received: Received[] = [];
  /** What it answers; 200 by default. */
  answer: (received: Received) => Response = () => new Response(null);
  readonly port: number;
  #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param port 0 for a free one. */
  constructor(port = 0) {
    const options = { hostname: "127.0.0.1", port, onListen() {} };
    this.#server = Deno.serve(options, async (request) => {
      const { pathname, search } = new URL(request.url);
      const { headers } = request;
      const received = { path: `${pathname}${search}`, headers, body: await request.text() };
      const response = this.answer(received);
      if (response.ok) this.received.push(received);
      return response;
    });
    this.port = this.#server.addr.port;
  }

  /** Its URL, with a path that is a secret. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/hook/s3cret`;
  }

  /** The alerts that it has taken, as JSON. */
  get alerts(): readonly Alert[] {
    return this.received.map(({ body }) => (JSON.parse(body) as Notice).alert);
  }

  /** What it was told of the alerts of some rules: `firing worker_crashed`. */
  told(...rules: readonly string[]): readonly string[] {
    return this.alerts
      .filter(({ rule }) => rules.includes(rule))
      .map(({ state, key }) => `${state} ${key}`);
  }

  /** Waits until it has taken an alert. */
  async takes(state: Alert["state"], key: string, deadline?: number): Promise<Alert> {
    const find = () => this.alerts.find((one) => one.key === key && one.state === state) ?? null;
    return await waitFor(`the webhook is told ${state} ${key}`, find, deadline);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Alerts to a webhook, which are resolved soon. */
export function alertArgs({ url }: AlertWebhook): readonly string[] {
  return ["--alert-webhook", url, "--alert-clear", "1s"];
}

/** Has a handler of TROUBLE end or block its worker. */
export async function harm(server: Server, how: "throw" | "loop"): Promise<void> {
  using client = await waitFor("a client is served", async () => {
    const client = await Client.connect(server).catch(() => null);
    if (await client?.ask("worker").catch(() => "")) return client;
    client?.close();
    return null;
  });
  await client.send(`${how}\n`);
  if (how === "throw") await client.receiveAll().catch(() => "");
}

/** The server ends as after SIGTERM, all alerts delivered. */
export async function stop(server: Server): Promise<void> {
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
}

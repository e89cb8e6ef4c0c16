/** The client of a server's admin port. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import { type Address, formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import { printable } from "../base/printable.ts";
import { readTextFile } from "../base/read_text_file.ts";
import { systemReason } from "../base/system_errors.ts";
import type { RecentRecord } from "../log/recent_records.ts";
import type { Snapshot } from "../ops/status/snapshot.ts";
import type { Status } from "../ops/status/status.ts";
import { quote } from "../settings/found.ts";
import type { AdminReach } from "../settings/top_options.ts";
import { recordSchema, snapshotSchema } from "./admin_events.ts";
import { MAX_TEXT } from "./max_text.ts";
import { cannotRead, parseJson, parseStatus } from "./parse_status.ts";

/** How long an answer may usually take, in milliseconds; a blocked server answers within a few hundred. */
const PATIENCE = 5000;

/** What a bearer token may consist of. */
const TOKEN = /^[\x21-\x7e]+$/;

/** What a server tells those who follow it. */
export type AdminEvent =
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  | { readonly type: "record"; readonly record: RecentRecord };

/** What a command came to: its result, or why it was refused. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/**
 * Asks a server over its admin port. Its methods throw an ExitError: 1 if the server cannot be
 * reached or does not answer in time, 77 if it demands a token or refuses this one, and 78 if
 * what answers is no server of this program.
 */
export class AdminClient implements Disposable {
  /** The address, as people write it. */
  readonly name: string;
  readonly #origin: string;
  readonly #http: Deno.HttpClient;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #patience: number;

  /**
   * Reads the token, and does not connect yet.
   *
   * @param patience How long an answer may take, in milliseconds.
   * @throws {ExitError} If the file of the token cannot be read, as `readTextFile`; 78 if it has none.
   */
  static async open(
    { admin, adminTokenFile }: AdminReach,
    patience: number = PATIENCE,
  ): Promise<AdminClient> {
    const token = adminTokenFile === null ? null : await readToken(adminTokenFile);
    return new AdminClient(admin, token, patience);
  }

  private constructor(address: Address, token: string | null, patience: number) {
    this.name = formatAddress(address);
    const target = reachable(address);
    this.#origin = target.transport === "unix"
      ? "http://localhost"
      : `http://${formatAddress(target)}`;
    // As its own proxy: a proxy of the environment must neither be asked nor see the token.
    this.#http = Deno.createHttpClient({ proxy: target });
    this.#patience = patience;
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` };
  }

  /** Asks for the status. */
  async status(): Promise<Status> {
    const response = await this.#ask("GET", "/status", null, AbortSignal.timeout(this.#patience));
    const text = await this.#textOf(response);
    if (!response.ok) throw this.#refused(response, text);
    return parseStatus(`the status of ${this.name}`, text);
  }

  /** Asks an endpoint for probes, such as `/readyz`. */
  async probe(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await this.#ask("GET", path, null, AbortSignal.timeout(this.#patience));
    return { status: response.status, text: await this.#textOf(response) };
  }

  /** Follows the server until it is lost or the signal aborts; it then ends, or throws. */
  async *events(signal: AbortSignal): AsyncGenerator<AdminEvent> {
    // The records that the server has kept come first.
    const headers = { accept: "text/event-stream", "last-event-id": "0" };
    const response = await this.#ask("GET", "/events", null, signal, headers);
    if (!response.ok || response.body === null) {
      throw this.#refused(response, await this.#textOf(response));
    }
    const events = response.body.pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    const source = `the events of ${this.name}`;
    try {
      for await (const { event, data } of events) {
        if (event === "snapshot") {
          yield { type: event, snapshot: parseJson(snapshotSchema, source, data) };
        } else if (event === "record") {
          yield { type: event, record: parseJson(recordSchema, source, data) };
        }
      }
    } catch (error) {
      // The connection is lost.
      throw error instanceof ExitError ? error : this.#unreachable(error);
    }
  }

  /** Has the server do something, however long that takes. */
  async command(path: string, body: unknown, signal: AbortSignal): Promise<Answer> {
    const response = await this.#ask("POST", path, body, signal);
    const text = await this.#textOf(response);
    if (response.ok) return { ok: true, value: text === "" ? null : JSON.parse(text) };
    return { ok: false, message: errorIn(text) ?? `the server answers ${response.status}` };
  }

  [Symbol.dispose](): void {
    this.#http.close();
  }

  async #ask(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    try {
      return await fetch(`${this.#origin}${path}`, {
        method,
        ...body === null ? {} : { body: JSON.stringify(body) },
        headers: {
          ...this.#headers,
          ...headers,
          ...body === null ? {} : { "content-type": "application/json" },
        },
        signal,
        redirect: "manual",
        client: this.#http,
      });
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  async #textOf(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): ExitError {
    const message =
      `Cannot reach the admin port ${this.name}: ${connectReason(error, this.#patience)}, ` +
      "expected a server with --admin";
    return new ExitError(printable(message, MAX_TEXT), EXIT.notServing, { cause: error });
  }

  #refused({ status, headers }: Response, text: string): ExitError {
    const source = `the status of ${this.name}`;
    const reason = errorIn(text);
    if (reason === null || !headers.get("content-type")?.includes("json")) {
      const found = `found status ${status}, expected the --admin address of a server`;
      return cannotRead(source, found, EXIT.config);
    }
    if (status === 401) {
      const expected = "authorization" in this.#headers
        ? "another token in --admin-token-file"
        : "--admin-token-file";
      return cannotRead(source, `${reason}, expected ${expected}`, EXIT.noPermission);
    }
    return cannotRead(source, reason, status === 403 ? EXIT.noPermission : EXIT.notServing);
  }
}

/** Where to connect: a server that listens on all addresses is on this machine. */
function reachable(address: Address): Address {
  if (address.transport === "unix") return address;
  const local = { "0.0.0.0": "127.0.0.1", "::": "::1" }[address.hostname];
  return local === undefined ? address : { ...address, hostname: local };
}

async function readToken(path: string): Promise<string> {
  const file = `the token file ${quote(path)}`;
  const token = (await readTextFile(path, file)).trim();
  if (TOKEN.test(token)) return token;
  const found = token === "" ? "found nothing" : "found spaces or special characters";
  throw cannotRead(file, `${found}, expected a token`, EXIT.config);
}

/** The error that the server reports as JSON; null if it does not. */
function errorIn(text: string): string | null {
  try {
    const { error } = JSON.parse(text);
    return typeof error === "string" && error !== "" ? error : null;
  } catch {
    return null;
  }
}

/** Why a connection failed, in the system's own words where there are some. */
function connectReason(error: unknown, patience: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `no answer within ${patience / 1000} s`;
  }
  const texts = [error, error instanceof Error ? error.cause : null]
    .map((one) => one instanceof Error ? one.message : "");
  const [, system] = /(?:[^:()]+\): |: |^)([^:()]+) \(os error \d+\)/.exec(texts.join("\n")) ?? [];
  if (system !== undefined) return system.charAt(0).toLowerCase() + system.slice(1);
  return systemReason(error);
}

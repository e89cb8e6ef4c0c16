import { createServer, type Server, type Socket } from "node:net";
import { Buffer } from "node:buffer";

/** A request, as a backend has received it: nothing is decoded. One character per byte. */
export interface RawRequest {
  /** With the empty line. */
  readonly head: string;
  /** Such as `GET / HTTP/1.1`. */
  readonly startLine: string;
  /** Values by name in lower case; those of one name are joined by commas. */
  readonly fields: Readonly<Record<string, string>>;
  /** The number of its connection, from 1. */
  readonly connection: number;
  /** Its number on the connection, from 1. */
  readonly number: number;
  /** Waits for the body: as sent, with the framing of chunks. */
  body(): Promise<string>;
}

/** Answers a request. The next one of the connection is received when it has returned. */
export type RawAnswer = (request: RawRequest, peer: RawPeer) => void | Promise<void>;

/** What an answer can do with the connection of its request. */
export interface RawPeer {
  /** Sends a text of one character per byte; resolves when the system has taken it. */
  send(text: string): Promise<void>;
  /** Receives so many characters of what comes after the request, or fewer if that ends. */
  receive(length: number): Promise<string>;
  /** Ends its side of the connection. */
  end(): void;
  /** Resets the connection. */
  reset(): void;
  /** Resolves once the other side has ended or reset the connection. */
  readonly left: Promise<void>;
}

/** An HTTP server that sends exactly the bytes that a test wants. */
export class RawBackend implements AsyncDisposable {
  /** What it does with the requests to come. */
  answer: RawAnswer;
  /** All requests, in the order in which their heads have been received. */
  readonly requests: RawRequest[] = [];
  /** How many connections it has accepted. */
  accepted = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(answer: RawAnswer) {
    this.answer = answer;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      void this.#serve(socket);
    });
  }

  /** Starts one on any port of 127.0.0.1, or on this one: see `freePort()` for one that it leaves. */
  static start(answer: RawAnswer, port = 0): Promise<RawBackend> {
    const backend = new RawBackend(answer);
    return new Promise((resolve, reject) => {
      backend.#server.once("error", reject);
      backend.#server.listen(port, "127.0.0.1", () => resolve(backend));
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Such as `127.0.0.1:8000`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#open.size;
  }

  /** The request of an index, which must have been received. */
  request(index: number): RawRequest {
    const request = this.requests.at(index);
    if (request === undefined) throw new Error(`There were ${this.requests.length} requests`);
    return request;
  }

  /** Ends its side of all connections, as a server does with those that are idle for too long. */
  endAll(): void {
    for (const socket of this.#open) socket.end();
  }

  /** Resets all connections. */
  resetAll(): void {
    for (const socket of this.#open) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    const connection = ++this.accepted;
    this.#open.add(socket);
    const input = new Input(socket);
    const left = new Promise<void>((resolve) => {
      socket.once("end", () => resolve());
      socket.once("close", () => resolve());
    });
    socket.once("close", () => this.#open.delete(socket));
    // Errors are expected: tests cause them.
    socket.on("error", () => {});
    const peer: RawPeer = {
      send: (text) => new Promise((resolve) => socket.write(text, "latin1", () => resolve())),
      receive: async (length) => {
        await input.has(length);
        return input.take(length);
      },
      end: () => socket.end(),
      reset: () => socket.resetAndDestroy(),
      left,
    };
    for (let number = 1; await input.has("\r\n\r\n"); number++) {
      const request = parse(input.take(input.text.indexOf("\r\n\r\n") + 4), connection, number);
      let received: Promise<string> | null = null;
      const body = () => received ??= receiveBody(input, request.fields);
      this.requests.push({ ...request, body });
      await this.answer({ ...request, body }, peer);
      await body();
    }
    socket.end();
  }
}

/** What arrives on a socket and is not taken yet. */
class Input {
  text = "";
  #isOver = false;
  #wake = () => {};

  constructor(socket: Socket) {
    socket.on("data", (data: Buffer) => {
      this.text += data.toString("latin1");
      this.#wake();
    });
    const end = () => {
      this.#isOver = true;
      this.#wake();
    };
    socket.once("end", end);
    socket.once("close", end);
  }

  /** Waits until so many characters have arrived, or a text has; returns whether it has. */
  async has(what: string | number): Promise<boolean> {
    const isThere = () =>
      typeof what === "number" ? this.text.length >= what : this.text.includes(what);
    while (!isThere() && !this.#isOver) await new Promise<void>((resolve) => this.#wake = resolve);
    return isThere();
  }

  take(length: number): string {
    const taken = this.text.slice(0, length);
    this.text = this.text.slice(length);
    return taken;
  }
}

function parse(
  head: string,
  connection: number,
  number: number,
): Omit<RawRequest, "body"> {
  const [startLine = "", ...lines] = head.split("\r\n").slice(0, -2);
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const [, name = "", value = ""] = /^([^:]*):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    const key = name.toLowerCase();
    fields[key] = key in fields ? `${fields[key]}, ${value}` : value;
  }
  return { head, startLine, fields, connection, number };
}

async function receiveBody(input: Input, fields: RawRequest["fields"]): Promise<string> {
  if (fields["transfer-encoding"] === undefined) {
    const length = Number(fields["content-length"] ?? 0);
    await input.has(length);
    return input.take(length);
  }
  let body = "";
  for (;;) {
    if (!await input.has("\r\n")) return body + input.take(Infinity);
    const line = input.take(input.text.indexOf("\r\n") + 2);
    const size = parseInt(line, 16);
    body += line;
    if (size === 0) return body + await receiveTrailers(input);
    await input.has(size + 2);
    body += input.take(size + 2);
  }
}

async function receiveTrailers(input: Input): Promise<string> {
  let trailers = "";
  while (!trailers.endsWith("\r\n\r\n") && trailers !== "\r\n") {
    if (!await input.has("\r\n")) break;
    trailers += input.take(input.text.indexOf("\r\n") + 2);
  }
  return trailers;
}

/** A response with a Content-Length. */
export function rawResponse(body = "", fields: readonly string[] = [], status = "200 OK"): string {
  const head = [`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${body.length}`];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Answers each request with a text. */
export function always(text: string): RawAnswer {
  return async (_request, peer) => await peer.send(text);
}

/** How a backend ends a connection. */
export type Ending = "ends" | "resets";

/** Answers with the first bytes of a text, then ends or resets the connection. */
export function cutting(text: string, length: number, ending: Ending): RawAnswer {
  return async (_request, peer) => {
    if (length > 0) await peer.send(text.slice(0, length));
    if (ending === "ends") peer.end();
    else peer.reset();
  };
}

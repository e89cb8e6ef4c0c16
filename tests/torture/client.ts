/** Clients that name a deed, and describe what they receive as an {@linkcode Answer}. */
import type { Answer, Deed, Shape } from "./case.ts";
import { nameOf } from "./module.ts";
import { readResponse } from "./response.ts";

/** How long a client waits before it calls it silence, in milliseconds. */
export interface Patience {
  /** For the first that comes. */
  readonly first: number;
  /** For the end, from then on. */
  readonly rest: number;
}

/** How long a client waits for a worker, in milliseconds. */
const PATIENCE = 15_000;
/** The most of a text that an answer quotes. */
const QUOTED = 60;

/** A byte is a character. */
const latin1 = new TextDecoder("latin1");
const OK_LINE = /(^|\n)ok \S{36}\n/;

const isHttp = (shape: Shape) => shape === "fetch" || shape === "routes";

/** Asks for a deed, and returns what comes back. */
export async function answerTo(
  port: number,
  shape: Shape,
  deed: Deed,
  patience: Patience,
): Promise<Answer> {
  if (deed.isWebSocket === true) return await webSocketAnswer(port, nameOf(deed), patience);
  const { text, end } = await talk(port, requestFor(shape, deed), isHttp(shape), patience);
  return isHttp(shape) ? describeResponse(text, end) : describeText(text, end);
}

/** The id of the worker that serves a new client; null if none does. */
export async function workerOf(
  port: number,
  shape: Shape,
  patience = PATIENCE,
): Promise<string | null> {
  const request = isHttp(shape)
    ? "GET /ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    : "ok\n";
  const { text } = await talk(port, request, isHttp(shape), { first: patience, rest: patience });
  return /ok (\S{36})/.exec(text)?.[1] ?? null;
}

function requestFor(shape: Shape, deed: Deed): string {
  const name = nameOf(deed);
  if (!isHttp(shape)) return `${name}\nok\n`;
  const { body } = deed;
  const rest = body === undefined ? "\r\n" : `Content-Length: ${body.length}\r\n\r\n${body}`;
  return `${body === undefined ? "GET" : "POST"} /${name} HTTP/1.1\r\nHost: x\r\n${rest}` +
    // Whatever the response was, the client must be able to tell the next one from it.
    "GET /ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
}

/** Tells when a client has waited for long enough. */
class Silence {
  /** Resolves then. */
  readonly over: Promise<void>;
  readonly #resolve: () => void;
  readonly #rest: number;
  #timer: ReturnType<typeof setTimeout>;
  #hasBegun = false;

  constructor({ first, rest }: Patience) {
    ({ promise: this.over, resolve: this.#resolve } = Promise.withResolvers<void>());
    this.#rest = rest;
    this.#timer = setTimeout(this.#resolve, first);
  }

  /** Something has come. */
  isBroken(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#resolve, this.#rest);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

type End = "closed" | "reset" | "open" | "silence";

/** Sends a request, and receives until the connection ends, `ok` is answered, or patience does. */
async function talk(
  port: number,
  request: string,
  http: boolean,
  patience: Patience,
): Promise<{ text: string; end: End }> {
  const pieces: string[] = [];
  const silence = new Silence(patience);
  const receive = async (conn: Deno.Conn): Promise<End> => {
    await conn.write(new TextEncoder().encode(request));
    const buffer = new Uint8Array(64 * 1024);
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) return "closed";
      pieces.push(latin1.decode(buffer.subarray(0, count)));
      silence.isBroken();
      if (!http && OK_LINE.test(pieces.slice(-2).join(""))) return "open";
    }
  };
  let conn: Deno.Conn;
  try {
    conn = await Deno.connect({ hostname: "127.0.0.1", port });
  } catch {
    silence.stop();
    return { text: "", end: "closed" };
  }
  const receiving = receive(conn).catch((): End => "reset");
  const end = await Promise.race([receiving, silence.over.then((): End => "silence")]);
  conn.close();
  await receiving;
  silence.stop();
  return { text: pieces.join(""), end };
}

function describeText(text: string, end: End): Answer {
  const answer = text.replace(/ok \S{36}\n$/, "").trimEnd();
  return answer === "" ? end : `${quoted(answer)}, ${end}`;
}

function describeResponse(text: string, end: End): Answer {
  if (text === "") return end;
  const response = readResponse(text);
  if (response === null) return `malformed ${quoted(text)}`;
  const { status, body, isComplete, rest } = response;
  const isOwn = status === 500 && body.startsWith("Internal Server Error");
  const shown = body === "" || isOwn ? "" : ` ${quoted(body)}`;
  if (!isComplete) return `${status}${shown}, cut off${end === "closed" ? "" : ` (${end})`}`;
  if (rest === "") return `${status}${shown}`;
  // The answer to the next request, which no part of this one may be taken for.
  const next = readResponse(rest);
  if (next === null || next.rest !== "") {
    return `${status}${shown}, then malformed ${quoted(rest)}`;
  }
  return next.status === 200 ? `${status}${shown}` : `${status}${shown}, then ${next.status}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text);
}

/** Opens a WebSocket, sends a message, and describes what comes back until it closes. */
async function webSocketAnswer(port: number, name: string, patience: Patience): Promise<Answer> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${name}`);
  const messages: string[] = [];
  let isOpen = false;
  const { promise: end, resolve } = Promise.withResolvers<string>();
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    isOpen = true;
    socket.send("hello");
  };
  const silence = new Silence(patience);
  socket.onmessage = ({ data }) => {
    messages.push(typeof data === "string" ? data : latin1.decode(data));
    silence.isBroken();
  };
  socket.onerror = (event) => event.preventDefault();
  socket.onclose = ({ code }) => resolve(isOpen ? `closed ${code}` : "refused");
  void silence.over.then(() => resolve("open"));
  const how = await end;
  socket.onclose = socket.onmessage = null;
  silence.stop();
  if (how === "open") socket.close();
  return messages.length === 0 ? how : `${quoted(messages.join(""))}, ${how}`;
}

/** One connection of a well-behaved client. */
import { Answers, type Head } from "./answers.ts";
import { Failure } from "./failure.ts";
import type { SentRequest } from "../ledger.ts";
import { Wire } from "./wire.ts";
import type { World } from "../world.ts";

/** A request; its target gets an id. */
export interface Ask {
  readonly kind: string;
  readonly method: string;
  /** With or without a query. */
  readonly target: string;
  readonly fields?: readonly string[];
  /** A body of known length, or chunks. */
  readonly body?: Uint8Array | readonly Uint8Array[];
  readonly version?: "1.0" | "1.1";
}

/** An answer, to its end. */
export interface Answer extends Head {
  readonly body: Uint8Array;
}

/** A connection that is kept between requests, for as long as the server says. */
export class Conversation {
  readonly wire: Wire;
  readonly answers: Answers;
  readonly #world: World;
  /** The lane, once an answer has named it. */
  lane: string | null = null;
  /** How many answers were received. */
  used = 0;
  /** The server has announced the end, or the client has asked for it. */
  isOver = false;
  lastUsed = performance.now();

  private constructor(world: World, wire: Wire) {
    this.#world = world;
    this.wire = wire;
    this.answers = new Answers(wire);
  }

  /** @throws {Failure} If the server refuses. */
  static async open(world: World): Promise<Conversation> {
    try {
      const wire = await Wire.open(world.port);
      world.cameFrom(wire.port, "well-behaved");
      return new Conversation(world, wire);
    } catch (error) {
      throw new Failure("refused", `cannot connect: ${(error as Error).message}`);
    }
  }

  /** Whether another request may be sent. */
  get isOpen(): boolean {
    return !this.isOver && !this.wire.isEnded;
  }

  /** Sends a request, and reads the answer to its end. */
  async ask(ask: Ask): Promise<Answer> {
    const request = await this.send(ask);
    const head = await this.head(request);
    return await this.rest(request, ask.method, head);
  }

  /** Sends a request. */
  async send(ask: Ask): Promise<SentRequest> {
    const request = this.#world.ledger.begin(ask.kind, this.lane);
    this.wire.send(headOf(ask, request.id));
    if (ask.body === undefined) return request;
    if (ask.body instanceof Uint8Array) await this.wire.sendAll(ask.body);
    else {
      for (const chunk of ask.body) {
        this.wire.send(`${chunk.length.toString(16)}\r\n`);
        this.wire.send(chunk);
        await this.wire.sendAll("\r\n");
      }
      await this.wire.sendAll("0\r\n\r\n");
    }
    return request;
  }

  /** Reads the head of an answer. */
  async head(request: SentRequest): Promise<Head> {
    const head = await this.answers.head();
    const lane = head.fields.get("x-lane");
    if (lane !== undefined) this.#isOn(lane);
    request.lane = this.lane;
    if (head.isLast) this.isOver = true;
    return head;
  }

  /** Reads the rest of an answer. */
  async rest(request: SentRequest, method: string, head: Head): Promise<Answer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.answers.body(method, head)) pieces.push(piece.slice());
    // A client that is refused at the door has no line in the access log.
    if (head.status !== 503) this.finish(request);
    return { ...head, body: join(pieces) };
  }

  /** The answer to a request was received. */
  finish(request: SentRequest): void {
    request.answered = performance.now();
    this.lastUsed = request.answered;
    this.used++;
  }

  close(): void {
    this.wire.close();
  }

  #isOn(lane: string): void {
    if (this.lane !== null && this.lane !== lane) {
      throw new Failure("wrong", `the connection moved from lane ${this.lane} to ${lane}`);
    }
    this.lane = lane;
  }
}

function headOf({ method, target, fields = [], body, version = "1.1" }: Ask, id: number): string {
  const query = `${target.includes("?") ? "&" : "?"}id=${id}`;
  const length = body === undefined ? [] : [
    body instanceof Uint8Array ? `Content-Length: ${body.length}` : "Transfer-Encoding: chunked",
  ];
  return [
    `${method} ${target}${query} HTTP/${version}`,
    "Host: chaos",
    ...fields,
    ...length,
    "",
    "",
  ]
    .join("\r\n");
}

/** Joins pieces. */
export function join(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}

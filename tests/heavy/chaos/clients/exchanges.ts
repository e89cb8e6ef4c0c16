/** What well-behaved clients ask for, and the answers that they expect. */
import { expectBytes, expectText, pattern, randomBytes, split } from "./bodies.ts";
import type { Chance } from "../chance.ts";
import type { Answer, Ask, Conversation } from "./conversation.ts";
import { Failure } from "./failure.ts";
import { talkBySocket } from "./socket_exchange.ts";

/** A kind of exchange. */
export interface Exchange {
  readonly name: string;
  readonly weight: number;
  /** Whether a client may send it again on its own (RFC 9110, 9.2.2). */
  readonly isIdempotent: boolean;
  /** Takes so long that clients of a server for one connection would wait for it. */
  readonly isLong?: boolean;
  /** @throws {Failure} If the answer is not what was asked for. */
  run(conversation: Conversation, chance: Chance): Promise<void>;
}

/** The files below --root, by name, and their sizes. */
export const FILES = { "small.txt": 700, "medium.bin": 90_000, "large.bin": 1_500_000 } as const;

async function ask(conversation: Conversation, ask: Ask, status = 200): Promise<Answer> {
  const answer = await conversation.ask(ask);
  expectStatus(answer.status, status);
  return answer;
}

function expectStatus(found: number, expected: number): void {
  if (found !== expected) {
    throw new Failure("status", `the status is ${found}, expected ${expected}`, found);
  }
}

function get(kind: string, target: string, fields: readonly string[] = []): Ask {
  return { kind, method: "GET", target, fields };
}

function expectHello({ body }: Answer, kind = "hello"): void {
  const text = new TextDecoder().decode(body);
  if (!new RegExp(`^${kind} \\d+$`).test(text)) {
    throw new Failure("wrong", `the body is ${JSON.stringify(text.slice(0, 80))}`);
  }
}

async function pipeline(conversation: Conversation, chance: Chance): Promise<void> {
  const requests = [];
  const count = chance.between(2, 6);
  for (let i = 0; i < count; i++) requests.push(await conversation.send(get("pipeline", "/hello")));
  for (const request of requests) {
    const head = await conversation.head(request);
    expectStatus(head.status, 200);
    const { body } = await conversation.rest(request, "GET", head);
    expectText(body, `hello ${request.id}`);
    // The server does not answer what was sent after its last answer (RFC 9112, 9.6).
    if (head.isLast) return;
  }
}

async function upload(kind: string, conversation: Conversation, chance: Chance): Promise<void> {
  const bytes = randomBytes(chance, chance.between(1, chance.happens(0.2) ? 200_000 : 5000));
  const isWhole = chance.happens(0.5);
  const { body } = await ask(conversation, {
    ...{
      kind,
      method: kind === "post" ? "POST" : "PUT",
      target: isWhole ? "/echo?whole" : "/echo",
    },
    body: kind === "chunked" ? split(chance, bytes, chance.between(1, 8)) : bytes,
  });
  expectBytes(body, bytes);
}

async function expectContinue(conversation: Conversation, chance: Chance): Promise<void> {
  const bytes = randomBytes(chance, chance.between(1, 3000));
  const fields = ["Expect: 100-continue", `Content-Length: ${bytes.length}`];
  const target = "/echo?whole";
  const request = await conversation.send({ kind: "expect", method: "PUT", target, fields });
  // A client may send the body without waiting for the interim answer (RFC 9110, 10.1.1).
  conversation.wire.send(bytes);
  const head = await conversation.head(request);
  expectStatus(head.status, 200);
  expectBytes((await conversation.rest(request, "PUT", head)).body, bytes);
}

async function file(conversation: Conversation, chance: Chance): Promise<void> {
  const name = chance.among(Object.keys(FILES) as (keyof typeof FILES)[]);
  const size = FILES[name];
  if (chance.happens(0.3)) {
    const from = chance.below(size);
    const fields = [`Range: bytes=${from}-`];
    const { body } = await ask(conversation, get("file", `/${name}`, fields), 206);
    return expectBytes(body, pattern(size - from, from));
  }
  const answer = await ask(conversation, get("file", `/${name}`));
  expectBytes(answer.body, pattern(size));
  if (answer.isLast || !chance.happens(0.3)) return;
  const fields = [`If-None-Match: ${answer.fields.get("etag")}`];
  await ask(conversation, get("file", `/${name}`, fields), 304);
}

async function stream(conversation: Conversation, chance: Chance): Promise<void> {
  const [count, size] = [chance.between(1, 20), chance.between(1, 20_000)];
  const target = `/stream?count=${count}&size=${size}&gap=${chance.below(40)}`;
  const { body } = await ask(conversation, get("stream", target));
  expectBytes(body, pattern(count * size));
}

async function events(conversation: Conversation, chance: Chance): Promise<void> {
  const total = chance.between(200, 2500);
  const { body } = await ask(conversation, get("events", `/events?every=100&total=${total}`));
  const expected = new TextDecoder().decode(body).split("\n\n").map((_, i, { length }) =>
    i === length - 1 ? "" : `data: ${i}`
  );
  expectText(body, expected.join("\n\n"));
}

/** All kinds of exchanges. */
export const EXCHANGES: readonly Exchange[] = [
  {
    ...{ name: "get", weight: 30, isIdempotent: true },
    run: async (conversation) => expectHello(await ask(conversation, get("get", "/hello"))),
  },
  {
    ...{ name: "head", weight: 3, isIdempotent: true },
    run: async (conversation) => {
      const { body } = await ask(conversation, {
        ...{ kind: "head", method: "HEAD", target: "/hello" },
      });
      expectText(body, "");
    },
  },
  { name: "pipeline", weight: 5, isIdempotent: true, run: pipeline },
  { name: "put", weight: 8, isIdempotent: true, run: (...args) => upload("put", ...args) },
  { name: "post", weight: 4, isIdempotent: false, run: (...args) => upload("post", ...args) },
  { name: "chunked", weight: 6, isIdempotent: true, run: (...args) => upload("chunked", ...args) },
  { name: "expect", weight: 2, isIdempotent: true, run: expectContinue },
  { name: "file", weight: 5, isIdempotent: true, run: file },
  { name: "stream", weight: 5, isIdempotent: true, isLong: true, run: stream },
  { name: "events", weight: 3, isIdempotent: true, isLong: true, run: events },
  { name: "socket", weight: 4, isIdempotent: true, isLong: true, run: talkBySocket },
  {
    ...{ name: "slow", weight: 4, isIdempotent: true, isLong: true },
    run: async (conversation, chance) =>
      expectHello(
        await ask(conversation, get("slow", `/slow?ms=${chance.between(20, 400)}`)),
        "slow",
      ),
  },
  {
    ...{ name: "fail", weight: 1, isIdempotent: true },
    run: async (conversation) => {
      const { fields } = await ask(conversation, get("fail", "/fail"), 500);
      if (!fields.has("x-request-id")) throw new Failure("wrong", "a 500 has no X-Request-Id");
    },
  },
  {
    ...{ name: "close", weight: 2, isIdempotent: true },
    run: async (conversation) => {
      const answer = await ask(conversation, get("close", "/hello", ["Connection: close"]));
      expectHello(answer);
      await expectEnd(conversation);
    },
  },
  {
    ...{ name: "http-1.0", weight: 1, isIdempotent: true },
    run: async (conversation) => {
      expectHello(await ask(conversation, { ...get("http-1.0", "/hello"), version: "1.0" }));
      await expectEnd(conversation);
    },
  },
];

/** The server closes the connection after its last answer. */
async function expectEnd(conversation: Conversation): Promise<void> {
  conversation.isOver = true;
  try {
    if (await conversation.wire.read() === null && !conversation.answers.hasRest) return;
  } catch (error) {
    throw new Failure("cut", `reset after the last answer: ${(error as Error).message}`);
  }
  throw new Failure("wrong", "something came after the last answer");
}

/**
 * A chat room: every line is sent to all other members. Shows a protocol, with
 * callbacks in the style of Python's asyncio.Protocol.
 *
 * Run it:  deno run -A main.ts examples/chat.ts
 * Try it:  nc 127.0.0.1 8000   (in two terminals; then /nick ada, /who, /quit)
 *
 * Writing never waits, so a member that does not read delays nobody; the server
 * closes its connection when too much output is buffered for it. Each thread or
 * process loads this module separately and has a room of its own.
 */
import type { Handler, Protocol, ServiceContext, Transport } from "../src/mod.ts";

/** The longest line, in characters. */
const LINE_LIMIT = 1000;
const NICK = /^[\p{L}\p{N}_-]{1,20}$/u;
const HELP = "/nick NAME changes your name, /who lists members, /quit leaves";

const encoder = new TextEncoder();
const room = new Map<string, Member>();
let guests = 0;

function tellOthers(text: string, from: Member): void {
  const line = encoder.encode(`${text}\n`);
  for (const member of room.values()) if (member !== from) member.send(line);
}

class Member implements Protocol {
  readonly #draining: AbortSignal;
  readonly #decoder = new TextDecoder();
  #transport: Transport | null = null;
  #nick = "";
  #unfinished = "";
  #hasLeft = false;

  constructor(context: ServiceContext) {
    this.#draining = context.draining;
  }

  connectionMade(transport: Transport): void {
    this.#transport = transport;
    do this.#nick = `guest-${++guests}`; while (room.has(this.#nick));
    room.set(this.#nick, this);
    this.#say(`Welcome, ${this.#nick}: ${HELP}`);
    tellOthers(`* ${this.#nick} has joined`, this);
    if (this.#draining.aborted) this.#onDrain();
    else this.#draining.addEventListener("abort", this.#onDrain);
  }

  dataReceived(data: Uint8Array): void {
    // TCP keeps no message boundaries: data may hold part of a line or several lines.
    const lines = (this.#unfinished + this.#decoder.decode(data, { stream: true })).split("\n");
    this.#unfinished = lines.pop() ?? "";
    for (const line of lines) {
      if (!this.#hasLeft) this.#take(line);
    }
    if (this.#unfinished.length > LINE_LIMIT && !this.#hasLeft) this.#refuseLine();
  }

  connectionLost(): void {
    this.#draining.removeEventListener("abort", this.#onDrain);
    room.delete(this.#nick);
    tellOthers(`* ${this.#nick} has left`, this);
  }

  /** Sends data to this member. */
  send(data: Uint8Array): void {
    this.#transport?.write(data);
  }

  #take(line: string): void {
    if (line.length > LINE_LIMIT) return this.#refuseLine();
    // Control characters could take over another member's terminal.
    const text = line.replaceAll(/\p{Cc}/gu, "").trim();
    if (text === "") return;
    if (!text.startsWith("/")) return tellOthers(`<${this.#nick}> ${text}`, this);
    const [command, ...args] = text.split(/\s+/);
    switch (command) {
      case "/nick":
        return this.#rename(args.join(" "));
      case "/who":
        return this.#say([...room.keys()].join(" "));
      case "/quit":
        return this.#leave("Goodbye");
      default:
        return this.#say(`Cannot run ${command}: unknown command, ${HELP}`);
    }
  }

  #rename(nick: string): void {
    if (!NICK.test(nick)) {
      return this.#say("Cannot change the name: expected 1 to 20 letters, digits, _ or -");
    }
    if (room.has(nick)) return this.#say(`Cannot change the name: ${nick} is taken`);
    tellOthers(`* ${this.#nick} is now ${nick}`, this);
    room.delete(this.#nick);
    this.#nick = nick;
    room.set(nick, this);
    this.#say(`You are ${nick}`);
  }

  #refuseLine(): void {
    this.#unfinished = "";
    this.#leave(`Cannot read the line: longer than ${LINE_LIMIT} characters`);
  }

  readonly #onDrain = (): void => this.#leave("* The server is shutting down");

  #say(text: string): void {
    this.#transport?.write(`${text}\n`);
  }

  #leave(message: string): void {
    this.#hasLeft = true;
    this.#say(message);
    this.#transport?.end();
  }
}

export default {
  protocol: (context: ServiceContext) => new Member(context),
  refusal: "The room is full.\n",
} satisfies Handler;

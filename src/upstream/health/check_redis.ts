import type { Address } from "../../base/address.ts";
import { concat } from "../../base/concat.ts";
import { printable } from "../../base/printable.ts";
import { writeAll } from "../../base/write_text.ts";
import type { RedisCheck } from "../../settings/health_settings.ts";
import type { Attempt } from "./attempt.ts";
import { type CheckResult, failed, OK } from "./result.ts";

/** Bytes of a read: each answer is a short line. */
const PIECE = 512;
/** The most bytes of an answer. */
const MAX_LINE = 4096;
/** The most characters of an answer that a reason quotes. */
const MAX_QUOTED = 200;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Asks Redis by PING, after AUTH and SELECT if the check has a password or a database. A server
 * that loads its data, or refuses the password, has failed. One that asks for a password which the
 * check does not have is alive.
 *
 * @throws What the runtime throws when the connection fails.
 */
export async function checkRedis(
  address: Address,
  check: RedisCheck,
  attempt: Attempt,
): Promise<CheckResult> {
  const socket = await attempt.connect(address);
  attempt.awaited = "an answer to PING";
  const commands = commandsOf(check);
  await writeAll(socket, encoder.encode(commands.map(encodeCommand).join("")));
  const lines = new Lines(socket);
  for (const [name = ""] of commands) {
    const line = await lines.next();
    if (line === null) return failed(`the connection was closed without an answer to ${name}`);
    if (line.startsWith("+")) continue;
    if (line.startsWith("-NOAUTH") && check.password === null) return OK;
    return failed(
      line.startsWith("-")
        ? `${name} was answered with ${printable(withoutWords(line.slice(1)), MAX_QUOTED)}`
        : "the answer is not one of Redis",
    );
  }
  return OK;
}

/** An answer without the words of the command, which a server that does not know it may repeat. */
function withoutWords(answer: string): string {
  return answer.replace(/,? with args beginning with.*$/s, "");
}

function commandsOf({ user, password, database }: RedisCheck): string[][] {
  return [
    ...password === null ? [] : [["AUTH", ...user === null ? [] : [user], password]],
    ...database === 0 ? [] : [["SELECT", String(database)]],
    ["PING"],
  ];
}

/** A command as an array of bulk strings (RESP). */
function encodeCommand(words: readonly string[]): string {
  const parts = words.map((word) => `$${encoder.encode(word).length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join("")}`;
}

/** The lines that a socket receives. */
class Lines {
  readonly #socket: Deno.Conn;
  #arrived = new Uint8Array(0);

  constructor(socket: Deno.Conn) {
    this.#socket = socket;
  }

  /** The next line without its end, or as much of it as may arrive; null at the end. */
  async next(): Promise<string | null> {
    for (;;) {
      const end = this.#arrived.indexOf(10);
      if (end >= 0) {
        const line = decoder.decode(this.#arrived.subarray(0, end)).trimEnd();
        this.#arrived = this.#arrived.slice(end + 1);
        return line;
      }
      if (this.#arrived.length > MAX_LINE) return decoder.decode(this.#arrived);
      const piece = new Uint8Array(PIECE);
      const count = await this.#socket.read(piece);
      if (count === null) return null;
      this.#arrived = concat(this.#arrived, piece.subarray(0, count));
    }
  }
}

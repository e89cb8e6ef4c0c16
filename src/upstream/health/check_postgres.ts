import type { Address } from "../../base/address.ts";
import { concat } from "../../base/concat.ts";
import { printable } from "../../base/printable.ts";
import { writeAll } from "../../base/write_text.ts";
import type { PostgresCheck } from "../../settings/health_settings.ts";
import type { Attempt } from "./attempt.ts";
import { type CheckResult, failed, OK } from "./result.ts";

/** Version 3.0 of the protocol. */
const PROTOCOL_VERSION = 196_608;
/** A type of one byte, and a length of four that counts itself. */
const HEAD = 5;
/** The most bytes of the first message. */
const MAX_MESSAGE = 16 * 1024;
const MAX_QUOTED = 200;
/** The code of "cannot connect now": it starts, stops or recovers. */
const CANNOT_CONNECT_NOW = "57P03";
/** The message Terminate, the end of a session. */
const TERMINATE = new Uint8Array([0x58, 0, 0, 0, 4]);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Asks PostgreSQL for a session as pg_isready does: it is up if it begins to authenticate, or
 * refuses the session for any reason but that it accepts none at present.
 *
 * @throws What the runtime throws when the connection fails.
 */
export async function checkPostgres(
  address: Address,
  check: PostgresCheck,
  attempt: Attempt,
): Promise<CheckResult> {
  const socket = await attempt.connect(address);
  attempt.awaited = "an answer to the startup message";
  await writeAll(socket, startupMessage(check));
  let arrived = new Uint8Array(0);
  const piece = new Uint8Array(1024);
  for (;;) {
    const count = await socket.read(piece);
    if (count === null) return failed("the connection was closed without an answer");
    arrived = concat(arrived, piece.subarray(0, count));
    const result = judge(arrived);
    if (result === null) continue;
    // Or the server would log that it has lost the client.
    if (result.kind === "ok") await writeAll(socket, TERMINATE).catch(() => {});
    return result;
  }
}

function startupMessage({ user, database }: PostgresCheck): Uint8Array {
  // Names and values, each with a zero after it, and a zero after all.
  const fields = ["user", user, "database", database, "application_name", "sluice", "", ""];
  const body = encoder.encode(fields.join("\0"));
  const message = new Uint8Array(8 + body.length);
  const view = new DataView(message.buffer);
  view.setInt32(0, message.length);
  view.setInt32(4, PROTOCOL_VERSION);
  message.set(body, 8);
  return message;
}

/** The result, or null if more of the first message has to arrive. */
function judge(arrived: Uint8Array<ArrayBuffer>): CheckResult | null {
  if (arrived.length < HEAD) return null;
  const type = String.fromCharCode(arrived[0] ?? 0);
  const length = new DataView(arrived.buffer).getInt32(1);
  if ((type !== "R" && type !== "E") || length < 4 || length > MAX_MESSAGE) {
    return failed("the answer is not one of PostgreSQL");
  }
  if (type === "R") return OK;
  if (arrived.length < 1 + length) return null;
  const { code, message } = errorOf(arrived.subarray(HEAD, 1 + length));
  if (code !== CANNOT_CONNECT_NOW) return OK;
  return failed(`it accepts no clients: ${printable(message, MAX_QUOTED)}`);
}

/** The fields of an error: a letter and a text that ends in a zero, each. */
function errorOf(bytes: Uint8Array): { code: string; message: string } {
  const fields = decoder.decode(bytes).split("\0");
  const field = (letter: string) => fields.find((one) => one.startsWith(letter))?.slice(1) ?? "";
  return { code: field("C"), message: field("M") };
}

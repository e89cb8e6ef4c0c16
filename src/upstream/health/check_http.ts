import { type Address, formatAddress } from "../../base/address.ts";
import { writeAll } from "../../base/write_text.ts";
import type { Attempt } from "./attempt.ts";
import { HttpAnswer } from "./http_answer.ts";
import type { CheckResult } from "./result.ts";
import type { HttpCheck } from "./settings.ts";

/** Bytes of a read: most answers to a check are smaller. */
const PIECE = 2048;
/** The zone of an IPv6 address, which means nothing to others (RFC 6874, 1). */
const ZONE = /%[^\]]*/;

const encoder = new TextEncoder();

/**
 * Asks a backend by HTTP/1.1, and reads no more of the answer than it takes to judge it.
 *
 * @throws What the runtime throws when the connection fails.
 */
export async function checkHttp(
  address: Address,
  check: HttpCheck,
  attempt: Attempt,
): Promise<CheckResult> {
  const plain = await attempt.connect(address);
  const socket = check.serverName === undefined ? plain : await attempt.secure(check.serverName);
  attempt.awaited = "a response";
  await writeAll(socket, encoder.encode(requestText(address, check)));
  const answer = new HttpAnswer(check);
  const piece = new Uint8Array(PIECE);
  for (;;) {
    const count = await socket.read(piece);
    if (count === null) return answer.end();
    attempt.awaited = "the rest of the response";
    const result = answer.take(piece.subarray(0, count));
    if (result !== null) return result;
  }
}

function requestText(address: Address, { path, host }: HttpCheck): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host ?? hostOf(address)}`,
    "User-Agent: sluice-health-check",
    "Accept: */*",
    "Connection: close",
    "\r\n",
  ].join("\r\n");
}

/** A Unix socket has no host. */
function hostOf(address: Address): string {
  return address.transport === "unix" ? "localhost" : formatAddress(address).replace(ZONE, "");
}

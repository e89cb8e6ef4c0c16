/** One question to one name server: by UDP, and by TCP if the reply does not fit. */
import { type Address, familyOf, formatAddress } from "../../base/address.ts";
import { systemReason } from "../../base/system_errors.ts";
import { laterAfterInput } from "../../base/timers.ts";
import { writeAll } from "../../base/write_text.ts";
import { decodeReply, encodeQuestion, type Question, type Reply } from "./dns_message.ts";
import { ResolveError } from "./resolve_error.ts";

/** The address of a name server: an IP address and a port. */
export type NameServer = Extract<Address, { transport: "tcp" }>;

/** More than any reply by UDP that fits into what we say we accept, in bytes. */
const UDP_BUFFER = 4096;
/** The length of a message by TCP comes before it, in two bytes (RFC 1035, section 4.2.2). */
const LENGTH_BYTES = 2;

/**
 * Asks a name server.
 *
 * @param timeout For all of it, in milliseconds.
 * @throws {ResolveError} If there is no reply in time, or the server cannot be reached.
 * @throws The reason of `signal`, if it aborts first.
 */
export async function ask(
  server: NameServer,
  question: Question,
  timeout: number,
  signal: AbortSignal,
): Promise<Reply> {
  signal.throwIfAborted();
  const late = new AbortController();
  const stop = laterAfterInput(timeout, () => late.abort());
  const ended = AbortSignal.any([signal, late.signal]);
  try {
    const reply = await askByUdp(server, question, ended);
    return reply.isTruncated ? await askByTcp(server, question, ended) : reply;
  } catch (error) {
    signal.throwIfAborted();
    const name = formatAddress(server);
    throw new ResolveError(
      late.signal.aborted
        ? `no answer from ${name} within ${timeout} ms`
        : `cannot ask ${name}: ${systemReason(error)}`,
    );
  } finally {
    stop();
  }
}

async function askByUdp(server: NameServer, question: Question, signal: AbortSignal) {
  const { hostname, port } = server;
  const own = familyOf(hostname) === 6 ? "::" : "0.0.0.0";
  // A new port for each question: with the id, forgers must guess both (RFC 5452, section 9.2).
  const socket = Deno.listenDatagram({ transport: "udp", hostname: own, port: 0 });
  return await closing(socket, signal, async () => {
    const id = randomId();
    await socket.send(encodeQuestion(id, question), { transport: "udp", hostname, port });
    const buffer = new Uint8Array(UDP_BUFFER);
    for (;;) {
      const [bytes, from] = await socket.receive(buffer);
      if (!isFrom(server, from)) continue;
      const reply = decodeReply(bytes as Uint8Array<ArrayBuffer>, id, question);
      if (reply !== null) return reply;
    }
  });
}

async function askByTcp({ hostname, port }: NameServer, question: Question, signal: AbortSignal) {
  const socket = await Deno.connect({ hostname, port, signal });
  return await closing(socket, signal, async () => {
    const id = randomId();
    const message = encodeQuestion(id, question);
    const bytes = new Uint8Array(LENGTH_BYTES + message.length);
    new DataView(bytes.buffer).setUint16(0, message.length);
    bytes.set(message, LENGTH_BYTES);
    await writeAll(socket, bytes);
    const length = new DataView((await readExactly(socket, LENGTH_BYTES)).buffer).getUint16(0);
    const reply = decodeReply(await readExactly(socket, length), id, question);
    if (reply === null) throw new Error("its reply by TCP is to another question");
    return reply;
  });
}

/** Closes a socket after an exchange, or ends that by closing the socket when the signal aborts. */
async function closing<T>(
  socket: { close(): void },
  signal: AbortSignal,
  exchange: () => Promise<T>,
): Promise<T> {
  let isOpen = true;
  const close = () => {
    if (isOpen) socket.close();
    isOpen = false;
  };
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    return await exchange();
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

function isFrom(server: NameServer, from: Deno.Addr): boolean {
  return from.transport === "udp" && from.port === server.port &&
    sameHost(from.hostname, server.hostname);
}

/** Whether two IP addresses are the same: IPv6 can be written in several ways. */
function sameHost(a: string, b: string): boolean {
  return a === b || (familyOf(a) === 6 && familyOf(b) === 6 && shortest(a) === shortest(b));
}

function shortest(hostname: string): string | undefined {
  return URL.parse(`http://[${hostname.replace(/%.*/, "")}]/`)?.hostname;
}

function randomId(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;
}

async function readExactly(socket: Deno.Conn, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let got = 0; got < length;) {
    const count = await socket.read(bytes.subarray(got));
    if (count === null) throw new Error("it closed the connection");
    got += count;
  }
  return bytes;
}

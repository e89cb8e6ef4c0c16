import { EXIT, ExitError } from "../base/exit.ts";
import { quote } from "../settings/found.ts";
import type { LoadSettings } from "../settings/load_options.ts";
import type { LoadPlan, Message } from "./load.ts";
import { readRequestFiles } from "./request_files.ts";
import { echoMessage, httpMessage } from "./request_text.ts";

const EXPECTED = "expected http://HOST:PORT/PATH or tcp://HOST:PORT";

/**
 * The load that a URL and options ask for: to `http://` a GET, to `tcp://` a
 * message that is to come back, or to either the requests of files.
 *
 * @throws {ExitError} 64 when the URL is wrong, or a file does not fit it; 69 when
 * nobody listens there; as `readRequestFiles`.
 */
export async function planTarget(url: string, settings: LoadSettings): Promise<LoadPlan> {
  const target = parse(url);
  const isHttp = target.protocol === "http:";
  const { messages, framing } = await planMessages(target, url, settings);
  const port = Number(target.port === "" ? 80 : target.port);
  return {
    hostname: await resolve(url, target.hostname.replace(/^\[|\]$/g, ""), port),
    port,
    framing: isHttp ? { type: "http" } : framing,
    messages,
    connections: settings.connections,
    slow: 0,
    rate: settings.rate,
    closing: false,
    warmup: settings.warmup,
    duration: settings.duration,
    seed: settings.seed,
  };
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw wrong(text, "it is no URL");
  if (url.protocol === "https:") throw wrong(text, "there is no TLS here");
  if (url.protocol !== "http:" && url.protocol !== "tcp:") {
    throw wrong(text, `found the scheme ${quote(url.protocol)}`);
  }
  if (url.hostname === "") throw wrong(text, "it names no host");
  if (url.protocol === "tcp:" && url.port === "") throw wrong(text, "it names no port");
  return url;
}

async function planMessages(
  target: URL,
  url: string,
  { request, delimiter, messageSize, seed }: LoadSettings,
): Promise<{ messages: readonly Message[]; framing: LoadPlan["framing"] }> {
  const isHttp = target.protocol === "http:";
  if (request.length === 0) {
    const message: Message = isHttp
      ? httpMessage(`GET ${target.pathname}${target.search}`, target.host, 1)
      : echoMessage(messageSize, seed);
    return { messages: [message], framing: { type: "echo" } };
  }
  const messages = await readRequestFiles(request, target.host);
  if ((messages[0]?.isHttp ?? isHttp) !== isHttp) {
    const found = isHttp ? "no request of HTTP" : "a request of HTTP";
    throw new ExitError(
      `Cannot send the request ${quote(request[0])} to ${quote(url)}: found ${found}`,
      EXIT.usage,
    );
  }
  return { messages, framing: { type: "delimiter", delimiter } };
}

/** The IP address of a host, of those that it may have the one that answers. */
async function resolve(url: string, hostname: string, port: number): Promise<string> {
  try {
    using conn = await Deno.connect({ hostname, port });
    return conn.remoteAddr.hostname;
  } catch (error) {
    const reason = error instanceof Deno.errors.ConnectionRefused
      ? "the connection was refused"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new ExitError(`Cannot load ${quote(url)}: ${reason}`, EXIT.unavailable);
  }
}

function wrong(url: string, found: string): ExitError {
  return new ExitError(`Cannot use the URL ${quote(url)}: ${found}, ${EXPECTED}`, EXIT.usage);
}

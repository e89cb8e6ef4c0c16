import { EXIT, ExitError } from "../base/exit.ts";
import { systemReason } from "../base/system_errors.ts";
import { connect } from "../core/connect.ts";
import { quote } from "../settings/found.ts";
import type { LoadSettings } from "../settings/load_options.ts";
import type { LoadPlan, Message } from "./load.ts";
import { readRequestFiles } from "./request_files.ts";
import { echoMessage, httpMessage } from "./request_text.ts";

const EXPECTED = "expected http://HOST:PORT/PATH or tcp://HOST:PORT";

/**
 * Plans the load for a URL: a GET to `http://`, a message to echo to `tcp://`, or requests from
 * files to either.
 *
 * @throws {ExitError} 64 if the URL is wrong, or a file does not fit it; 69 if it cannot be reached;
 * as `readRequestFiles`.
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
  if (url === null) throw refuse(text, "it is not a URL");
  if (url.protocol === "https:") throw refuse(text, "TLS is not supported");
  if (url.protocol !== "http:" && url.protocol !== "tcp:") {
    throw refuse(text, `found the scheme ${quote(url.protocol)}`);
  }
  if (url.hostname === "") throw refuse(text, "it names no host");
  if (url.protocol === "tcp:" && url.port === "") throw refuse(text, "it names no port");
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
    const found = isHttp ? "a request that is not HTTP" : "an HTTP request";
    throw new ExitError(
      `Cannot send the request ${quote(request[0])} to ${quote(url)}: found ${found}`,
      EXIT.usage,
    );
  }
  return { messages, framing: { type: "delimiter", delimiter } };
}

/** The IP address that accepts a connection, of those that the host has. */
async function resolve(url: string, hostname: string, port: number): Promise<string> {
  try {
    using conn = await connect({ transport: "tcp", hostname, port });
    return (conn.remoteAddr as Deno.NetAddr).hostname;
  } catch (error) {
    throw new ExitError(`Cannot load ${quote(url)}: ${systemReason(error)}`, EXIT.unavailable);
  }
}

function refuse(url: string, found: string): ExitError {
  return new ExitError(`Cannot use the URL ${quote(url)}: ${found}, ${EXPECTED}`, EXIT.usage);
}

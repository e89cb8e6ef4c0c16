import type { Exchange } from "../../http/exchange.ts";
import { literal } from "../../log/logger.ts";
import { PREFIX_WIDTH } from "../../log/terminal_format.ts";
import { STANDARD_OUTPUT } from "../../settings/paths.ts";
import type { OptionValues, ServiceContext, ServiceHost } from "../service.ts";

/** The options of the access log. */
export type AccessLogOptions = OptionValues<"accessLog" | "accessLogFormat">;

type Recorder = (exchange: Exchange) => void;

/** Records requests in the access log, and on a terminal; null if nobody wants to know. */
export async function exchangeRecorder(
  options: AccessLogOptions,
  context: ServiceContext,
  host: ServiceHost,
): Promise<Recorder | null> {
  const recorders = [
    await accessRecorder(options, host),
    await terminalRecorder(options, context, host),
  ]
    .filter((one) => one !== null);
  const [first = null, second] = recorders;
  if (first === null || second === undefined) return first;
  return (exchange) => {
    first(exchange);
    second(exchange);
  };
}

async function accessRecorder(
  { accessLog, accessLogFormat }: AccessLogOptions,
  host: ServiceHost,
): Promise<Recorder | null> {
  if (accessLog === null) return null;
  const { accessLine } = await import("../../http/access_log/access_log.ts");
  const lineOf = accessLine(accessLogFormat);
  return (exchange) => host.recordAccess(lineOf(exchange));
}

/** Shows requests on a terminal, unless the access log does. */
async function terminalRecorder(
  { accessLog }: AccessLogOptions,
  { log }: ServiceContext,
  { columns }: ServiceHost,
): Promise<Recorder | null> {
  if (columns === null || accessLog === STANDARD_OUTPUT) return null;
  const { shortLine } = await import("../../http/access_log/short_line.ts");
  const lineOf = shortLine(columns - PREFIX_WIDTH);
  return (exchange) => log.info(literal(lineOf(exchange)));
}

import type { Connection } from "../../core/connection.ts";
import type { RequestHead } from "../codec/request_head.ts";
import { type Field, type HttpResponse, isSource } from "../message.ts";
import type { BodyReader } from "./body_reader.ts";
import type { ConversationContext } from "./conversation_context.ts";

/** Whether the connection closes after a response, which then says so (RFC 9112, 9.6). */
export function isLastResponse(
  head: RequestHead,
  { headers, body }: HttpResponse,
  connection: Connection,
  requestBody: BodyReader,
  { options, retirement }: ConversationContext,
): boolean {
  if (!head.keepAlive || options.keepAlive === 0) return true;
  // When the server is full, waiting clients take precedence over idle ones.
  if (retirement.isTurnOf(connection) || connection.isCrowded) return true;
  // What is not a list of fields is refused when it is written.
  if (headers !== undefined && headers !== null && hasClose(headers)) return true;
  // Without a length, HTTP/1.0 can mark the end of a body only by closing.
  if (isSource(body) && head.minor === 0 && (body.length ?? null) === null) return true;
  // Not decided yet for a source, which may still read the request's body.
  if (isSource(body)) return requestBody.isHeldBack;
  return !requestBody.canSkip();
}

function hasClose(fields: readonly Field[]): boolean {
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i];
    const name = field?.[0];
    if (name?.length !== 10 || name.toLowerCase() !== "connection") continue;
    if (/\bclose\b/i.test(field?.[1] ?? "")) return true;
  }
  return false;
}

import type { Connection } from "../../core/connection.ts";
import type { ConversationContext } from "./conversation_context.ts";
import { type Field, type HttpResponse, isSource } from "../message.ts";
import type { RequestHead } from "../codec/request_head.ts";
import type { RequestReader } from "./request_reader.ts";

/** Whether the connection ends with an answer, which the client is told then (RFC 9112, 9.6). */
export function isLastAnswer(
  head: RequestHead,
  { headers, body }: HttpResponse,
  connection: Connection,
  reader: RequestReader,
  { options, isLeaving }: ConversationContext,
): boolean {
  // Those who wait for room come before those who might ask again.
  if (!head.keepAlive || options.keepAlive === 0) return true;
  if (isLeaving || connection.isCrowded) return true;
  if (headers !== undefined && saysClose(headers)) return true;
  // HTTP/1.0 knows no other end of a body without a length. A body that is made
  // piece by piece may be made of the request's own, of which the rest is to come.
  return isSource(body) ? head.minor === 0 && body.length === null : !reader.canSkipBody();
}

function saysClose(fields: readonly Field[]): boolean {
  for (let i = 0; i < fields.length; i++) {
    const [name, value] = fields[i] as Field;
    if (name.length !== 10 || name.toLowerCase() !== "connection") continue;
    if (/\bclose\b/i.test(value)) return true;
  }
  return false;
}

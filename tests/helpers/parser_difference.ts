import { HttpError } from "../../src/http/error.ts";
import { decode, type Decoded, type DecodedRequest } from "./decoding.ts";
import type { NodeParsed, NodeRequest } from "./node_parser.ts";

/**
 * Compares a decoder with Node's parser.
 *
 * @returns null if they agree. Otherwise the kind of the first difference: `refused:
 * <reason>` if only the decoder refuses, `Node refuses: <reason>` if only Node does,
 * or the part that they decode differently. Requests after one that closes the
 * connection are not compared.
 */
export function differenceOf(
  stream: Uint8Array,
  { requests, ending }: Decoded,
  { requests: theirs, failure }: NodeParsed,
): string | null {
  const refused = ending instanceof HttpError ? `refused: ${generalized(ending)}` : null;
  const nodeRefuses = failure === null ? null : `Node refuses: ${failure}`;
  for (let at = 0;; at++) {
    const [mine, their] = [requests[at], theirs[at]];
    const progress = progressOf(mine) - progressOf(their);
    if (progress < 0) return refused ?? "Node is further";
    if (progress > 0) return nodeRefuses ?? "Node is behind";
    const isWaited = refused === null && nodeRefuses === null;
    const part = mine && their && differingPart(mine, their, isWaited);
    if (part) return part;
    if (mine?.isOver && their?.isOver) {
      if (mine.keepAlive) continue;
      return null;
    }
    if (refused !== null) return nodeRefuses === null ? refused : null;
    // Node reports some errors before the line is complete.
    return nodeRefuses === null || isRefusedLater(stream) ? null : nodeRefuses;
  }
}

/** Replaces numbers, which differ from stream to stream. */
function generalized({ status, reason }: HttpError): string {
  return `${status} ${reason.replaceAll(/\d+(\.\d)?/g, "N")}`;
}

function progressOf(request: DecodedRequest | NodeRequest | undefined): number {
  return request === undefined ? 0 : request.isOver ? 2 : 1;
}

function differingPart(
  mine: DecodedRequest,
  their: NodeRequest,
  isWaited: boolean,
): string | null {
  if (mine.method !== their.method) return "another method";
  if (mine.target !== their.target) return "another target";
  if (mine.minor !== their.minor) return "another version";
  if (!hasFields(mine, their)) return "other fields";
  if (mine.keepAlive !== their.keepAlive) return `another keep-alive of HTTP/1.${mine.minor}`;
  if ((mine.isOver || isWaited) && mine.body !== their.body) return "another body";
  return null;
}

function hasFields({ fields }: DecodedRequest, { fields: theirs }: NodeRequest): boolean {
  return fields.length * 2 === theirs.length &&
    fields.every(([name, value], at) =>
      name === theirs[at * 2]?.toLowerCase() && value === theirs[at * 2 + 1]
    );
}

/** Whether a stream that was not refused is refused once its last line is complete. */
function isRefusedLater(stream: Uint8Array): boolean {
  const ended = new Uint8Array(stream.length + 6);
  ended.set(stream);
  for (let at = 0; at < 6; at += 2) ended.set([13, 10], stream.length + at);
  return decode(ended).ending instanceof HttpError;
}

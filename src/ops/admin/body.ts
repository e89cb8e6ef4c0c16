/** The bodies of requests to the admin port. */
import * as v from "valibot";
import { HttpError } from "../../http/error.ts";
import type { HttpRequest } from "../../http/message.ts";

/** The most bytes of a body. */
const MOST_BYTES = 16 * 1024;

/**
 * Reads a body of JSON; none counts as `{}`. Of another type it is refused: pages of other sites
 * can send such without asking this server.
 *
 * @throws {HttpError} 400 if it is not as the schema says, 413 if it is too large, 415 if it is of
 * another type.
 */
export async function readJson<T>(
  request: HttpRequest,
  schema: v.BaseSchema<unknown, T, v.BaseIssue<unknown>>,
): Promise<T> {
  const type = request.header("content-type");
  const isEmpty = request.body.length === 0;
  if (!(isEmpty && type === null)) demandType(type, "application/json");
  request.body.limit(MOST_BYTES);
  const value = isEmpty ? {} : await request.body.json();
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue);
  throw new HttpError(400, `${place === null ? "the body" : `"${place}"`}: ${said(issue)}`);
}

/**
 * Reads a form as browsers send it.
 *
 * @throws {HttpError} As {@linkcode readJson}.
 */
export async function readForm(request: HttpRequest): Promise<URLSearchParams> {
  demandType(request.header("content-type"), "application/x-www-form-urlencoded");
  request.body.limit(MOST_BYTES);
  return new URLSearchParams(await request.body.text());
}

function demandType(found: string | null, expected: string): void {
  if (found?.split(";")[0]?.trim().toLowerCase() === expected) return;
  throw new HttpError(415, `found ${found ?? "no Content-Type"}, expected ${expected}`);
}

function said(issue: v.BaseIssue<unknown>): string {
  return issue.expected === null
    ? issue.message
    : `found ${issue.received}, expected ${issue.expected}`;
}

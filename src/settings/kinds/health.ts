/** Kinds whose values say how backends are checked. */
import * as v from "valibot";
import {
  type CheckKind,
  formatStatusRanges,
  parseCheckKind,
  parseStatusRanges,
  type StatusRange,
} from "../../base/health_check.ts";
import { type Kind, PLAIN } from "./kind.ts";

/** What a health check does: `none`, `tcp`, or `http:` and a path. */
export function healthCheck(): Kind<CheckKind> {
  const expected = "none, tcp or http: and a path, such as http:/health";
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.transform(parseCheckKind),
    v.custom<CheckKind>((value) => value !== null, expected),
  );
  const format = (check: CheckKind) => check.kind === "http" ? `http:${check.path}` : check.kind;
  const json = { type: ["string"], pattern: '^(?:none|tcp|http:/(?!/)[!"$-~]*)$' } as const;
  return { ...PLAIN, type: "check", schema, json, format };
}

/** Statuses of HTTP: some, ranges of them, or both, separated by commas. */
export function statuses(): Kind<readonly StatusRange[]> {
  const expected = "statuses from 100 to 599 such as 200-299 or 200,204";
  const schema = v.pipe(
    v.unknown(),
    v.union([v.number(), v.string()], expected),
    v.transform((value) => parseStatusRanges(String(value))),
    v.custom<readonly StatusRange[]>((value) => value !== null, expected),
  );
  const range = "\\s*[1-5]\\d\\d(?:-[1-5]\\d\\d)?\\s*";
  const json = {
    type: ["integer", "string"],
    minimum: 100,
    maximum: 599,
    pattern: `^${range}(?:,${range})*$`,
  } as const;
  return { ...PLAIN, type: "statuses", schema, json, format: formatStatusRanges };
}

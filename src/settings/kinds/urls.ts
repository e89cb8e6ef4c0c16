/** Kinds whose values are URLs, parts of which are secret. */
import * as v from "valibot";
import { maskPath } from "../../base/masked_url.ts";
import {
  type Dependency,
  DEPENDENCY_BEGIN,
  formatDependency,
  maskDependency,
  parseDependency,
} from "../dependency.ts";
import { type Kind, PLAIN } from "./kind.ts";

/** Between two URLs in one text: a comma before what is a URL itself. */
const NEXT_URL = /,(?=\s*https?:\/\/)/;
const URL_PATTERN = "^\\s*https?://.+";

/** URLs of HTTP, each at most once; text may hold several, separated by commas. */
export function urls(): Kind<readonly string[]> {
  const expected = "a URL such as https://alerts.internal/hook";
  const url = v.pipe(
    v.string(expected),
    v.trim(),
    v.check(isHttpUrl, expected),
  );
  const schema = v.pipe(
    v.unknown(),
    v.union([v.array(v.unknown()), v.pipe(v.string(), v.transform(splitUrls))], expected),
    v.array(url),
    v.transform((values) => [...new Set(values)]),
    v.readonly(),
  );
  return {
    ...PLAIN,
    type: "url",
    repeatable: true,
    schema,
    json: {
      type: ["array", "string"],
      items: { type: ["string"], pattern: URL_PATTERN },
      pattern: URL_PATTERN,
    },
    format: (value) => [...value],
    mask: (value) => value.map(maskPath),
  };
}

function splitUrls(text: string): string[] {
  return text.split(NEXT_URL);
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && !/[\s\p{Cc}]/u.test(text);
}

/** Between two dependencies in one text: a comma before the name and the scheme of one. */
const NEXT_DEPENDENCY = new RegExp(`,(?=\\s*${DEPENDENCY_BEGIN})`);

/** What the service needs, each name once; text may hold several, separated by commas. */
export function dependencies(): Kind<readonly Dependency[]> {
  const expected = "text or a list of texts such as cache=redis://10.0.0.6";
  const dependency = v.pipe(
    v.string(expected),
    v.rawTransform<string, Dependency>(({ dataset, addIssue, NEVER }) => {
      const parsed = parseDependency(dataset.value);
      if (typeof parsed !== "string") return parsed;
      addIssue({ message: parsed });
      return NEVER;
    }),
  );
  const list = v.pipe(v.string(), v.transform((text) => text.split(NEXT_DEPENDENCY)));
  const schema = v.pipe(
    v.unknown(),
    v.union([v.array(v.unknown()), list], expected),
    v.array(dependency),
    v.readonly(),
    v.check(
      (values) => new Set(values.map(({ name }) => name)).size === values.length,
      "each name once",
    ),
  );
  const pattern = `^\\s*${DEPENDENCY_BEGIN}.+`;
  return {
    ...PLAIN,
    type: "dependency",
    repeatable: true,
    schema,
    json: { type: ["array", "string"], items: { type: ["string"], pattern }, pattern },
    format: (value) => value.map(formatDependency),
    mask: (value) => value.map(maskDependency),
  };
}

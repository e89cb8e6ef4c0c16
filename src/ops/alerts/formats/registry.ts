import { alertmanager } from "./alertmanager.ts";
import type { Format } from "./format.ts";
import { json } from "./json.ts";
import { slack } from "./slack.ts";

/** Every format; the last one is for everything else. */
const FORMATS: readonly Format[] = [slack, alertmanager, json];

/** The format with a name, or with `auto` the one that matches a URL. */
export function formatFor(name: "auto" | Format["name"], url: string): Format {
  const parsed = new URL(url);
  const found = FORMATS.find((one) => name === "auto" ? one.matches(parsed) : one.name === name);
  return found ?? json;
}

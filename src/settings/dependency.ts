/** What a service needs behind it, as people write it: `db=postgres://app@10.0.0.5/app,required`. */
import { parseHostname } from "../base/address.ts";
import { maskPassword } from "../base/masked_url.ts";
import { formatDuration, parseDuration } from "./units.ts";

/** A `--dependency`. Times are in milliseconds. */
export interface Dependency {
  readonly name: string;
  /** With its password. */
  readonly url: string;
  /** Whether the server is not ready without it. */
  readonly required: boolean;
  /** Between two probes. */
  readonly interval: number;
  /** How long a probe may take. */
  readonly timeout: number;
}

/** The schemes that can be probed, and the port of each; 0 if it has to be given. */
export const DEPENDENCY_PORTS: Readonly<Record<string, number>> = {
  "tcp:": 0,
  "http:": 80,
  "https:": 443,
  "redis:": 6379,
  "postgres:": 5432,
  "postgresql:": 5432,
};

const INTERVAL = 2000;
const TIMEOUT = 2000;
/** The shortest interval and timeout. */
const SHORTEST = 10;
const LONGEST = 86_400_000;

/** The beginning of a dependency, as a pattern: its name and the scheme of its URL. */
export const DEPENDENCY_BEGIN = "[A-Za-z0-9][\\w.-]{0,63}=[a-z]+://";

const NOTATION = /^([A-Za-z0-9][\w.-]{0,63})=([a-z]+:\/\/.*)$/;
/** The last of the settings after the URL, which may hold commas itself. */
const LAST_SETTING = /,\s*(required|interval=[^,]*|timeout=[^,]*)\s*$/;

const EXPECTED = "a name and a URL such as db=postgres://app@10.0.0.5:5432/app,required, " +
  "cache=redis://10.0.0.6, api=https://api.internal/health or queue=tcp://10.0.0.7:5672";

/**
 * Reads a dependency: its name and URL, and after it in any order `required`, `interval=5s` and
 * `timeout=2s`, each after a comma.
 *
 * @returns The dependency; or what was expected, to complete the words "expected ...".
 */
export function parseDependency(text: string): Dependency | string {
  const [isDependency, name = "", rest = ""] = NOTATION.exec(text.trim()) ?? [];
  if (isDependency === undefined) return EXPECTED;
  const { url, settings } = splitSettings(rest);
  const problem = urlProblem(url);
  if (problem !== null) return problem;
  let dependency: Dependency = {
    name,
    url,
    required: false,
    interval: INTERVAL,
    timeout: TIMEOUT,
  };
  for (const setting of settings) {
    if (setting === "required") {
      dependency = { ...dependency, required: true };
      continue;
    }
    const [key = "", value = ""] = setting.split("=");
    const duration = parseDuration(value);
    if (duration === null || duration < SHORTEST || duration > LONGEST) {
      return `${key} to be a duration from ${formatDuration(SHORTEST)} to 1d`;
    }
    dependency = { ...dependency, [key]: duration };
  }
  return dependency;
}

/** Formats a dependency for {@linkcode parseDependency}. */
export function formatDependency(dependency: Dependency): string {
  const { name, url, required, interval, timeout } = dependency;
  return [
    `${name}=${url}`,
    ...required ? ["required"] : [],
    ...interval === INTERVAL ? [] : [`interval=${formatDuration(interval)}`],
    ...timeout === TIMEOUT ? [] : [`timeout=${formatDuration(timeout)}`],
  ].join(",");
}

/** The same with the password masked. */
export function maskDependency(dependency: Dependency): string {
  return formatDependency({ ...dependency, url: maskPassword(dependency.url) });
}

function splitSettings(text: string): { url: string; settings: readonly string[] } {
  const settings: string[] = [];
  let url = text;
  for (let match = LAST_SETTING.exec(url); match !== null; match = LAST_SETTING.exec(url)) {
    settings.unshift(match[1] ?? "");
    url = url.slice(0, match.index);
  }
  return { url, settings };
}

/** @returns What was expected instead; null if it is a URL that can be probed. */
function urlProblem(text: string): string | null {
  if (!URL.canParse(text) || /[\s\p{Cc}]/u.test(text)) return EXPECTED;
  const { protocol, hostname, port, username, password, pathname } = new URL(text);
  const usual = DEPENDENCY_PORTS[protocol];
  if (usual === undefined || parseHostname(hostname) === null) return EXPECTED;
  if (port === "" && usual === 0) return "a port after the host, such as tcp://10.0.0.7:5672";
  if (port === "0") return "a port above 0";
  const isHttp = protocol.startsWith("http");
  if ((isHttp || protocol === "tcp:") && `${username}${password}` !== "") {
    return "no user and no password in a URL of tcp or http, which are not sent";
  }
  if (protocol === "tcp:" && pathname.length > 1) return "nothing after the port of tcp://";
  if (protocol === "redis:" && !/^(?:\/\d{0,4})?$/.test(pathname)) {
    return "the number of a database after the host of redis://, such as redis://10.0.0.6/1";
  }
  return decodes(username) && decodes(password) && decodes(pathname)
    ? null
    : "percent-encoded bytes of UTF-8 in the URL";
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

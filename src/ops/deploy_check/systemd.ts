/** Reads the unit of a systemd service. */
import { type Candidate, startOf } from "./candidate.ts";
import type { DeployedServer, Limit, Writable } from "./deployment.ts";
import { argumentsIn, isShell } from "./program.ts";
import { parseBinaryBytes, parseSeconds } from "./quantities.ts";
import { Unit } from "./unit.ts";
import { splitWords } from "./words.ts";

/** systemd's own DefaultTimeoutStopSec, in seconds; see systemd-system.conf(5). */
const TIMEOUT_STOP = 90;
/** The folders that these settings make, by systemd.exec(5). */
const FOLDERS = {
  RuntimeDirectory: "/run",
  StateDirectory: "/var/lib",
  CacheDirectory: "/var/cache",
  LogsDirectory: "/var/log",
};

/** The process of a unit file. */
export function processOf(file: string, text: string): Candidate {
  const unit = new Unit(file, text);
  const start = unit.get("ExecStart");
  const words = splitWords((start?.value ?? "").replace(/^[-@:+!|]+/, ""));
  const isScript = isShell(words);
  const args = argumentsIn(words);
  const what = `unit "${file.split("/").at(-1)}"`;
  const spot = start?.spot ?? unit.spot;
  return {
    what,
    spot,
    isSluice: args !== null,
    start: startOf(args?.map(withFolders) ?? null, environmentOf(unit), {
      cwd: unit.get("WorkingDirectory")?.value ?? "/",
      file: readHere,
    }),
    server: {
      what,
      spot,
      stopLimit: stopLimitOf(unit),
      memory: limitOf(unit, "MemoryMax", parseBinaryBytes),
      processors: limitOf(unit, "CPUQuota", (text) => {
        const share = Number(/^(\d+)%$/.exec(text)?.[1] ?? NaN);
        return Number.isNaN(share) ? null : share / 100;
      }),
      writable: writableOf(unit),
      start: { isShell: isScript, spot },
      stopSignal: stopSignalOf(unit),
      hasLimits: false,
      pod: null,
      unit,
    },
  };
}

/** A file of this machine, on which units are usually checked. */
function readHere(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch { // It is on another machine, or not there yet.
    return null;
  }
}

/** The specifiers of systemd.unit(5) that name folders. */
function withFolders(word: string): string {
  return word.replaceAll("%S", "/var/lib").replaceAll("%L", "/var/log").replaceAll("%t", "/run")
    .replaceAll("%C", "/var/cache").replaceAll("%%", "%");
}

function environmentOf(unit: Unit): Readonly<Record<string, string>> {
  const files = unit.all("EnvironmentFile").map(({ value }) => readHere(value.replace(/^-/, "")));
  const lines = files.flatMap((text) => text?.split("\n") ?? []).map((line) => line.trim())
    .filter((line) => /^[^#;]/.test(line)).flatMap(splitWords);
  const words = unit.all("Environment").flatMap(({ value }) => splitWords(value));
  const pairs = [...words, ...lines].map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), withFolders(pair.slice(at + 1))] as const;
  });
  return Object.fromEntries(pairs);
}

function stopLimitOf(unit: Unit): Limit {
  const given = unit.get("TimeoutStopSec") ?? unit.get("TimeoutSec");
  const value = given === null ? null : parseSeconds(given.value);
  return {
    name: "TimeoutStopSec",
    value: value === null ? TIMEOUT_STOP : value === 0 ? Infinity : value,
    isDefault: value === null,
    spot: given?.spot ?? unit.spot,
  };
}

function limitOf(
  unit: Unit,
  name: string,
  parse: (text: string) => number | null,
): Limit | null {
  const given = unit.get(name);
  const value = given === null ? null : parse(given.value);
  return given === null || value === null
    ? null
    : { name, value, isDefault: false, spot: given.spot };
}

function stopSignalOf(unit: Unit): DeployedServer["stopSignal"] {
  const given = unit.get("KillSignal");
  return given === null ? null : { name: given.value, spot: given.spot };
}

function writableOf(unit: Unit): Writable | null {
  const isStrict = unit.get("ProtectSystem")?.value === "strict" || unit.isOn("DynamicUser");
  if (!isStrict) return null;
  const own = Object.entries(FOLDERS).flatMap(([name, base]) =>
    unit.all(name).flatMap(({ value }) => splitWords(value)).map((folder) => `${base}/${folder}`)
  );
  const others = unit.all("ReadWritePaths").flatMap(({ value }) => splitWords(value))
    .map((path) => path.replace(/^[-+]+/, ""));
  const temporary = unit.isOn("PrivateTmp") || unit.isOn("DynamicUser") ? ["/tmp", "/var/tmp"] : [];
  const reason = unit.isOn("DynamicUser") ? "DynamicUser" : "ProtectSystem=strict";
  return { reason, folders: [...own, ...others, ...temporary, "/dev"] };
}

/** A file with a list of members, as JSON. */
import { EXIT, ExitError } from "../../base/exit.ts";
import { isPlainObject, kindOf } from "../../base/kind_of.ts";
import { readTextFile } from "../../base/read_text_file.ts";
import { parseJsonValue, SyntaxProblem } from "../../settings/config_syntax.ts";
import { quote } from "../../settings/found.ts";
import { keyOf, type Member, parseTarget, type Target, TARGETS, type Use } from "./member.ts";

const MAX_WEIGHT = 65_535;
/** As many connections as a machine can have, and more. */
const MAX_CONNECTIONS = 1_000_000;
const KEYS = ["address", "weight", "backup", "max"];

/**
 * Reads a list of texts such as `"10.0.0.1:8000"`, or of objects such as
 * `{ "address": "app.test:8000", "weight": 2, "backup": true, "max": 100 }`; comments are allowed.
 *
 * @throws {ExitError} 66 if there is no such file, 77 if it may not be read, 78 if it is wrong.
 */
export async function readMembers(path: string): Promise<readonly Member[]> {
  const file = `the upstream file ${quote(path)}`;
  const text = await readTextFile(path, file);
  const value = await parseJsonValue(text).catch((error) => {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw wrong(`${file}${error.place}`, error.message);
  });
  if (!Array.isArray(value)) throw wrong(file, `found ${kindOf(value)}, expected a list`);
  const keys = new Set<string>();
  return value.map((entry: unknown, at) => {
    const where = `backend ${at + 1} of ${file}`;
    const member = typeof entry === "string"
      ? { target: targetOf(entry, where), use: USE }
      : memberOf(entry, where);
    const key = keyOf(member.target);
    if (keys.has(key)) throw wrong(where, "its address is in the list twice");
    keys.add(key);
    return member;
  });
}

const USE: Use = { weight: 1, isBackup: false, max: 0 };

function memberOf(entry: unknown, where: string): Member {
  if (!isPlainObject(entry)) {
    throw wrong(where, `found ${kindOf(entry)}, expected a text or an object`);
  }
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw wrong(where, `found the key ${quote(unknown)}, expected ${KEYS.join(", ")}`);
  }
  const { address, weight = USE.weight, backup = USE.isBackup, max = USE.max } = entry;
  if (typeof backup !== "boolean") {
    throw wrong(where, `found the backup ${quote(backup)}, expected true or false`);
  }
  return {
    target: targetOf(address, where),
    use: {
      weight: integer("weight", weight, 1, MAX_WEIGHT, where),
      isBackup: backup,
      max: integer("max", max, 0, MAX_CONNECTIONS, where),
    },
  };
}

function targetOf(text: unknown, where: string): Target {
  if (text === undefined) throw wrong(where, `found no address, expected ${TARGETS}`);
  const target = typeof text === "string" ? parseTarget(text) : null;
  if (target !== null) return target;
  throw wrong(where, `found the address ${quote(text)}, expected ${TARGETS}`);
}

function integer(name: string, value: unknown, min: number, max: number, where: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw wrong(
    where,
    `found the ${name} ${quote(value)}, expected a whole number from ${min} to ${max}`,
  );
}

function wrong(where: string, found: string): ExitError {
  return new ExitError(`Cannot use ${where}: ${found}`, EXIT.config);
}

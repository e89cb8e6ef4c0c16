/** A file with a list of members, as JSON. */
import { EXIT, ExitError } from "../../base/exit.ts";
import { isPlainObject, kindOf } from "../../base/kind_of.ts";
import { readTextFile } from "../../base/read_text_file.ts";
import type { Member } from "../../settings/balancer.ts";
import { parseJsonValue, SyntaxProblem } from "../../settings/config_syntax.ts";
import { quote } from "../../settings/found.ts";
import { formatSource, parseMember } from "../../settings/member.ts";

const KEYS = ["address", "weight", "backup", "max", "drain"];

/**
 * Reads a list of texts such as `"10.0.0.1:8000,weight=2"`, or of objects such as
 * `{ "address": "app.test:8000", "weight": 2, "backup": true, "max": 100, "drain": true }`; comments
 * are allowed.
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
  const known = new Set<string>();
  return value.map((entry: unknown, at) => {
    const where = `backend ${at + 1} of ${file}`;
    const member = memberOf(typeof entry === "string" ? entry : textOf(entry, where), where);
    const name = formatSource(member.source);
    if (known.has(name)) throw wrong(where, "its address is in the list twice");
    known.add(name);
    return member;
  });
}

function memberOf(text: string, where: string): Member {
  const member = parseMember(text);
  if (typeof member !== "string") return member;
  throw wrong(where, `found ${quote(text)}, expected ${member}`);
}

/** An object as the text that says the same. */
function textOf(entry: unknown, where: string): string {
  if (!isPlainObject(entry)) {
    throw wrong(where, `found ${kindOf(entry)}, expected a text or an object`);
  }
  const unknown = Object.keys(entry).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw wrong(where, `found the key ${quote(unknown)}, expected ${KEYS.join(", ")}`);
  }
  const { address, weight, backup, max, drain } = entry;
  if (typeof address !== "string" || address.includes(",")) {
    throw wrong(where, `found the address ${quote(address)}, expected text such as "10.0.0.1:80"`);
  }
  const settings = [
    numberSetting("weight", weight, where),
    numberSetting("max", max, where),
    flagSetting("backup", backup, where),
    flagSetting("drain", drain, where),
  ];
  return [address, ...settings].filter((part) => part !== "").join();
}

/** A number as a setting in text; empty if it is absent. */
function numberSetting(name: string, value: unknown, where: string): string {
  if (value === undefined) return "";
  if (typeof value === "number") return `${name}=${value}`;
  throw wrong(where, `found the ${name} ${quote(value)}, expected a number`);
}

/** A flag as a setting in text; empty if it is absent or false. */
function flagSetting(name: string, value: unknown, where: string): string {
  if (value === undefined || value === false) return "";
  if (value === true) return name;
  throw wrong(where, `found the ${name} ${quote(value)}, expected true or false`);
}

function wrong(where: string, found: string): ExitError {
  return new ExitError(`Cannot use ${where}: ${found}`, EXIT.config);
}

/** The tables of a configuration file: groups of backends, and the routes to them. */
import { safeParse } from "valibot";
import { EXIT, ExitError } from "../base/exit.ts";
import { readKeys, unknownKey, wrongKey } from "./file_keys.ts";
import { finalValue, type Found, quote } from "./found.ts";
import * as kinds from "./kinds.ts";
import { kebab, type Option } from "./option.ts";
import { OPTION_KEYS } from "./options.ts";
import { PROXY_KEYS, type ProxyKey } from "./proxy_options.ts";
import { ROUTE_KEYS, ROUTE_OPTIONS, type RouteKey, type RouteValues } from "./route_options.ts";

/** The names of the tables in a file. */
export const TABLE_NAMES = ["upstreams", "routes"] as const;

/** A group as its table `[upstreams.NAME]` sets it. */
export interface FileGroup {
  readonly name: string;
  /** For messages: `upstreams.api of "sluice.toml"`. */
  readonly place: string;
  /** Not yet checked. */
  readonly found: ReadonlyMap<ProxyKey, Found<ProxyKey>>;
}

/** A table of `[[routes]]`. */
export interface FileRoute {
  /** Its keys as found. */
  readonly found: ReadonlyMap<RouteKey, Found<RouteKey>>;
  readonly values: RouteValues;
  readonly group: string;
  /** For messages: `route 2 of "sluice.toml"`. */
  readonly place: string;
}

/** The tables of a file. */
export interface FileTables {
  readonly groups: readonly FileGroup[];
  readonly routes: readonly FileRoute[];
}

/** The name of a group. */
export const GROUP_NAME = kinds.name();

/** The file that tables are in. */
interface TableFile {
  /** The absolute path. */
  readonly path: string;
  /** The path as written. */
  readonly written: string;
}

/**
 * Finds the groups and routes of a file.
 *
 * @throws {ExitError} 78 if their shape, a key or a route is wrong. Options of groups are not
 * checked.
 */
export async function readTables(
  keys: ReadonlyMap<string, unknown>,
  { path, written }: TableFile,
): Promise<FileTables> {
  const file = quote(written);
  const groups: FileGroup[] = [];
  for (const [name, table] of groupEntries(keys.get("upstreams") ?? {}, file)) {
    const place = `upstreams.${name} of ${file}`;
    groups.push({ name, place, found: await readGroup(table, path, place) });
  }
  const routes: FileRoute[] = [];
  for (const table of routeTables(keys.get("routes") ?? [], file)) {
    routes.push(await readRoute(table, path, `route ${routes.length + 1} of ${file}`));
  }
  return { groups, routes };
}

/** A table of the file, and its keys. */
type Table = Readonly<Record<string, unknown>>;

/** The groups by their names. */
function groupEntries(value: unknown, file: string): [name: string, table: Table][] {
  const expected = "expected a table for each group, such as [upstreams.api]";
  if (!isTable(value)) throw wrongKey("upstreams", ` in ${file}`, expected);
  return Object.entries(value).map(([name, table]) => {
    const where = ` in upstreams of ${file}`;
    if (!isTable(table)) throw wrongKey(name, where, expected);
    const { success, issues } = safeParse(GROUP_NAME.schema, name);
    if (!success) throw wrongKey(name, where, `expected ${issues[0].message}`);
    return [name, table];
  });
}

async function readGroup(
  table: Table,
  path: string,
  place: string,
): Promise<Map<ProxyKey, Found<ProxyKey>>> {
  const names = OPTION_KEYS.map(kebab);
  return await readKeys(Object.entries(table), PROXY_KEYS, {
    path,
    where: ` in ${place}`,
    // In TOML, what follows the head of a table belongs to it.
    explain: async (name) =>
      names.includes(name)
        ? "it is of the whole server, expected it before all tables"
        : await unknownKey(name, PROXY_KEYS.map(kebab)),
  });
}

/** The routes in order. */
function routeTables(value: unknown, file: string): readonly Table[] {
  if (Array.isArray(value) && value.every(isTable)) return value;
  throw wrongKey("routes", ` in ${file}`, "expected a list of tables, each as [[routes]]");
}

async function readRoute(table: Table, path: string, place: string): Promise<FileRoute> {
  const groupNames = PROXY_KEYS.map(kebab);
  const found = await readKeys(Object.entries(table), ROUTE_KEYS, {
    path,
    where: ` in ${place}`,
    explain: async (name) =>
      groupNames.includes(name)
        ? "it is of a group, expected it in [upstreams.NAME] or before all tables"
        : await unknownKey(name, ROUTE_KEYS.map(kebab)),
  });
  const values = Object.fromEntries(ROUTE_KEYS.map((key) => {
    const one = found.get(key);
    return [key, one === undefined ? ROUTE_OPTIONS[key].default : finalRouteValue(key, one)];
  })) as RouteValues;
  if (values.upstream !== null) return { found, values, group: values.upstream, place };
  throw new ExitError(
    `Cannot use ${place}: expected upstream, the name of a group`,
    EXIT.config,
  );
}

function finalRouteValue(key: RouteKey, found: Found<RouteKey>): unknown {
  return finalValue(ROUTE_OPTIONS[key] as Option<unknown>, found);
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}

/** The JSON Schema of the configuration file, made from the tables of options. */
import { SCHEMA_KEY } from "../settings/config_file.ts";
import { GROUP_NAME } from "../settings/config_tables.ts";
import { kebab, type Option, type OptionTable } from "../settings/option.ts";
import { EXCLUSIVE, OPTIONS } from "../settings/options.ts";
import { PROXY_OPTIONS } from "../settings/proxy_options.ts";
import { ROUTE_OPTIONS } from "../settings/route_options.ts";
import { fileValue, isUnset } from "../settings/written_value.ts";

/** A JSON Schema of an object, or a part of one; keywords beside those of values. */
type Schema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of a configuration file, draft 2020-12. What depends on several options or on
 * other tables, such as the name of a group in a route, is left to `sluice check`.
 */
export function configSchema(): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration file of Sluice",
    ...objectOf({
      [SCHEMA_KEY]: { description: "The JSON Schema of this file", type: "string" },
      ...propertiesOf(OPTIONS as OptionTable, typeAndDefault),
      upstreams: {
        description: "Groups of backends by name, for the service proxy; what a group does not " +
          "set is as at the top",
        type: "object",
        propertyNames: GROUP_NAME.json,
        additionalProperties: { $ref: "#/$defs/group" },
      },
      routes: {
        description: "Which group the clients of a listener go to, or requests with a host and a " +
          "path; others go to the group default, or to the only one",
        type: "array",
        items: { $ref: "#/$defs/route" },
      },
    }),
    allOf: Object.entries(EXCLUSIVE).flatMap(([key, others]) =>
      others.map((other) => ({ not: having(kebab(key), kebab(other)) }))
    ),
    $defs: {
      group: {
        // The default of each is what is set at the top.
        ...objectOf(propertiesOf(PROXY_OPTIONS as OptionTable, typeOf)),
        anyOf: [having("upstream"), having("upstream-file")],
      },
      route: {
        ...objectOf(propertiesOf(ROUTE_OPTIONS as OptionTable, typeOf)),
        allOf: [having("upstream")],
      },
    },
  };
}

function objectOf(properties: Schema): Schema {
  return { type: "object", properties, additionalProperties: false };
}

/** An object that sets all of some keys. */
function having(...names: readonly string[]): Schema {
  const isSet = { not: { enum: [null, []] } };
  return { required: names, properties: Object.fromEntries(names.map((name) => [name, isSet])) };
}

function propertiesOf(table: OptionTable, schemaOf: (option: Option<unknown>) => Schema): Schema {
  const options = Object.entries(table).filter(([, { inFile }]) => inFile);
  return Object.fromEntries(options.map(([key, option]) => [kebab(key), schemaOf(option)]));
}

function typeAndDefault(option: Option<unknown>): Schema {
  const value = option.default;
  if (isUnset(value)) return typeOf(option);
  return { ...typeOf(option), default: fileValue(option, value as NonNullable<unknown>) };
}

/** Null is as if a key were not there. */
function typeOf({ help, json }: Option<unknown>): Schema {
  const words = json.enum === undefined ? {} : { enum: [...json.enum, null] };
  return { description: help, ...json, ...words, type: [...json.type, "null"] };
}

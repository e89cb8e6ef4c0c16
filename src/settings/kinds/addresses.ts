/** Kinds whose values are hosts or addresses. */
import * as v from "valibot";
import { type Address, formatAddress, parseAddress, parseHostname } from "../../base/address.ts";
import { resolvePath } from "../paths.ts";
import { type Kind, PLAIN } from "./kind.ts";

/** A host name or an IP address without a port. */
export function host(): Kind<string> {
  const expected = "a host name or an IP address without a port";
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.transform(parseHostname),
    v.string(expected),
  );
  return { ...PLAIN, type: "host", schema, json: { type: ["string"], minLength: 1 } };
}

/** The pattern of an address among several in one text. */
const ONE_OF_SEVERAL = "\\s*(?:unix:[^,]+|[^,]+:\\d{1,5})\\s*";

/**
 * The schema of a list of addresses; text may hold several, separated by commas.
 *
 * @param parse Returns null for what is no address.
 */
export function listOfAddresses(expected: string, parse: (text: string) => Address | null) {
  const address = v.pipe(
    v.string(expected),
    v.transform((text) => parse(text.trim())),
    v.custom<Address>((value) => value !== null, expected),
  );
  const list = v.pipe(v.string(), v.transform((text) => text.split(",")));
  return v.pipe(
    v.unknown(),
    v.union([v.array(v.unknown()), list], expected),
    v.array(address),
    v.readonly(),
  );
}

/** A list of addresses; text may hold several, separated by commas. */
export function addresses(): Kind<readonly Address[]> {
  const expected = "an address such as 127.0.0.1:8000, [::1]:8000 or unix:/run/sluice.sock";
  const schema = listOfAddresses(expected, parseAddress);
  return {
    ...PLAIN,
    type: "addresses",
    repeatable: true,
    schema,
    json: {
      type: ["array", "string"],
      items: { type: ["string"], pattern: "^\\s*(?:unix:.+|.+:\\d{1,5}\\s*)$" },
      pattern: `^${ONE_OF_SEVERAL}(?:,${ONE_OF_SEVERAL})*$`,
    },
    format: (value) => value.map(formatAddress),
    resolve: (value, folder) => value.map((one) => resolveAddress(one, folder)),
  };
}

/** One address. */
export function address(): Kind<Address> {
  const expected = "an address such as 127.0.0.1:9900, [::1]:9900 or unix:/run/sluice.sock";
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.transform((text) => parseAddress(text.trim())),
    v.custom<Address>((value) => value !== null, expected),
  );
  return {
    ...PLAIN,
    type: "address",
    schema,
    json: { type: ["string"], pattern: "^\\s*(?:unix:.+|.+:\\d{1,5}\\s*)$" },
    format: formatAddress,
    resolve: resolveAddress,
  };
}

function resolveAddress(address: Address, folder: string): Address {
  if (address.transport !== "unix") return address;
  return { ...address, path: resolvePath(folder, address.path) };
}

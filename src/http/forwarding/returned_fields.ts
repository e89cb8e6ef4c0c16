import type { DecodedResponse } from "../codec/response_decoder.ts";
import type { Field } from "../message.ts";
import { connectionOptions, HOP_BY_HOP, NameSet } from "./hop_by_hop.ts";

const VIA: readonly Field[] = [["via", "1.0 sluice"], ["via", "1.1 sluice"]];
/** Fields that are not sent on: the length is told anew. */
const WITHHELD = new NameSet([...HOP_BY_HOP, "content-length"]);
/** 101 and 426 say by Upgrade which protocol they mean (RFC 9110, 15.2.2 and 15.5.22). */
const [SWITCHING_PROTOCOLS, UPGRADE_REQUIRED] = [101, 426];

/**
 * The fields of a response for the client.
 *
 * @param set Fields that replace the backend's of the same name, with names in lower case.
 * @param removed Names of fields that are not sent on, in lower case.
 */
export function returnedFields(
  response: DecodedResponse,
  set: readonly Field[],
  removed: ReadonlySet<string>,
): Field[] {
  const { fields, status } = response;
  const options = connectionOptions(fields);
  const isEdited = options !== null || removed.size > 0 || set.length > 0;
  const returned: Field[] = [];
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as Field;
    if (WITHHELD.mayHave(field[0]) || isEdited) {
      const name = field[0].toLowerCase();
      const keepsUpgrade = name === "upgrade" &&
        (status === SWITCHING_PROTOCOLS || status === UPGRADE_REQUIRED);
      if (!keepsUpgrade && (WITHHELD.has(name) || options?.has(name))) continue;
      if (removed.has(name) || set.some(([other]) => other === name)) continue;
    }
    returned.push(field);
  }
  for (let i = 0; i < set.length; i++) returned.push(set[i] as Field);
  returned.push(VIA[response.minor] as Field);
  return returned;
}

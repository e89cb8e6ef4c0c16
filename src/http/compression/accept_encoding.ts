/**
 * Chooses the content coding that a client prefers (RFC 9110, 12.5.3).
 *
 * @param accepted The value of Accept-Encoding; null if there is none.
 * @param offered In order of preference, which breaks ties.
 * @returns null if the client accepts none of them, or prefers no coding.
 */
export function chooseCoding<Coding extends string>(
  accepted: string | null,
  offered: readonly Coding[],
): Coding | null {
  if (accepted === null) return null;
  const weights = weightsOf(accepted);
  const others = weights.get("*") ?? 0;
  let best: Coding | null = null;
  // No coding is always acceptable, but only an explicit identity outweighs a coding.
  let most = weights.get("identity") ?? 0;
  for (const coding of offered.toReversed()) {
    const weight = weights.get(coding) ?? others;
    if (weight === 0 || weight < most) continue;
    best = coding;
    most = weight;
  }
  return best;
}

const ELEMENT = /^[ \t]*([^\s;,]+)[ \t]*(?:;[ \t]*q=([01](?:\.\d{0,3})?))?[ \t]*$/i;

/** The weights of codings, from 0 to 1; malformed elements are ignored. */
function weightsOf(accepted: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const element of accepted.split(",")) {
    const [, coding, weight = "1"] = ELEMENT.exec(element) ?? [];
    if (coding !== undefined) weights.set(coding.toLowerCase(), Number(weight));
  }
  return weights;
}

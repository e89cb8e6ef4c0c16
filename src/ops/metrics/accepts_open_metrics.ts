const OPEN_METRICS = "application/openmetrics-text";
/** Other names of the plain format, from the most specific one. */
const PLAIN = ["text/plain", "text/*", "*/*"];
/** The versions of the formats that can be given. */
const VERSIONS: readonly (string | undefined)[] = [undefined, "1.0.0", "0.0.1", "0.0.4"];

/**
 * Whether a client prefers OpenMetrics to the plain format (RFC 9110, 12.5.1): only if it names
 * it, with at least the weight of the plain one.
 *
 * @param accept The value of Accept; null if there is none.
 */
export function acceptsOpenMetrics(accept: string | null): boolean {
  const weights = new Map<string, number>();
  for (const range of (accept ?? "").split(",")) {
    const [name = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const values = new Map(parameters.map((one) => splitParameter(one)));
    if (!VERSIONS.includes(values.get("version"))) continue;
    const weight = Number(values.get("q") ?? 1);
    // Of several versions that it can read, the best counts.
    if (weight >= 0 && weight <= 1) weights.set(name, Math.max(weights.get(name) ?? 0, weight));
  }
  const open = weights.get(OPEN_METRICS) ?? 0;
  const plain = PLAIN.find((name) => weights.has(name));
  return open > 0 && open >= (weights.get(plain ?? "") ?? 0);
}

function splitParameter(parameter: string): [name: string, value: string] {
  const [name = "", value = ""] = parameter.split("=");
  return [name.trim(), value.trim().replace(/^"(.*)"$/, "$1")];
}

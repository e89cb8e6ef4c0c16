/** Quantities as the files of a deployment write them. */

/** Bytes of each suffix of Kubernetes and of Docker; its manual: "Quantity". */
const BYTES: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1000,
  M: 1000 ** 2,
  G: 1000 ** 3,
  T: 1000 ** 4,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** Seconds of each unit of systemd.time(7) that a time limit may have. */
const SECONDS: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  "": 1,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
};

/** Reads memory as Kubernetes writes it: `512Mi`, `1G`; null if it is none. */
export function parseKubernetesBytes(text: string): number | null {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
  const factor = BYTES[unit];
  return number === "" || factor === undefined ? null : Number(number) * factor;
}

/** Reads memory as Docker and systemd write it, in steps of 1024: `512m`, `1G`, `1gb`. */
export function parseBinaryBytes(text: string): number | null {
  const [, number = "", letter = ""] = /^(\d+(?:\.\d+)?)([bkmgt]?)b?$/i.exec(text) ?? [];
  const power = ["", "k", "m", "g", "t"].indexOf(letter.toLowerCase().replace("b", ""));
  return number === "" ? null : Number(number) * 1024 ** power;
}

/** Reads processors: `2`, `0.5` or `500m`; null if it is none. */
export function parseProcessors(text: string): number | null {
  const [, number = "", milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(text) ?? [];
  if (number === "") return null;
  return milli === "m" ? Number(number) / 1000 : Number(number);
}

/** Reads a time such as `90`, `1m30s` or `1min 30s`: seconds, or infinity; null if it is none. */
export function parseSeconds(text: string): number | null {
  if (text === "infinity") return Infinity;
  let sum = 0;
  let rest = text.trim();
  if (rest === "") return null;
  while (rest !== "") {
    const [all = "", number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)\s*/.exec(rest) ?? [];
    const factor = SECONDS[unit];
    if (all === "" || factor === undefined) return null;
    sum += Number(number) * factor;
    rest = rest.slice(all.length);
  }
  return sum;
}

/** A number of a count, or a share of it in percent, in general no whole one; null if it is neither. */
export function parseShare(text: string, count: number): number | null {
  const [, number = "", percent] = /^(\d+)(%?)$/.exec(text) ?? [];
  if (number === "") return null;
  return percent === "%" ? Number(number) * count / 100 : Number(number);
}

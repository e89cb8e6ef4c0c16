/** The unit file of a systemd service, after systemd.syntax(7). */
import type { Spot } from "./finding.ts";

/** A value of a unit file. */
export interface UnitValue {
  readonly value: string;
  readonly spot: Spot;
}

/** A unit file. */
export class Unit {
  /** By section and name; later ones are last. */
  readonly #values = new Map<string, UnitValue[]>();
  /** Where `[Service]` begins. */
  spot: Spot;

  constructor(readonly file: string, text: string) {
    let section = "";
    let first = 0;
    let joined = "";
    this.spot = { file, line: 1 };
    text.split("\n").forEach((raw, index) => {
      const trimmed = raw.trim();
      if (/^[#;]/.test(trimmed)) return;
      if (joined === "") first = index + 1;
      joined += trimmed.endsWith("\\") ? `${trimmed.slice(0, -1).trim()} ` : trimmed;
      if (trimmed.endsWith("\\")) return;
      const line = joined;
      joined = "";
      const header = /^\[(.*)\]$/.exec(line)?.[1];
      if (header !== undefined) {
        section = header;
        if (header === "Service") this.spot = { file, line: first };
        return;
      }
      const at = line.indexOf("=");
      if (at !== -1) this.#add(section, line.slice(0, at).trim(), line.slice(at + 1).trim(), first);
    });
  }

  /** The last value of a name in `[Service]`; null if there is none. */
  get(name: string): UnitValue | null {
    return this.#of(name).at(-1) ?? null;
  }

  /** All values of a name in `[Service]` since the last empty one. */
  all(name: string): readonly UnitValue[] {
    return this.#of(name);
  }

  /** Whether a name is set to what systemd takes for yes. */
  isOn(name: string): boolean {
    return /^(?:1|yes|true|on)$/i.test(this.get(name)?.value ?? "");
  }

  #of(name: string): readonly UnitValue[] {
    return this.#values.get(`Service/${name}`) ?? [];
  }

  #add(section: string, name: string, value: string, line: number): void {
    const key = `${section}/${name}`;
    // An empty value forgets those before it.
    const before = value === "" ? [] : this.#values.get(key) ?? [];
    const spot = { file: this.file, line };
    this.#values.set(key, value === "" ? [] : [...before, { value, spot }]);
  }
}

/** A YAML document as a tree in which every value knows its line. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
} from "yaml";
import type { Spot } from "./finding.ts";

/** How deep aliases of aliases are followed. */
const MOST_ALIASES = 10;
/** The key whose maps are merged into the one that has it. */
const MERGE = "<<";

/** A value, or the lack of one. */
export class Tree {
  readonly #source: Source;
  readonly #node: unknown;
  /** Where it is; if there is no value, where it would have to be added. */
  readonly spot: Spot;

  constructor(source: Source, node: unknown, spot: Spot) {
    this.#source = source;
    this.#node = resolve(source.document, node);
    this.spot = spot;
  }

  /** Whether there is a value other than null. */
  get exists(): boolean {
    return this.value !== null;
  }

  /** A scalar; null if this is none. */
  get value(): unknown {
    const node = this.#node;
    if (isScalar(node)) return node.value ?? null;
    return isMap(node) || isSeq(node) ? node : null;
  }

  /** A scalar as text; null if this is none. */
  get text(): string | null {
    const { value } = this;
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : null;
  }

  /** A number; null if this is none. */
  get number(): number | null {
    const { text } = this;
    return text !== null && /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
  }

  /** What is below the keys; may not exist. */
  get(...keys: readonly string[]): Tree {
    return keys.reduce((tree: Tree, key) => tree.#child(key), this);
  }

  /** The items of a list; none if this is no list. */
  get items(): readonly Tree[] {
    if (!isSeq(this.#node)) return [];
    return this.#node.items.map((item) => this.#at(item, item));
  }

  /** The keys of a map and what is below them; none if this is no map. */
  get entries(): readonly (readonly [key: string, value: Tree])[] {
    return [...this.#pairs(this.#node)].map(([key, place, node]) =>
      [key, this.#at(place, node)] as const
    );
  }

  /** The items of a list of scalars, as text; of one scalar, that alone. */
  get texts(): readonly string[] {
    const own = this.text;
    if (own !== null) return [own];
    return this.items.map(({ text }) => text).filter((text) => text !== null);
  }

  #child(key: string): Tree {
    const pair = [...this.#pairs(this.#node)].find(([name]) => name === key);
    return pair === undefined
      ? new Tree(this.#source, null, this.spot)
      : this.#at(pair[1], pair[2]);
  }

  /** The keys of a map, their nodes and values; last what `<<` merges, as YAML 1.1 has it. */
  *#pairs(
    node: unknown,
    depth = 0,
  ): Generator<readonly [name: string, key: unknown, value: unknown]> {
    if (!isMap(node) || depth > MOST_ALIASES) return;
    const names = new Set<string>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (name === MERGE) continue;
      names.add(name);
      yield [name, key, value];
    }
    for (const { key, value } of node.items) {
      if (!isScalar(key) || key.value !== MERGE) continue;
      const merged = resolve(this.#source.document, value);
      for (const one of isSeq(merged) ? merged.items : [merged]) {
        for (const pair of this.#pairs(resolve(this.#source.document, one), depth + 1)) {
          if (!names.has(pair[0])) yield pair;
          names.add(pair[0]);
        }
      }
    }
  }

  #at(place: unknown, node: unknown): Tree {
    const { file, counter } = this.#source;
    const { range } = place as { range?: readonly [number, number, number] | null };
    const spot = range ? { file, line: counter.linePos(range[0]).line } : this.spot;
    return new Tree(this.#source, node, spot);
  }
}

interface Source {
  readonly file: string;
  readonly document: Document;
  readonly counter: LineCounter;
}

function resolve(document: Document, node: unknown): unknown {
  for (let i = 0; isAlias(node) && i < MOST_ALIASES; i++) node = node.resolve(document);
  return node;
}

/** Wrong syntax. */
export class YamlProblem extends Error {
  constructor(reason: string, readonly spot: Spot) {
    super(reason);
  }
}

/**
 * Parses all documents of a file.
 *
 * @throws {YamlProblem} If the file is no YAML.
 */
export function parseTrees(file: string, text: string): readonly Tree[] {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter });
  if (!Array.isArray(documents)) return [];
  return (documents as Document[]).filter(({ contents }) => contents !== null).map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) {
      const [reason = ""] = problem.message.split("\n");
      const { line } = counter.linePos(problem.pos[0]);
      throw new YamlProblem(reason.replace(/ at line \d+.*$/, ""), { file, line });
    }
    const start = document.contents?.range?.[0] ?? 0;
    const spot = { file, line: counter.linePos(start).line };
    return new Tree({ file, document, counter }, document.contents, spot);
  });
}

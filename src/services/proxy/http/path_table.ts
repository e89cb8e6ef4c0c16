import { usualPath } from "../../../base/path_encoding.ts";
import type { RoutePath } from "../../../settings/balancer.ts";

/** What is found by a path, with the path itself; null for any. */
export interface PathEntry {
  readonly path: RoutePath | null;
}

interface Node<Entry> {
  /** What is for this path and all below it. */
  entry: Entry | null;
  /** By the next segment; null if there are none. */
  children: Map<string, Node<Entry>> | null;
}

interface Pattern<Entry> {
  readonly entry: Entry;
  /** The part that stands for itself, at its beginning. */
  readonly prefix: string;
  /** What each path of the pattern begins with: `:name?` is optional with the slash before it. */
  readonly start: string;
  readonly pattern: URLPattern;
}

/** What ends the part of a pattern that stands for itself. */
const SYNTAX = /[:*({\\]/;

/** Finds the most specific of several paths: the longest prefix, a pattern before one as long. */
export class PathTable<Entry extends PathEntry> {
  readonly #root: Node<Entry> = { entry: null, children: null };
  /** The longest prefix first. */
  readonly #patterns: readonly Pattern<Entry>[];

  /** @throws {TypeError} If a pattern is malformed. */
  constructor(entries: readonly Entry[]) {
    const patterns: Pattern<Entry>[] = [];
    for (const entry of entries) {
      const { path } = entry;
      if (path?.kind === "pattern") patterns.push(patternOf(entry, path.text));
      else this.#add(entry, path === null ? "" : usualPath(path.text));
    }
    // Equal ones in an order that does not depend on that of the file.
    this.#patterns = patterns.sort((a, b) =>
      b.prefix.length - a.prefix.length || textOf(b).length - textOf(a).length ||
      (textOf(a) < textOf(b) ? -1 : 1)
    );
  }

  /** Whether it depends on the path what is found. */
  get looksAtPaths(): boolean {
    return this.#patterns.length > 0 || this.#root.children !== null;
  }

  /** @param path A reading of the path of a request. */
  find(path: string): Entry | null {
    let node = this.#root;
    let { entry } = node;
    let length = 0;
    for (let start = 1; node.children !== null && start <= path.length;) {
      const slash = path.indexOf("/", start);
      const end = slash === -1 ? path.length : slash;
      const next = node.children.get(path.slice(start, end));
      if (next === undefined) break;
      node = next;
      if (node.entry !== null) {
        entry = node.entry;
        length = end;
      }
      start = end + 1;
    }
    for (const one of this.#patterns) {
      if (one.prefix.length < length) break;
      if (path.startsWith(one.start) && one.pattern.test({ pathname: path })) return one.entry;
    }
    return entry;
  }

  #add(entry: Entry, prefix: string): void {
    let node = this.#root;
    for (const segment of prefix.split("/").slice(1)) {
      if (segment === "" && node === this.#root) break; // The root, written as "/".
      node.children ??= new Map();
      let next = node.children.get(segment);
      if (next === undefined) {
        next = { entry: null, children: null };
        node.children.set(segment, next);
      }
      node = next;
    }
    node.entry ??= entry;
  }
}

function patternOf<Entry>(entry: Entry, text: string): Pattern<Entry> {
  const end = text.search(SYNTAX);
  const prefix = usualPath(end === -1 ? text : text.slice(0, end));
  const start = prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
  return { entry, prefix, start, pattern: new URLPattern({ pathname: text }) };
}

function textOf({ entry }: Pattern<PathEntry>): string {
  return entry.path?.text ?? "";
}

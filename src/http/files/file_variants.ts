/** Precompressed files next to the original: `app.js.br`, `app.js.gz`. */
import { chooseCoding } from "../compression/accept_encoding.ts";
import { tryFile } from "./file_errors.ts";
import type { FoundFile } from "./file_root.ts";

/** A content coding (RFC 9110, 8.4.1). */
export type Coding = "br" | "gzip";

/** The original of a file, or a compressed variant of it. */
export interface Variant {
  readonly file: FoundFile;
  /** null for the original. */
  readonly coding: Coding | null;
  /** Whether there are other variants, so that the response depends on Accept-Encoding. */
  readonly varies: boolean;
}

/** The codings and the suffixes of their files, in order of preference. */
const SUFFIXES: readonly (readonly [coding: Coding, suffix: string])[] = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

/**
 * Chooses the variant of a file that the client prefers; ties go to brotli, then
 * gzip, then the original.
 *
 * @param accepted The value of Accept-Encoding; null if there is none.
 */
export function chooseVariant(original: FoundFile, accepted: string | null): Variant {
  const compressed = new Map<Coding, FoundFile>();
  for (const [coding, suffix] of SUFFIXES) {
    const file = compressedOf(original, suffix);
    if (file !== null) compressed.set(coding, file);
  }
  const coding = chooseCoding(accepted, [...compressed.keys()]);
  const file = coding === null ? undefined : compressed.get(coding);
  return { file: file ?? original, coding, varies: compressed.size > 0 };
}

/** The compressed file; null if it is absent, older than the original, or a link. */
function compressedOf(original: FoundFile, suffix: string): FoundFile | null {
  const path = `${original.path}${suffix}`;
  const info = tryFile(() => Deno.lstatSync(path));
  if (info === null || !info.isFile) return null;
  return Number(info.mtime) < Number(original.info.mtime) ? null : { path, info };
}

/** The frames of an error's stack, as V8 writes them: `    at load (file:///app/main.ts:3:7)`. */

import { MAIN, PROGRAM_FOLDER } from "./program.ts";

/** A place in a source file. */
export interface Frame {
  /** The URL of the module. */
  readonly url: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
}

const FRAME = /^ +at .*$/;
const PLACE = /\(?((?:file|https?|npm|jsr|node|ext|data|blob):[^()]*?):(\d+):(\d+)\)?$/;
const ANONYMOUS = /^ +at .*\(<anonymous>\)$/;
/** At the end of the URL of a module. */
const GENERATION = /[?&]generation=\d+(?=[:"')\s]|$)/g;
const PACKAGE = /\/node_modules\/|\/npm\/registry\./;

/**
 * The frame to show to the author of a handler: the topmost one in their own code, or
 * else in a package that they use; null if there is none.
 */
export function userFrame(stack: string): Frame | null {
  const frames = stack.split("\n").flatMap((line) => frameOf(line) ?? []).filter(isForeign);
  return frames.find(({ url }) => !PACKAGE.test(url)) ?? frames[0] ?? null;
}

/** A text without what makes the URLs of reloaded modules unique. */
export function withoutGenerations(text: string): string {
  return text.replaceAll(GENERATION, "");
}

/** A text without the lines that are frames of the program or the runtime. */
export function withoutOwnFrames(text: string): string {
  if (!text.includes("    at ")) return text;
  const kept: string[] = [];
  let isBelowOwn = true;
  for (const line of text.split("\n").reverse()) {
    const place = frameOf(line);
    // A built-in function, such as `new Promise`, belongs to whoever called it.
    const isDropped: boolean = ANONYMOUS.test(line)
      ? isBelowOwn
      : place !== null && !isForeign(place);
    if (!isDropped) kept.push(place === null ? line : withoutGenerations(line));
    isBelowOwn = isDropped;
  }
  return kept.reverse().join("\n");
}

/** The path of a file's URL, or the URL of anything else; without what makes it unique. */
export function pathOf({ url }: Pick<Frame, "url">): string {
  const [place = url] = url.split(/[?#]/, 1);
  if (!place.startsWith("file://")) return place;
  try {
    return decodeURIComponent(place.slice("file://".length));
  } catch {
    return place;
  }
}

/** A place as messages show it: `/app/main.ts:5:7`. */
export function placeText(frame: Frame): string {
  return `${pathOf(frame)}:${frame.line}:${frame.column}`;
}

/** The place that a line of a stack names; null if it is not a frame. */
export function frameOf(line: string): Frame | null {
  if (!FRAME.test(line)) return null;
  const [, url, row, column] = PLACE.exec(line) ?? [];
  return url === undefined ? null : { url, line: Number(row), column: Number(column) };
}

/** Whether a frame is neither of the program nor of the runtime. */
function isForeign({ url }: Frame): boolean {
  return !/^(?:ext|node|data|blob):/.test(url) && !isOwn(url);
}

/** Whether a module belongs to the program. */
function isOwn(url: string): boolean {
  return url.startsWith(PROGRAM_FOLDER) || url === MAIN;
}

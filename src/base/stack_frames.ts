/** The frames of an error's stack, as V8 writes them: `    at load (file:///app/main.ts:3:7)`. */

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
const PACKAGE = /\/node_modules\/|\/npm\/registry\./;

/** This module, from the root of the program: where it is not, the program is a bundle. */
const SELF = "src/base/stack_frames.ts";

/** Whether a module belongs to Sluice. */
const isOwn = ownModules(import.meta.url);

/**
 * A test for the modules of the program.
 *
 * @param self The URL of this module: that of the bundle, if there is one.
 */
export function ownModules(self: string): (url: string) => boolean {
  if (!self.endsWith(`/${SELF}`)) return (url) => url === self;
  const root = self.slice(0, -SELF.length);
  return (url) => url.startsWith(`${root}src/`) || url === `${root}main.ts`;
}

/**
 * The frame to show to the author of a handler: the topmost one in their own code, or
 * else in a package that they use; null if there is none.
 */
export function userFrame(stack: string): Frame | null {
  const frames = stack.split("\n").flatMap((line) => placeOf(line) ?? []).filter(isForeign);
  return frames.find(({ url }) => !PACKAGE.test(url)) ?? frames[0] ?? null;
}

/** A text without the lines that are frames of the program or the runtime. */
export function withoutOwnFrames(text: string): string {
  if (!text.includes("    at ")) return text;
  const kept: string[] = [];
  let isBelowOwn = true;
  for (const line of text.split("\n").reverse()) {
    const place = placeOf(line);
    // A built-in function, such as `new Promise`, belongs to whoever called it.
    const isDropped: boolean = ANONYMOUS.test(line)
      ? isBelowOwn
      : place !== null && !isForeign(place);
    if (!isDropped) kept.push(line);
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

function placeOf(line: string): Frame | null {
  if (!FRAME.test(line)) return null;
  const [, url, row, column] = PLACE.exec(line) ?? [];
  return url === undefined ? null : { url, line: Number(row), column: Number(column) };
}

/** Whether a frame is neither of the program nor of the runtime. */
function isForeign({ url }: Frame): boolean {
  return !/^(?:ext|node|data|blob):/.test(url) && !isOwn(url);
}

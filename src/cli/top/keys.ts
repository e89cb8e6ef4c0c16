/** What keys do. */
export type Action = "sort" | "reload" | "more" | "fewer" | "help" | "quit" | "yes" | "other";

const ACTIONS: Readonly<Record<string, Action>> = {
  s: "sort",
  r: "reload",
  "+": "more",
  // The same key without Shift.
  "=": "more",
  "-": "fewer",
  h: "help",
  "?": "help",
  q: "quit",
  y: "yes",
};

/** The actions of what a terminal sends; an escape sequence, such as an arrow, is one other key. */
export function actionsOf(text: string): readonly Action[] {
  // deno-lint-ignore no-control-regex
  return [...text.replaceAll(/\x1b(?:[[O][\x20-\x3f]*[\x40-\x7e]?)?/g, "\x1b")]
    .map((key) => Object.hasOwn(ACTIONS, key) ? ACTIONS[key] ?? "other" : "other");
}

/** Calls `onAction` for each key until standard input ends. */
export async function readKeys(onAction: (action: Action) => void): Promise<void> {
  const buffer = new Uint8Array(256);
  const decoder = new TextDecoder();
  for (;;) {
    const length = await Deno.stdin.read(buffer);
    if (length === null) return;
    const text = decoder.decode(buffer.subarray(0, length), { stream: true });
    for (const action of actionsOf(text)) onAction(action);
  }
}

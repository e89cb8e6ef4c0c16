/** Markup made of texts that may hold anything. */

/** What is put into a page as it is. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What {@linkcode markup} takes; null and false are nothing. */
export type Content = string | number | Markup | null | false | readonly Content[];

/** A template of markup: what is put in is text, unless it is markup itself. */
export function markup(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const parts = strings.map((string, i) => string + textOf(contents[i] ?? null));
  return new Markup(parts.join(""));
}

/** Data that a script of the page finds by its id. */
export function dataBlock(id: string, data: unknown): Markup {
  // As JSON it means the same, and no parser of HTML sees an end of the element in it.
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return markup`<script type="application/json" id="${id}">${new Markup(json)}</script>`;
}

function textOf(content: Content): string {
  if (content === null || content === false) return "";
  if (content instanceof Markup) return content.text;
  if (Array.isArray(content)) return content.map(textOf).join("");
  return escapeText(String(content));
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

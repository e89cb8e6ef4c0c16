/**
 * Joins modules of a page into one script.
 *
 * @param modules Their texts, each after those that it imports. They import only each other, and
 *   share no names at the top level.
 */
export function joinModules(modules: readonly string[]): string {
  const parts = modules.map((text) =>
    text.replaceAll(/^import [^;]*;\n/gm, "").replaceAll(/^export /gm, "")
  );
  return `(() => {\n"use strict";\n${parts.join("\n")}})();\n`;
}

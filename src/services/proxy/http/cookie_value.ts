/**
 * Finds a cookie.
 *
 * @param header The value of the field Cookie (RFC 6265, 4.2).
 * @returns The first value of that name, without quotes around it; null if there is none.
 */
export function cookieValue(header: string, name: string): string | null {
  for (let start = 0; start < header.length;) {
    const semicolon = header.indexOf(";", start);
    const end = semicolon === -1 ? header.length : semicolon;
    while (header[start] === " " || header[start] === "\t") start++;
    const from = start + name.length + 1;
    if (header[from - 1] === "=" && header.startsWith(name, start)) {
      return unquoted(header.slice(from, Math.max(from, end)).trim());
    }
    start = end + 1;
  }
  return null;
}

function unquoted(value: string): string {
  const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
  return isQuoted ? value.slice(1, -1) : value;
}

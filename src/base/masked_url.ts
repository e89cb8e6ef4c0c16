/** URLs for logs and reports: without what they keep secret. */

/** What stands for a secret. */
export const MASK = "***";

/** Parameters that are secrets, by their names. */
const SECRET_PARAMETER = /([?&][^=&#]*(?:pass|pwd|secret|token|key|auth|cred|sig)[^=&#]*=)[^&#]*/gi;

/**
 * A URL whose password is masked, if it has one, and so are parameters that look like one. Text
 * that is not a URL is masked whole.
 */
export function maskPassword(text: string): string {
  if (!URL.canParse(text)) return MASK;
  const { username, password } = new URL(text);
  const masked = text.replace(SECRET_PARAMETER, `$1${MASK}`);
  if (password === "") return masked;
  // Replaced in the text, since a URL that is formatted anew may look different.
  const before = masked.indexOf("//") + 2;
  const from = username === "" ? before + 1 : masked.indexOf(":", before) + 1;
  const to = masked.lastIndexOf("@", endOfAuthority(masked));
  return `${masked.slice(0, from)}${MASK}${masked.slice(to)}`;
}

/** The origin of a URL: the path of a webhook is its password. */
export function maskPath(text: string): string {
  if (!URL.canParse(text)) return MASK;
  const { protocol, host, pathname, search } = new URL(text);
  const rest = pathname.length > 1 || search !== "" ? `/${MASK}` : "/";
  return `${protocol}//${host}${rest}`;
}

/** A text that may hold URLs, anything of which that may be a secret is masked. */
export function maskUrls(text: string): string {
  return text
    .replace(/:(\/*)\S*@/g, `:$1${MASK}@`)
    .replace(/(:\/\/[^\s/?#]*)[/?#]\S+/g, `$1/${MASK}`);
}

/** Where the host ends: at the first slash, question mark or hash after the scheme. */
function endOfAuthority(text: string): number {
  const from = text.indexOf("//") + 2;
  const length = text.slice(from).search(/[/?#]/);
  return length < 0 ? text.length : from + length;
}

/**
 * Where to cut a text so that no character is cut in two: at an index, or one before it.
 * Half a character would be written as U+FFFD.
 */
export function wholeCharacters(text: string, index: number): number {
  const before = text.charCodeAt(index - 1);
  const isHighSurrogate = before >= 0xd800 && before <= 0xdbff;
  return isHighSurrogate && index < text.length ? index - 1 : index;
}

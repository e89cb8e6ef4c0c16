let lastTime = NaN;
let lastIso = "";

/** The time of a record. Caches the last result: a busy server logs many records per millisecond. */
export function isoTime(milliseconds: number): string {
  if (milliseconds !== lastTime) {
    lastTime = milliseconds;
    lastIso = new Date(milliseconds).toISOString();
  }
  return lastIso;
}

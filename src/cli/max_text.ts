/** The longest text from a status file in the output, in characters. */
export const MAX_TEXT = 500;

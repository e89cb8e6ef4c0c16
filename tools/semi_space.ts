/**
 * The flag of V8 that bounds a semi-space, a third of the heap's young generation, in MB.
 * By default the young generation grows to 30 to 60 MB with a burst of clients, and stays
 * there, so each of 10,000 idle connections costs 3 to 6 KB more. What it costs in CPU
 * time is in docs/operating.md.
 */
export const SEMI_SPACE = "--max-semi-space-size=4";

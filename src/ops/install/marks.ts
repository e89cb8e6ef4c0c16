/** The line that tells people who finds a file where it comes from. */
export const WRITTEN_BY = 'Written by "sluice install", removed by "sluice uninstall"';

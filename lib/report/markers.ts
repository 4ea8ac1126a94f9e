/** Between these lines of a page stands what a command writes; the prose around it is people's. */
export const MARKERS = { begin: '<!-- results -->', end: '<!-- /results -->' } as const;

/** Same major interoperates; a minor adds what older ones may ignore. PROTOCOL.md keeps the history. */
export const VERSION = { major: 1, minor: 1 } as const;

/**
 * What a page writes down as it goes, at once and as text: IndexedDB may drop a transaction whose page has
 * gone (1 of 45 on a busy machine), localStorage does not. It stands until the rows themselves are written.
 */
const toText = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const toBytes = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

export const noteOf = (rows: unknown): string =>
  JSON.stringify(rows, (_, value: unknown) =>
    value instanceof Uint8Array ? { bytes: toText(value) } : value,
  );

/** As it was given to `noteOf`; undefined for a text that is no note. */
export function readNote(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => {
      const isBytes = typeof value === "object" && value !== null && "bytes" in value;
      return isBytes && typeof value.bytes === "string" ? toBytes(value.bytes) : value;
    });
  } catch {
    // Cut off or not ours: the row counts.
    return undefined;
  }
}

/**
 * Reading SuperCollider's compiled synth definitions just far enough to change how they write to a
 * bus. Source of the format: SuperCollider's "Synth Definition File Format", versions 1 and 2.
 */

/** A cursor over big-endian bytes. Reading past the end throws a RangeError. */
class Reader {
  offset = 0;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  int(width: 1 | 2 | 4): number {
    const at = this.offset;
    this.offset += width;
    if (width === 1) return this.#view.getUint8(at);
    return width === 2 ? this.#view.getInt16(at) : this.#view.getInt32(at);
  }

  /** Where a Pascal string starts (its length byte), and its text. */
  string(): { start: number; text: string } {
    const start = this.offset;
    const length = this.int(1);
    let text = "";
    for (let i = 0; i < length; i++) text += String.fromCharCode(this.int(1));
    return { start, text };
  }

  skip(bytes: number): void {
    this.offset += bytes;
  }
}

/** Where the class name of each unit generator called `name` stands in the file. */
function generatorsNamed(bytes: Uint8Array, name: string): number[] {
  const reader = new Reader(bytes);
  if (reader.int(4) !== 0x53436766) throw new Error("not a synth definition file");
  const width = reader.int(4) >= 2 ? 4 : 2;
  const found: number[] = [];
  for (let definitions = reader.int(2); definitions > 0; definitions--) {
    reader.string();
    reader.skip(reader.int(width) * 4);
    reader.skip(reader.int(width) * 4);
    for (let names = reader.int(width); names > 0; names--) {
      reader.string();
      reader.skip(width);
    }
    for (let generators = reader.int(width); generators > 0; generators--) {
      const { start, text } = reader.string();
      if (text === name) found.push(start);
      reader.skip(1);
      const inputs = reader.int(width);
      const outputs = reader.int(width);
      reader.skip(2 + inputs * 2 * width + outputs);
    }
    // None of the definitions shipped has variants; one that had would be misread from here on.
    if (reader.int(2) !== 0) throw new Error("synth definitions with variants are not supported");
  }
  return found;
}

const OFFSET_OUT = new TextEncoder().encode("\x09OffsetOut");

/**
 * The same synth, starting on its very sample: `Out` begins a voice at the next block of 128 frames,
 * `OffsetOut` inside it. Only the class names of unit generators are touched.
 *
 * Law: idempotent, and the result grows by 6 bytes for each `Out`.
 */
export function withOffsetOut(bytes: Uint8Array): Uint8Array {
  const marks = generatorsNamed(bytes, "Out");
  const result = new Uint8Array(bytes.length + marks.length * (OFFSET_OUT.length - 4));
  let read = 0;
  let written = 0;
  for (const mark of marks) {
    result.set(bytes.subarray(read, mark), written);
    written += mark - read;
    result.set(OFFSET_OUT, written);
    written += OFFSET_OUT.length;
    read = mark + 4;
  }
  result.set(bytes.subarray(read), written);
  return result;
}

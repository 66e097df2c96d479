/**
 * Reading and writing of little-endian bytes. A reader never throws: past the end it gives zeros and
 * stays `failed`, so that a decoder checks once, at its end.
 */

/** Code points of a string; what is not well formed becomes U+FFFD. */
function* codePoints(text: string): IterableIterator<number> {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0xfffd;
    yield code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  }
}

export class ByteWriter {
  #bytes = new Uint8Array(64);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, true);
  }

  i16(value: number): void {
    const at = this.#grow(2);
    this.#view.setInt16(at, value, true);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  u48(value: number): void {
    this.u16(value % 0x1_0000);
    this.u32(Math.floor(value / 0x1_0000));
  }

  f32(value: number): void {
    const at = this.#grow(4);
    this.#view.setFloat32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value, true);
  }

  /** Seven bits a byte, low ones first; whole numbers up to 2^53 - 1. */
  varint(value: number): void {
    while (value >= 0x80) {
      this.u8((value % 0x80) | 0x80);
      value = Math.floor(value / 0x80);
    }
    this.u8(value);
  }

  /** Length in bytes as a varint, then UTF-8. */
  string(text: string): void {
    const utf8: number[] = [];
    for (const code of codePoints(text)) {
      if (code < 0x80) utf8.push(code);
      else if (code < 0x800) utf8.push(0xc0 | (code >> 6), 0x80 | (code & 63));
      else if (code < 0x10000) utf8.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      else
        utf8.push(
          0xf0 | (code >> 18),
          0x80 | ((code >> 12) & 63),
          0x80 | ((code >> 6) & 63),
          0x80 | (code & 63),
        );
    }
    this.varint(utf8.length);
    const at = this.#grow(utf8.length);
    this.#bytes.set(utf8, at);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

export class ByteReader {
  readonly #view: DataView;
  #at = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Something was read that is not there, or not well formed. */
  get failed(): boolean {
    return this.#failed;
  }

  get remaining(): number {
    return this.#view.byteLength - this.#at;
  }

  u8(): number {
    return this.#has(1) ? this.#view.getUint8(this.#at++) : 0;
  }

  u16(): number {
    return this.#has(2) ? this.#view.getUint16(this.#skip(2), true) : 0;
  }

  i16(): number {
    return this.#has(2) ? this.#view.getInt16(this.#skip(2), true) : 0;
  }

  u32(): number {
    return this.#has(4) ? this.#view.getUint32(this.#skip(4), true) : 0;
  }

  u48(): number {
    const low = this.u16();
    return low + this.u32() * 0x1_0000;
  }

  f32(): number {
    return this.#has(4) ? this.#view.getFloat32(this.#skip(4), true) : 0;
  }

  f64(): number {
    return this.#has(8) ? this.#view.getFloat64(this.#skip(8), true) : 0;
  }

  /** Fails above `max`, which is at most 2^53 - 1. */
  varint(max: number): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > max) this.fail();
        return value > max ? 0 : value;
      }
    }
    this.fail();
    return 0;
  }

  /** Fails above `maxLength` UTF-16 units; bytes that are not UTF-8 become U+FFFD. */
  string(maxLength: number): string {
    const length = this.varint(maxLength * 3);
    if (!this.#has(length)) return "";
    const end = this.#at + length;
    let text = "";
    while (this.#at < end) text += String.fromCodePoint(this.#codePoint(end));
    if (text.length > maxLength) this.fail();
    return text;
  }

  /** The next bytes, not copied. */
  bytes(count: number): Uint8Array {
    if (!this.#has(count)) return new Uint8Array(0);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#skip(count), count);
  }

  fail(): void {
    this.#failed = true;
    this.#at = this.#view.byteLength;
  }

  #codePoint(end: number): number {
    const first = this.u8();
    const more =
      first < 0x80 ? 0 : first >= 0xf0 && first < 0xf8 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : -1;
    if (more === 0) return first;
    if (more < 0 || first >= 0xf8) return 0xfffd;
    let code = first & (0x3f >> more);
    for (let i = 0; i < more; i++) {
      if (this.#at >= end || (this.#view.getUint8(this.#at) & 0xc0) !== 0x80) return 0xfffd;
      code = (code << 6) | (this.#view.getUint8(this.#at++) & 0x3f);
    }
    const least = [0, 0x80, 0x800, 0x10000][more] ?? 0;
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least || code > 0x10ffff || surrogate ? 0xfffd : code;
  }

  #has(count: number): boolean {
    if (this.#failed || this.remaining < count) this.fail();
    return !this.#failed;
  }

  #skip(count: number): number {
    const at = this.#at;
    this.#at += count;
    return at;
  }
}

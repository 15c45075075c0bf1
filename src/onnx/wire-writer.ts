/** Protobuf wire format, written: fields are appended and joined once at the end. */

/** Bytes of a message under construction. */
export class WireWriter {
  private readonly parts: Uint8Array[] = [];
  private size = 0;

  /** Integer field (int64, int32, enum); negative numbers take ten bytes, as protobuf demands. */
  int(number: number, value: number | bigint): this {
    this.varint(BigInt(number) << 3n);
    this.varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  float(number: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.varint((BigInt(number) << 3n) | 5n);
    this.append(bytes);
    return this;
  }

  bytes(number: number, value: Uint8Array): this {
    this.varint((BigInt(number) << 3n) | 2n);
    this.varint(BigInt(value.length));
    this.append(value);
    return this;
  }

  string(number: number, value: string): this {
    return this.bytes(number, new TextEncoder().encode(value));
  }

  message(number: number, write: (writer: WireWriter) => void): this {
    const inner = new WireWriter();
    write(inner);
    return this.bytes(number, inner.finish());
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.size);
    let offset = 0;
    for (const part of this.parts) {
      result.set(part, offset);
      offset += part.length;
    }
    return result;
  }

  private append(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.size += bytes.length;
  }

  private varint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.append(Uint8Array.from(bytes));
  }
}

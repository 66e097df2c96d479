/** Entry points of SuperSonic that its `exports` offers without types. */
declare module "supersonic-scsynth/osc-channel" {
  export { OscChannel } from "supersonic-scsynth";
}

declare module "supersonic-scsynth/osc-fast" {
  /** The bytes are a view of a shared buffer, good until the next call. `timeTag` in NTP seconds. */
  export function encodeBundle(
    timeTag: number,
    packets: readonly (readonly (string | number)[])[],
  ): Uint8Array<ArrayBuffer>;
}

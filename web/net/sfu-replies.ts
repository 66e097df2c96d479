/** What the SFU answers, checked as far as this side relies on it; mediasoup-client checks the rest. */
import type { types } from "mediasoup-client";
import * as v from "valibot";

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
const actor = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff));
const record = <T>() =>
  v.custom<T>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

export const CapabilitiesReply = v.object({ rtpCapabilities: record<types.RtpCapabilities>() });

export const RestartIceReply = v.object({
  iceParameters: record<types.IceParameters>(),
  /** Of a transport to receive on: what there is to consume by now. */
  dataProducers: v.optional(v.pipe(v.array(v.object({ actor, dataProducerId: id })), v.maxLength(1_024)), []),
});

export const TransportReply = v.object({
  id,
  ...RestartIceReply.entries,
  iceCandidates: v.custom<types.IceCandidate[]>(Array.isArray),
  dtlsParameters: record<types.DtlsParameters>(),
  sctpParameters: record<types.SctpParameters>(),
});

export const ProduceDataReply = v.object({ id });

export const ConsumeDataReply = v.object({
  id,
  label: v.picklist(["edits", "live"]),
  sctpStreamParameters: v.object({
    streamId: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_534)),
  }),
});

/**
 * The three kinds of instant. Every one is in seconds, and only `shared/time` converts between them:
 * room time (the server's, since the room was made), local time (this page's monotonic clock) and
 * audio time (an AudioContext's `currentTime`). The audible instant of audio time t is what
 * `getOutputTimestamp()` pairs with it; output latency is never added on top.
 */
declare const kind: unique symbol;

export type RoomTime = number & { readonly [kind]: "room" };
export type LocalTime = number & { readonly [kind]: "local" };
export type AudioTime = number & { readonly [kind]: "audio" };

export const roomTime = (seconds: number): RoomTime => seconds as RoomTime;
export const localTime = (seconds: number): LocalTime => seconds as LocalTime;
export const audioTime = (seconds: number): AudioTime => seconds as AudioTime;

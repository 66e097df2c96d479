/** Every error a server or a peer may name, whether trying again can help, and the close code that follows it. */
export const ERRORS = {
  HELLO_EXPECTED: { close: 4400, retry: false },
  MALFORMED: { close: 4401, retry: false },
  OVERSIZE: { close: 4402, retry: false },
  RATE: { close: 4403, retry: true },
  VERSION: { close: 4404, retry: false },
  TOKEN_INVALID: { close: 4410, retry: false },
  TOKEN_EXPIRED: { close: 4411, retry: false },
  ROOM_UNKNOWN: { close: 4412, retry: false },
  ROOM_FULL: { close: 4413, retry: false },
  FORBIDDEN: { close: 4414, retry: false },
  /** The connection was silent for too long. */
  TIMEOUT: { close: 4420, retry: true },
  /** This actor has connected anew elsewhere: the older connection ends. */
  REPLACED: { close: 4421, retry: false },
  /** The server is going away; `retry` says when to come back. */
  RESTART: { close: 4422, retry: true },
  /** A delta was stamped more than a minute ahead: come back as a new actor, with another clock. */
  STAMP_AHEAD: { close: 4423, retry: true },
  INTERNAL: { close: 4500, retry: true },
} as const;

export type ErrorCode = keyof typeof ERRORS;

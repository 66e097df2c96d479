/** Asking for streams in a mesh: each over a connection of its own, which its sender makes when asked. */
import type { AirKind } from "#shared/protocol/messages.ts";
import type { Connection } from "../connection.ts";
import type { MeshSignal } from "../mesh-signal.ts";
import type { PairStream } from "./pair-stream.ts";
import type { Leg, Way } from "./reception.ts";
import type { StreamSignal } from "./stream-signal.ts";

export interface MeshWay extends Way {
  handleSignal(from: number, kind: AirKind, signal: StreamSignal): void;
}

export function meshWay(connection: Connection, random: () => number): MeshWay {
  /** By sender and session. */
  const pairs = new Map<string, PairStream>();
  return {
    open(actor, kind, ended) {
      const session = Math.floor(random() * 2 ** 32);
      const key = `${actor}:${kind}:${session}`;
      const say = (signal: StreamSignal): void =>
        void connection.sound.socket.send({ type: "signal", to: actor, data: { ...signal, stream: kind } });
      let receiver: RTCRtpReceiver | null = null;
      let isClosed = false;
      const begin = (code: typeof import("./pair-stream.ts")): void => {
        if (isClosed) return;
        const pair = new code.PairStream({
          session,
          sends: null,
          iceServers: connection.sound.iceServers,
          signal: say,
          handlers: {
            track: (_, got) => (receiver = got),
            ended: () => {
              pairs.delete(key);
              ended();
            },
          },
        });
        pairs.set(key, pair);
        say({ type: "listen", session });
      };
      // With simple-peer, which a room on the SFU never needs.
      import("./pair-stream.ts").then(begin, ended);
      const leg: Leg = {
        get receiver() {
          return receiver;
        },
        close() {
          isClosed = true;
          pairs.get(key)?.close();
          pairs.delete(key);
        },
      };
      return leg;
    },
    handleSignal(from, kind, signal) {
      if (signal.type === "listen") return;
      pairs.get(`${from}:${kind}:${signal.session}`)?.handleSignal(signal satisfies MeshSignal);
    },
  };
}

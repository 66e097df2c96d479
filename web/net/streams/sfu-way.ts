/** Asking for streams on the SFU: a consumer each, over the session's one transport. */
import type { types } from "mediasoup-client";
import type { AirKind } from "#shared/protocol/messages.ts";
import type { SfuRequest } from "../requests.ts";
import type { SfuSession } from "../sfu-session.ts";
import type { Leg, Way } from "./reception.ts";
import { consume } from "./sfu-streams.ts";

export class SfuWay implements Way {
  readonly session: SfuSession;
  readonly #request: SfuRequest;

  constructor(session: SfuSession, request: SfuRequest) {
    this.session = session;
    this.#request = request;
  }

  open(actor: number, kind: AirKind, ended: () => void): Leg {
    let consumer: types.Consumer | null = null;
    let isClosed = false;
    const drop = (made: types.Consumer): void => {
      made.close();
      // Where it is not answered, the server closes it with the transport.
      this.#request("closeConsumer", { consumerId: made.id }).catch(() => {});
    };
    consume(this.session, this.#request, actor, kind).then(
      (made) => {
        if (isClosed) return drop(made);
        consumer = made;
        made.on("transportclose", ended);
        made.on("trackended", ended);
      },
      () => {
        // There is no such stream yet, or the session is over: it is asked for again.
        if (!isClosed) ended();
      },
    );
    return {
      get receiver() {
        return consumer?.rtpReceiver ?? null;
      },
      close() {
        if (isClosed) return;
        isClosed = true;
        if (consumer) drop(consumer);
      },
    };
  }
}

/**
 * What a page of the delivery benchmark does: the one sends, over each subject in turn, the other notes
 * what has come when. An edit of Tutti's is dispatched in the app; the other subjects are bare channels
 * beside it, with a number in each message.
 */
export const SUBJECTS = ["tutti", "ordered", "raw"] as const;
export type Subject = (typeof SUBJECTS)[number];

/** Number of a message, and an instant of the page's `performance.now()`. */
export type Mark = [number: number, at: number];

export interface DeliveryAgent {
  /** Over this subject; says under which number the other page will see it. */
  send(subject: Subject, index: number): number;
  readonly came: Record<Subject, Mark[]>;
}

declare global {
  interface Window {
    deliveryAgent?: DeliveryAgent;
    /** The bare channels; which channel is raw may change as the app connects anew. */
    bare?: Record<Exclude<Subject, "tutti">, () => RTCDataChannel | undefined>;
  }
}

/** In the page, once the app's own path is up and `window.bare` is there. */
export function installAgent(cell: { readonly track: number; readonly pitch: number }): void {
  const { tutti, bare } = window;
  if (!tutti || !bare) throw new Error("the page has no inspector, or no bare channels");
  const came: Record<Subject, Mark[]> = { tutti: [], ordered: [], raw: [] };
  const self = tutti.inspect().self?.actor;
  const last = { tutti: 0, ordered: 0, raw: 0 };
  const BARE = 0x70;
  const send = (subject: Subject, index: number): number => {
    if (subject === "tutti") {
      tutti.dispatch({ type: "NOTE_TOGGLE", track: cell.track, step: index % 16, pitch: cell.pitch });
      return last.tutti;
    }
    last[subject] += 1;
    // As long as a toggle. The first byte is that of no frame of ours: the app, which hears it too, lets it go.
    const bytes = new DataView(new ArrayBuffer(10));
    bytes.setUint8(0, BARE);
    bytes.setUint32(1, last[subject]);
    const channel = bare[subject]();
    // One that is not open loses what it is given, as a network would.
    if (channel?.readyState === "open") channel.send(bytes);
    return last[subject];
  };
  tutti.onApplied(({ actor, seq }) => {
    if (actor === self) last.tutti = seq;
    else came.tutti.push([seq, performance.now()]);
  });
  window.heardBare = (label, data) => {
    const at = performance.now();
    const bytes = new DataView(data);
    if (bytes.getUint8(0) === BARE)
      came[label === "ordered" ? "ordered" : "raw"].push([bytes.getUint32(1), at]);
  };
  window.deliveryAgent = { send, came };
}

export interface Shift {
  /** Who is next, over and over. */
  readonly turns: readonly Subject[];
  /** From one turn to the next, in ms. */
  readonly slotMs: number;
  /** Turns in all. */
  readonly count: number;
  /**
   * Each turn begins up to so many ms late, evenly spread. Where tenths of a ms are compared it has to be 1, since timers
   * here and in the network count whole ones: two subjects would keep their places between their ticks for minutes,
   * and what the one gained or lost by that, up to 1 ms, would be its figure.
   */
  readonly spreadMs: number;
}

/** In the page that sends: one shift, and what was sent when. */
export async function work({ turns, slotMs, count, spreadMs }: Shift): Promise<Record<Subject, Mark[]>> {
  const agent = window.deliveryAgent;
  if (!agent) throw new Error("the page has no agent");
  const sent: Record<Subject, Mark[]> = { tutti: [], ordered: [], raw: [] };
  const began = performance.now();
  for (let turn = 0; turn < count; turn++) {
    const wait = began + turn * slotMs - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const begin = performance.now() + spreadMs * Math.random();
    while (performance.now() < begin);
    const subject = turns[turn % turns.length];
    if (subject === undefined) throw new Error("nobody's turn");
    const at = performance.now();
    sent[subject].push([agent.send(subject, Math.floor(turn / turns.length)), at]);
  }
  return sent;
}

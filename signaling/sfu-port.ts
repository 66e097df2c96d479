/**
 * What the rooms need of an SFU. `sfu/service.ts` fits this by its shape; neither imports the other,
 * and `main.ts` is the one place that puts them together.
 */
import type { Result } from "#shared/lib/result.ts";
import type { Role, SfuMethod } from "#shared/protocol/messages.ts";

export interface SfuRoomEvents extends Record<string, unknown> {
  /** A datagram of this actor's, heard by the server too. */
  data: { readonly actor: number; readonly bytes: Uint8Array };
  /** This actor's edits can be consumed from now on. */
  dataProducer: { readonly actor: number; readonly dataProducerId: string };
  /** Packets of this actor's programme come, or have not for 0.2 s, or cannot any more. */
  programme: { readonly actor: number; readonly flows: boolean };
  /** The worker of these is lost: their transports are to be made anew. */
  reset: { readonly guests: readonly { readonly actor: number; readonly role: Role }[] };
}

export interface SfuRoom {
  handle(
    actor: number,
    role: Role,
    method: SfuMethod,
    params: Record<string, unknown>,
  ): Promise<Result<Record<string, unknown>, string>>;
  leave(actor: number): void;
  /** Ends what this actor sends of its microphone or line. */
  closeInput(actor: number): void;
  /** Who may send the programme, and whose is forwarded to all who wish to hear it. */
  setProgramme(named: readonly number[], forwarded: readonly number[]): void;
  /** To one actor over its own consumer; false where it has none. */
  send(actor: number, bytes: Uint8Array): boolean;
  on<K extends keyof SfuRoomEvents>(name: K, listener: (event: SfuRoomEvents[K]) => void): () => void;
  close(): void;
}

/** What there is on one worker now. */
export interface SfuWorkerReport {
  readonly alive: boolean;
  /** One for each room that is on it. */
  readonly routers: number;
  readonly transports: number;
  /** Ends of pipes to other workers, among the transports. */
  readonly pipes: number;
  readonly producers: number;
  readonly consumers: number;
}

export interface SfuService {
  readonly workers: { readonly alive: number; readonly wanted: number };
  readonly report: readonly SfuWorkerReport[];
  room(roomId: string): Promise<SfuRoom>;
  close(): Promise<void>;
}

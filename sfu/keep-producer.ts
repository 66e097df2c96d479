/** What an actor sends is kept by a name until it ends, whoever ends it. */
import type { WebRtcTransport } from "mediasoup/types";
import { err, ok, type Result } from "#shared/lib/result.ts";

/** Of sound or of datagrams. */
interface AnyProducer {
  readonly closed: boolean;
  readonly observer: { once(name: "close", then: () => void): unknown };
  close(): void;
}

/**
 * Keeps a producer that has just been made, once `ready` has done what it needs. One that comes to nothing is closed:
 * `ready` rejects, which this does too, or its owner has left meanwhile, and what is made on a closed transport nobody
 * else closes.
 */
export async function keepProducer<K, P extends AnyProducer>(
  kept: Map<K, P>,
  name: K,
  producer: P,
  transport: WebRtcTransport,
  ready: () => Promise<unknown>,
): Promise<Result<P, "CLOSED">> {
  try {
    await ready();
  } catch (error) {
    producer.close();
    throw error;
  }
  if (transport.closed || producer.closed) {
    producer.close();
    return err("CLOSED");
  }
  kept.set(name, producer);
  producer.observer.once("close", () => {
    if (kept.get(name) === producer) kept.delete(name);
  });
  return ok(producer);
}

/** What a test hears in somebody's own mix, and what the browser says it receives. */
import type { BrowserContext } from "playwright-core";
import type { JamPage } from "./browser.ts";

declare global {
  interface Window {
    /** Every peer connection this page has made. */
    connections?: RTCPeerConnection[];
    /** Every input it has opened. */
    inputs?: MediaStreamTrack[];
  }
}

/** Before the page loads: keeps its connections, to be asked for their statistics, and its inputs. */
export const watchConnections = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(() => {
    const connections: RTCPeerConnection[] = [];
    window.connections = connections;
    const inputs: MediaStreamTrack[] = [];
    window.inputs = inputs;
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await open(constraints);
      inputs.push(...stream.getAudioTracks());
      return stream;
    };
    const Real = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    };
  });

export interface Spectrum {
  /** Of the left and the right channel: root mean square, and the level of the tone alone, both linear. */
  readonly rms: readonly [number, number];
  readonly tone: readonly [number, number];
}

/** Of what somebody hears, for so long: how loud each side is, and how much of it is a tone of this frequency. */
export const heardTone = (jam: JamPage, frequency: number, seconds = 1): Promise<Spectrum> =>
  jam.page.evaluate(
    async ([hertz, length]) => {
      const { channels, sampleRate } = await window.tutti!.tap(length, "myMix");
      const measure = (samples: Float32Array): [number, number] => {
        let [energy, real, imaginary] = [0, 0, 0];
        for (let i = 0; i < samples.length; i++) {
          const sample = samples[i] ?? 0;
          const phase = (2 * Math.PI * hertz * i) / sampleRate;
          energy += sample * sample;
          real += sample * Math.cos(phase);
          imaginary += sample * Math.sin(phase);
        }
        return [Math.sqrt(energy / samples.length), (2 * Math.hypot(real, imaginary)) / samples.length];
      };
      const [left, right] = [0, 1].map((channel) => measure(channels[channel] ?? new Float32Array(1)));
      return { rms: [left![0], right![0]], tone: [left![1], right![1]] } as const;
    },
    [frequency, seconds] as const,
  );

export interface Inbound {
  readonly packets: number;
  readonly bytes: number;
  readonly mimeType: string;
  readonly channels: number;
  readonly format: string;
}

/** What sound this browser receives now, of all its connections. */
export const inbound = (jam: JamPage): Promise<Inbound[]> =>
  jam.page.evaluate(async () => {
    const found: Inbound[] = [];
    for (const connection of window.connections ?? []) {
      if (connection.connectionState !== "connected") continue;
      const report = await connection.getStats();
      report.forEach((entry: Record<string, unknown>) => {
        if (entry["type"] !== "inbound-rtp" || entry["kind"] !== "audio") return;
        const codec = report.get(String(entry["codecId"])) as Record<string, unknown> | undefined;
        found.push({
          packets: Number(entry["packetsReceived"] ?? 0),
          bytes: Number(entry["bytesReceived"] ?? 0),
          mimeType: String(codec?.["mimeType"]),
          channels: Number(codec?.["channels"] ?? 0),
          format: String(codec?.["sdpFmtpLine"]),
        });
      });
    }
    return found;
  });

/** `npm run bench`: lists the benchmarks, or runs one and prints its table. */
import { writeFileSync } from "node:fs";
import { defineCommand, runMain } from "citty";
import { ensureBuild, ensureChromium, ensureWorker } from "../../scripts/setup.mjs";
import type { Benchmark } from "./benchmark.ts";
import { watchLoad } from "./load.ts";
import { type Report, toJson, toTable } from "./report.ts";

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  delivery: {
    about: "edit → applied through a network that delays and loses, mesh and SFU, beside bare data channels",
    opensPages: true,
    load: async () => (await import("./delivery/delivery.ts")).runDelivery,
  },
  drift: {
    about: "slope of the onset error: 30 minutes of virtual time beside stock scheduling, 5 of real time",
    opensPages: true,
    load: async () => (await import("./drift/drift.ts")).runDrift,
  },
  edit: {
    about: "edit → applied in another browser, and bytes: relay, mesh and SFU beside a socket.io broadcast",
    opensPages: true,
    load: async () => (await import("./edit/edit.ts")).runEdit,
  },
  listen: {
    about: "a listener's link → sound of the stream, and all that is fetched up to it",
    opensPages: true,
    load: async () => (await import("./listen/listen.ts")).runListen,
  },
  onset: {
    about:
      "the same note in two Chromium processes, one clock wrong; beside stock SuperSonic and currentTime",
    opensPages: true,
    load: async () => (await import("./onset/onset.ts")).runOnset,
  },
  page: {
    about: "scripts before the first sound, link → grid, Join → sound",
    opensPages: true,
    load: async () => (await import("./page/page.ts")).runPage,
  },
  stream: {
    about:
      "render → the other browser's output, mesh and SFU, beside a bare RTCPeerConnection; what it does to sound",
    opensPages: true,
    load: async () => (await import("./stream/stream.ts")).runStream,
  },
  audience: {
    about:
      "CPU a packet to a listener, beside bare mediasoup and over two workers; bytes of one that renders",
    opensPages: true,
    load: async () => (await import("./audience/audience.ts")).runAudience,
  },
  crowd: {
    about:
      "16 performers and 200 listeners in one room: nothing lost, what it costs, and a worker killed under it",
    opensPages: true,
    load: async () => (await import("./crowd/crowd.ts")).runCrowd,
  },
  programme: {
    about: "what an audience misses when its broadcaster is killed, falls silent, or is changed by a leader",
    opensPages: true,
    load: async () => (await import("./programme/programme.ts")).runProgramme,
  },
  bytes: {
    about: "bytes of an edit and of the whole document, CPU to load it; beside Yjs, Automerge, Loro, JSON",
    opensPages: false,
    load: async () => (await import("./bytes/bytes.ts")).runBytes,
  },
  live: {
    about:
      "a knob that is turned, through three networks in virtual time, beside applying frames as they come",
    opensPages: false,
    load: async () => (await import("./live/live.ts")).runLive,
  },
  fuzz: {
    about:
      "a million damaged frames into every decoder, the hub and the spoke: nothing throws, nothing refused changes anything",
    opensPages: false,
    load: async () => (await import("./fuzz/fuzz.ts")).runFuzz,
  },
  crash: {
    about:
      "acknowledged edits lost by a server that is killed 200 times, and by a log cut at every 64th byte",
    opensPages: false,
    load: async () => (await import("./crash/crash.ts")).runCrash,
  },
  rooms: {
    about: "50 rooms of 8 on one core: CPU an edit, acks, memory; beside y-websocket's server and socket.io",
    opensPages: false,
    load: async () => (await import("./rooms/rooms.ts")).runRooms,
  },
  leaks: {
    about: "what the server and two SFU workers still hold after 4 times 250 joins and leaves",
    opensPages: false,
    load: async () => (await import("./leaks/leaks.ts")).runLeaks,
  },
  clock: {
    about: "room clock: settled error, first lock and pings on simulated networks, beside @ircam/sync",
    opensPages: false,
    load: async () => (await import("./clock/clock.ts")).runClocks,
  },
};

function list(): string {
  const width = Math.max(...Object.keys(BENCHMARKS).map((name) => name.length));
  const lines = Object.entries(BENCHMARKS).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`);
  return ["Benchmarks, run with: npm run bench -- NAME [--json FILE] [--quick]", "", ...lines].join("\n");
}

async function measure(name: string, benchmark: Benchmark, quick: boolean): Promise<Report> {
  if (benchmark.opensPages) {
    process.env["CHROMIUM"] ??= await ensureChromium();
    await ensureWorker();
    await ensureBuild();
  }
  const run = await benchmark.load();
  const date = new Date().toISOString();
  const load = watchLoad();
  const outcome = await run({ quick, say: (line) => process.stderr.write(`${line}\n`) });
  return { bench: name, date, load: load(), ...outcome };
}

const command = defineCommand({
  meta: { name: "npm run bench --", description: "Measures Tutti and its rivals on this machine." },
  args: {
    name: {
      type: "positional",
      description: "Which benchmark; without it, they are listed.",
      required: false,
    },
    json: { type: "string", valueHint: "FILE", description: "Write the figures to FILE too." },
    quick: { type: "boolean", description: "A tenth of the samples, to see that it runs." },
  },
  async run({ args }) {
    if (args.name === undefined) {
      console.log(list());
      return;
    }
    const benchmark = Object.hasOwn(BENCHMARKS, args.name) ? BENCHMARKS[args.name] : undefined;
    if (!benchmark) {
      console.error(`There is no benchmark "${args.name}".\n\n${list()}`);
      process.exitCode = 2;
      return;
    }
    const report = await measure(args.name, benchmark, args.quick ?? false);
    console.log(`\n${toTable(report)}`);
    if (args.json !== undefined) writeFileSync(args.json, toJson(report));
    // The figures are out: a browser or a socket that lingers must not keep whoever waits for the end.
    process.exit();
  },
});

await runMain(command);

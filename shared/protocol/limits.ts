/** Every bound of the protocol, each with its reason. PROTOCOL.md's table is checked against this file. */
export const LIMITS = {
  /** A track is a stereo pair of the engine's 32 outputs, less one pair for returns and one for click and audition. */
  tracks: 14,
  /** Patterns a track may hold: one nibble of the scene row. */
  patterns: 16,
  /** Scenes of a room: as many as a track has patterns, so that each pattern can have its scene. */
  scenes: 16,
  /** Entries of the chain: a song of that many sections. */
  chain: 32,
  /** Bars that one entry of the chain lasts at most: two minutes at 128 beats a minute. */
  chainBars: 64,
  /** Steps in a pattern: four bars of sixteenths. */
  steps: 64,
  /** Notes in one PATTERN_UPDATE: every step of the longest pattern with a chord of eight. */
  notesPerUpdate: 512,
  /** Notes that PATTERN_COPY takes along: at 7 bytes a note, less than half of what a frame may hold. */
  notesPerCopy: 4_096,
  nameLength: 40,
  /** Performers in a room unless the operator says otherwise. */
  performers: 16,
  /** A delta above this many bytes fits no datagram and goes in parts. */
  datagramBytes: 1_100,
  /** A delta above this many bytes, 61 datagrams, is left to the WebSocket. */
  partedBytes: 65_536,
  /** Deltas of one peer that are being put together from parts; the oldest gives way. */
  openParts: 4,
  /** The largest binary WebSocket message a client may send: a delta of every register that one gesture gathers. */
  clientFrameBytes: 196_608,
  /** The largest text WebSocket message a client may send: an SDP offer with many candidates is 10 kB. */
  clientTextBytes: 65_536,
  /** The largest snapshot a client accepts. */
  snapshotBytes: 4_194_304,
  /** Text messages a second from one connection (token bucket, burst 60): a mesh join of 15 peers trickles 40 candidates. */
  textPerSecond: 30,
  /** Binary messages a second from one connection: pasting patterns as fast as a script can. A client paces itself. Frames of hands are counted apart, by the same rate. */
  binaryPerSecond: 200,
  /** The same at once: what a network that stood still lets through together. */
  binaryBurst: 400,
  /** Words a second of one person about where their hand is: as often as an eye follows; what is more is slowed down. */
  presencePerSecond: 10,
  /** Frames a second of one hand that moves (burst as many): as often as a screen shows; what is more is slowed down. */
  livePerSecond: 60,
  /** Controls that one hand holds at once: two for a pad, and fingers to spare. */
  liveParameters: 8,
  /** Seconds that a gesture lasts; one that goes on begins anew, within what two bytes of its beginning can say. */
  gestureSeconds: 30,
  /** Frames of one hand that wait to be heard: half a second of them. */
  liveFrames: 32,
  /** Controls whose newest write is remembered, to be told from a hand's older frames: all of a full room, and room to spare. */
  liveWrites: 1_024,
  /** Hands that are listened to at once: of every performer that any operator allows so far. */
  liveHands: 64,
  /** Notes of one player in a frame, held or just let go: ten fingers, and what a pedal holds beside them. */
  liveNotes: 16,
  /** Seconds that a note played live lasts at most: whatever happens to its end, it has one. */
  noteSeconds: 30,
  /** Own deltas kept until the server has them; a day of offline editing by one person. */
  unsentDeltas: 10_000,
  /** Rooms whose jam a browser keeps for the next visit, the newest: a band's few, with room to spare. */
  keptRooms: 32,
  /** Days that a browser keeps a jam nobody has opened in it: as long as a link is good for. */
  keptDays: 90,
  /** Own deltas kept although the server has them: it may come back from a backup. */
  ownDeltas: 2_000,
  /** Characters of a track's place in the order: each drop between the same two neighbours adds a sixth of one. */
  orderLength: 64,
  /** The highest actor: a track's id is actor × 256 + n and must fit 32 bits. */
  actors: 16_777_215,
  /** Deltas owed to one stalled peer before it is given a snapshot instead. */
  owedDeltas: 4_096,
  /** Deltas in flight to one mesh peer: one that lets more wait gets the rest by way of the server. */
  pairDeltas: 256,
  /** Deltas of one author held until their stamps come due: a minute of editing by a clock that is that far ahead. */
  heldDeltas: 256,
  /** The same of all authors together. */
  heldDeltasOfAll: 4_096,
  /** Deltas of others kept for a server that lacks them: 16 people editing for a quarter of a minute. */
  hearsayDeltas: 1_024,
  /** Earlier lives that a hello may prove. */
  earlierActors: 8,
  /** Out-of-order deltas remembered above the contiguous high-water mark of one actor; a sequence number travels in 8 bits. */
  sequenceWindow: 64,
  /** Registers in a room: 14 tracks × 16 patterns × a dense grid, with room to spare. */
  registers: 200_000,
  /** Writes in one delta: of notes on alternating tracks, the longest kind, they fill nine tenths of a client's frame. */
  writesPerDelta: 4_608,
  /** A jam's file as text: a full room has 200,000 notes of 100 characters a line, and room to spare. */
  jamFileBytes: 33_554_432,
  /** The body of a request for a room that begins with a jam: 14,000 notes, which take the server's thread 0.1 s. */
  jamRequestBytes: 1_048_576,
  /** Actors whose names a welcome lists, the newest; older ones' notes read as nobody's. */
  authors: 2_048,
  /** Entries in one page of history: more than a screen shows, and a thousandth of a journal. */
  historyEntries: 200,
  /** Bytes of deltas in one page of history: a page of replaced patterns is cut before it is felt. */
  historyBytes: 262_144,
  /** Pages of history and moments one connection may ask for in a second (burst 10): a moment replays thousands of deltas. */
  historyPerSecond: 2,
  /** Controls of one leader (burst 8): faster than anybody conducts. */
  controlsPerSecond: 4,
  /** Seconds without a leader after which the room says so: longer than a reload or a lost connection takes. */
  leaderAway: 10,
  /** Characters of something said: a paragraph, so that all that is kept of a room's chat is 0.2 MB of them. */
  chatLength: 1_000,
  /** Things said that a room keeps, the newest: an evening's talk. */
  chatLines: 200,
  /** Things one person says in a second (burst 5): faster than anybody reads. */
  chatPerSecond: 1,
  /** Of one person's that wait to be said: a paste in pieces. What is more is refused. */
  chatWaiting: 5,
  /** Reactions of one person in a second (burst 6): each is seen for longer than that. */
  reactionsPerSecond: 2,
  /** Bars of a ramp of the tempo, and the same in beats: as long as an entry of the chain. */
  rampBars: 64,
  rampBeats: 256,
  tempo: { min: 20, max: 400 },
  swing: { min: 50, max: 75 },
} as const;

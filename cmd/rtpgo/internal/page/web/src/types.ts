// What the daemon sends: see the structs of the same names in the Go package.

export interface Overview {
  at: number;
  host: string;
  version: string;
  uptime: number;
  draining: boolean;
  engine: string;
  calls: number;
  ended?: number;
  conditions: Record<string, number>;
  measured: boolean;
  ports: number;
  portsSize: number;
  streams: number;
  kernel: number;
  packets: number;
  bits: number;
  loss: number;
  dropped: number;
  drops: { cause: string; total: number; rate: number; intended: boolean }[];
  interfaces: Interface[];
  ng: NG;
  attention: { count: number; calls: Row[] };
  took: number;
}

export interface Interface {
  name: string;
  address: string;
  advertised?: string;
  device?: string;
  engine: string;
  why?: string;
  first: number;
  last: number;
  used: number;
  size: number;
  packets: number;
  bits: number;
  loss: number;
  dropped: number;
}

export interface NG {
  clients: number;
  rate: number;
  errors: number;
  latency: number;
  repeated: number;
  overloaded: number;
  rejected: number;
  commands: { name: string; count: number; errors: number; rate: number; mean: number; most: number }[];
}

export interface Point {
  at: number;
  calls: number;
  packets: number;
  loss: number;
  dropped: number;
  ng: number;
  latency: number;
  ports: number;
}

export interface Row {
  id: string;
  age: number;
  condition: string;
  fault?: string;
  media: string;
  codec: string;
  ends: { tag: string; interface: string; address: string; packets: number }[];
  packets: number;
  loss: number;
  lossNow: number;
  jitter: number;
  dropped: number;
  kernel: number;
  streams: number;
}

export interface List {
  at: number;
  total: number;
  matched: number;
  offset: number;
  conditions: Record<string, number>;
  faults: number;
  calls: Row[];
}

export interface EndedRow {
  id: string;
  ended: number;
  duration: number;
  reason: string;
  verdict: string;
  fault: boolean;
  text: string;
}

export interface EndedList {
  total: number;
  matched: number;
  offset: number;
  faults: number;
  calls: EndedRow[];
}

export interface Head {
  id: string;
  state: 'live' | 'ended' | 'unknown';
  row?: Row;
}

// A call as `rtpgo query --json` shows it.
export interface Call {
  'call-id': string;
  created: number;
  age: number;
  state: string;
  parties: Party[];
}

export interface Party {
  tag: string;
  label: string;
  peers: string[]; // tags of the parties that it talks to
  medias: Media[];
}

export interface Media {
  index: number;
  type: string;
  protocol: string;
  interface: string;
  codecs: string[];
  send: number;
  receive: number;
  streams: Stream[];
}

export interface Counters {
  packets: number;
  bytes: number;
  errors: number;
}

export interface Stream {
  kind: 'RTP' | 'RTCP';
  local: string;
  signalled: string;
  learned: string;
  security: string;
  ice: string;
  in: Counters;
  out: Counters;
  lost: number;
  'jitter us': number;
  idle: number;
  kernel: number;
  drops: Record<string, number>;
  MOS?: number; // times 10, how the party hears the other side
  'lowest MOS'?: number;
  'round-trip time us'?: number;
}

export interface Explain {
  state: string;
  created?: string;
  ended?: string;
  'end-reason'?: string;
  verdicts: Verdict[];
  timeline: TimelineEntry[];
}

export interface Verdict {
  from: string;
  to: string;
  media: number;
  type: string;
  verdict: string;
  fault: boolean | number;
  side: string;
  text: string;
  check: string;
}

export interface TimelineEntry {
  at: string;
  kind: string;
  tag: string;
  media: number;
  text: string;
}

export interface Exchange {
  at: number;
  command: string;
  from: string;
  to: string;
  before: string;
  after: string;
}

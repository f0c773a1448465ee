import { useRef } from 'preact/hooks';
import type { Live } from './live';
import type { Call, Media, Party, Stream } from './types';

// Flow is what one party sends of one media.
export interface Flow {
  key: string;
  name: string; // of the party
  party: Party;
  media: Media;
  rtp: Stream;
  rtcp?: Stream;
}

export const partyName = (p: { tag: string; label: string }, i: number) => p.label || p.tag || `party ${i + 1}`;

// short keeps the end of long tags readable.
export const short = (s: string, n = 14) => (s.length <= n ? s : s.slice(0, n - 6) + '…' + s.slice(-5));

export function flows(call: Call): Flow[] {
  const list: Flow[] = [];
  call.parties.forEach((party, i) => {
    for (const media of party.medias) {
      const rtp = media.streams.find((s) => s.kind === 'RTP');
      if (!rtp) continue;
      list.push({
        key: `${i}/${media.index}`,
        name: short(partyName(party, i), 24),
        party,
        media,
        rtp,
        rtcp: media.streams.find((s) => s.kind === 'RTCP'),
      });
    }
  });
  return list;
}

// Track is the recent past of one flow.
export interface Track {
  key: string;
  name: string;
  color: string;
  at: number[]; // seconds since 1970, the same of all tracks
  packets: (number | null)[]; // per second
  loss: (number | null)[]; // percent
  jitter: (number | null)[]; // ms
  mos: (number | null)[];
}

const maxPoints = 900;
const colors = ['--line-1', '--line-2', '--line-3', '--line-4'];
// Rates are of so many steps: the kernel's counters come once a second too, and
// not in step with ours.
const window = 3;

interface Sample {
  at: number;
  flows: Map<string, { packets: number; lost: number; jitter: number; mos: number | null; kernel: boolean }>;
}

// useTracks remembers what was seen of the call since the view was opened.
export function useTracks(live: Live): Track[] {
  const samples = useRef<Sample[]>([]);
  const built = useRef<{ at: number; tracks: Track[] }>({ at: 0, tracks: [] });
  const { call, callAt } = live;
  if (!call || built.current.at === callAt) return built.current.tracks;
  const list = flows(call);
  samples.current = [
    ...samples.current.slice(1 - maxPoints),
    {
      at: callAt / 1000,
      flows: new Map(
        list.map((f) => [
          f.key,
          { packets: f.rtp.in.packets, lost: f.rtp.lost, jitter: f.rtp['jitter us'] / 1000, mos: f.rtp.MOS ? f.rtp.MOS / 10 : null, kernel: f.rtp.kernel === 1 },
        ]),
      ),
    },
  ];
  const all = samples.current;
  const at = all.map((s) => s.at);
  const several = new Set(list.map((f) => f.media.type)).size > 1 || list.some((f) => f.media.index > 1);
  const tracks = list.slice(0, colors.length).map((f, i): Track => {
    const t: Track = { key: f.key, name: several ? `${short(f.name)} ${f.media.type}` : short(f.name), color: colors[i], at, packets: [], loss: [], jitter: [], mos: [] };
    all.forEach((s, k) => {
      const now = s.flows.get(f.key);
      const before = all[Math.max(0, k - window)];
      const then = before.flows.get(f.key);
      const seconds = s.at - before.at;
      if (!now || !then || seconds < 0.5) {
        t.packets.push(null);
        t.loss.push(null);
      } else {
        const packets = Math.max(0, now.packets - then.packets);
        const lost = Math.max(0, now.lost - then.lost);
        t.packets.push(packets / seconds);
        t.loss.push(packets + lost > 0 ? (100 * lost) / (packets + lost) : null);
      }
      t.jitter.push(now && now.packets > 0 ? now.jitter : null);
      t.mos.push(now?.mos ?? null);
    });
    return t;
  });
  built.current = { at: callAt, tracks };
  return tracks;
}

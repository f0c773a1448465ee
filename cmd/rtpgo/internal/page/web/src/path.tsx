import { useEffect, useRef, useState } from 'preact/hooks';
import { compact, percent } from './format';
import { partyName, short, type Track } from './tracks';
import type { Call, Media, Party, Stream } from './types';

// A Side is one end of one media: the party and the port of ours that faces it.
interface Side {
  key: string;
  name: string;
  party: Party;
  media: Media;
  rtp?: Stream;
}

type Tone = 'good' | 'warn' | 'bad' | 'calm';

// Way is one direction: what a side sends, and what goes on to the other.
interface Way {
  tone: Tone;
  rate: number | null;
  loss: number | null;
  into: string; // what is said of it on the sender's side
  out: string; // on the receiver's side
  moves: boolean;
}

// Path draws who sends to whom through which interface, with what arrives.
export function Path({ call, tracks }: { call: Call; tracks: Track[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, set] = useState(0);
  useEffect(() => {
    const here = box.current!;
    const o = new ResizeObserver(() => set(here.clientWidth));
    o.observe(here);
    return () => o.disconnect();
  }, []);
  return (
    <div class="path" ref={box}>
      {width > 0 &&
        pairs(call).map(([a, b]) => <Drawing key={a.key + '-' + b?.key} a={a} b={b} tracks={tracks} width={width} />)}
    </div>
  );
}

const maxDrawings = 12;

// pairs joins the sections of parties that talk to each other, those of the
// others stay alone.
function pairs(call: Call): [Side, Side | undefined][] {
  const side = (party: Party, i: number, media: Media): Side => ({
    key: `${i}/${media.index}`,
    name: partyName(party, i),
    party,
    media,
    rtp: media.streams.find((s) => s.kind === 'RTP'),
  });
  const out: [Side, Side | undefined][] = [];
  const joined = new Set<string>();
  call.parties.forEach((p, i) => {
    for (const m of p.medias) {
      const a = side(p, i, m);
      call.parties.forEach((q, k) => {
        const other = k > i && p.peers.includes(q.tag) && q.medias.find((x) => x.index === m.index);
        if (!other) return;
        const b = side(q, k, other);
        joined.add(a.key).add(b.key);
        out.push([a, b]);
      });
      if (!joined.has(a.key)) out.push([a, undefined]);
    }
  });
  return out.slice(0, maxDrawings);
}

// answered tells whether a side has sent a description.
const answered = (s: Side | undefined) => !!s?.rtp && (s.rtp.signalled !== '' || s.rtp.learned !== '');

function way(from: Side, to: Side | undefined, tracks: Track[]): Way {
  const t = tracks.find((x) => x.key === from.key);
  const last = (v?: (number | null)[]) => v?.[v.length - 1] ?? null;
  const rate = last(t?.packets);
  const loss = last(t?.loss);
  const rtp = from.rtp;
  const held = from.media.receive === 0 || !rtp;
  const moves = rate !== null ? rate > 0 : !!rtp && rtp.idle >= 0 && rtp.idle < 3;
  let tone: Tone = 'good';
  if (held) tone = moves ? 'warn' : 'calm';
  else if (!moves) tone = answered(from) && answered(to) ? 'bad' : 'calm';
  else if (loss !== null && loss >= 3) tone = 'bad';
  else if (loss !== null && loss >= 1) tone = 'warn';
  const into = !answered(from) && !moves ? 'not answered yet' : held && !moves ? 'on hold' : rtp && rtp.in.packets === 0 ? 'never a packet' : rate === null ? '…' : `${compact(rate)}/s${loss !== null ? ` · ${percent(loss / 100)} lost` : ''}`;
  const sent = to?.rtp?.out.packets;
  return { tone, rate, loss, into, out: sent === undefined ? '' : `${compact(sent)} sent on`, moves };
}

function Drawing({ a, b, tracks, width }: { a: Side; b: Side | undefined; tracks: Track[]; width: number }) {
  const there = way(a, b, tracks);
  const back = b ? way(b, a, tracks) : undefined;
  const label =
    `${a.media.type}: ${a.name} to ${b?.name ?? 'nobody'}: ${there.into}; ` + (back ? `${b!.name} to ${a.name}: ${back.into}.` : '');
  const props = { a, b, there, back, width, label };
  return width >= 720 ? <Wide {...props} /> : <Tall {...props} />;
}

interface Props {
  a: Side;
  b: Side | undefined;
  there: Way;
  back: Way | undefined;
  width: number;
  label: string;
}

const fit = (s: string, px: number, per: number) => short(s, Math.max(8, Math.floor(px / per)));
const mono = 7.3;
const sans = 7;

function engine(s: Side | undefined): string {
  return !s?.rtp ? '' : s.rtp.kernel ? 'kernel' : 'user space';
}

function address(s: Side): [string, string] {
  const r = s.rtp;
  if (!r) return ['no port open', ''];
  const where = r.learned || r.signalled || 'address unknown';
  const note = !r.learned
    ? r.signalled && 'signalled, nothing heard'
    : r.learned === r.signalled
      ? 'as signalled'
      : r.signalled
        ? `signalled ${r.signalled}`
        : 'learned from media';
  return [where, note];
}

// codec is the one preferred, or that of a section that isn't RTP.
const codec = (s: Side | undefined) => s?.media.codecs[0] ?? s?.media.protocol ?? '';

function Wide({ a, b, there, back, width, label }: Props) {
  const height = 172;
  const party = Math.min(236, width * 0.215);
  const middle = Math.min(470, width * 0.43);
  const face = middle * 0.36;
  const mx = (width - middle) / 2;
  const bx = width - party;
  const y1 = 106;
  const y2 = 148;
  return (
    <svg class="drawing" width={width} height={height} role="img" aria-label={label}>
      <PartyBox s={a} x={0.5} y={0.5} w={party} h={height - 1} />
      <rect class="core" x={mx} y={0.5} width={middle} height={height - 1} rx={8} />
      <line class="rule" x1={mx + face} x2={mx + face} y1={0} y2={height} />
      <line class="rule" x1={mx + middle - face} x2={mx + middle - face} y1={0} y2={height} />
      <Face s={a} x={mx} w={face} />
      {b && <Face s={b} x={mx + middle - face} w={face} />}
      <text class="name mid" x={width / 2} y={28}>
        rtpgo
      </text>
      <text class="small mid" x={width / 2} y={48}>
        {a.media.type}
      </text>
      <text class="small mid" x={width / 2} y={66}>
        {engine(a) === engine(b) || !b ? engine(a) : `${engine(a)} / ${engine(b)}`}
      </text>
      {b ? (
        <PartyBox s={b} x={bx - 0.5} y={0.5} w={party} h={height - 1} />
      ) : (
        <rect class="nobody" x={bx - 0.5} y={0.5} width={party} height={height - 1} rx={8} />
      )}
      {!b && (
        <text class="small mid" x={bx + party / 2} y={height / 2}>
          nobody
        </text>
      )}
      <Lane w={there} x1={party} x2={bx} y={y1} gap={[mx, mx + middle]} />
      {back && <Lane w={back} x1={bx} x2={party} y={y2} gap={[mx + middle, mx]} />}
    </svg>
  );
}

function Lane({ w, x1, x2, y, gap }: { w: Way; x1: number; x2: number; y: number; gap: [number, number] }) {
  const dir = Math.sign(x2 - x1);
  const label = (from: number, to: number) => (from + to) / 2;
  return (
    <g class={'way ' + w.tone + (w.moves ? ' moves' : '')}>
      <line x1={x1 + dir * 5} x2={gap[0] - dir * 8} y1={y} y2={y} />
      <Head x={gap[0] - dir * 3} y={y} dir={dir} />
      <line class="through" x1={gap[0] + dir * 6} x2={gap[1] - dir * 6} y1={y} y2={y} />
      <line x1={gap[1] + dir * 5} x2={x2 - dir * 8} y1={y} y2={y} />
      <Head x={x2 - dir * 3} y={y} dir={dir} />
      <text class="on mid" x={label(x1, gap[0])} y={y - 9}>
        {w.into}
      </text>
      <text class="small mid" x={label(gap[1], x2)} y={y - 9}>
        {w.out}
      </text>
    </g>
  );
}

function Head({ x, y, dir, down }: { x: number; y: number; dir: number; down?: boolean }) {
  const d = down ? `M${x - 5} ${y - dir * 8} L${x} ${y} L${x + 5} ${y - dir * 8}Z` : `M${x - dir * 8} ${y - 5} L${x} ${y} L${x - dir * 8} ${y + 5}Z`;
  return <path class="head" d={d} />;
}

function PartyBox({ s, x, y, w, h }: { s: Side; x: number; y: number; w: number; h: number }) {
  const [where, note] = address(s);
  const wide = w > 300;
  return (
    <g>
      <title>{`${s.name}\n${where}\n${note}`}</title>
      <rect class="party" x={x} y={y} width={w} height={h} rx={8} />
      <text class="name" x={x + 14} y={y + 27}>
        {fit(s.name, w - 24, sans + 1)}
      </text>
      <text class="mono" x={x + 14} y={y + 48}>
        {fit(where, w - 24, mono)}
      </text>
      <text class={'small ' + (note.startsWith('signalled') ? 'odd' : '')} x={wide ? x + w - 14 : x + 14} y={wide ? y + 27 : y + 66} text-anchor={wide ? 'end' : 'start'}>
        {fit(note, wide ? w / 2 : w - 24, sans - 0.6)}
      </text>
      <text class="small" x={wide ? x + w - 14 : x + 14} y={wide ? y + 48 : y + 84} text-anchor={wide ? 'end' : 'start'}>
        {codec(s)}
      </text>
    </g>
  );
}

// Face is the part of rtpgo that looks at a party: interface and port.
function Face({ s, x, w }: { s: Side; x: number; w: number }) {
  return (
    <g>
      <title>{`${s.media.interface}\n${s.rtp?.local ?? ''}\n${s.rtp?.security ?? ''}`}</title>
      <text class="iface mid" x={x + w / 2} y={28}>
        {fit(s.media.interface, w - 12, sans)}
      </text>
      <text class="mono mid" x={x + w / 2} y={48}>
        {fit(s.rtp?.local ?? 'no port', w - 10, mono)}
      </text>
      <text class="small mid" x={x + w / 2} y={66}>
        {fit(s.rtp?.security || s.media.protocol, w - 10, sans - 0.5)}
      </text>
    </g>
  );
}

function Tall({ a, b, there, back, width, label }: Props) {
  const h = 66;
  const gap = 70;
  const inner = 112;
  const y1 = h + gap;
  const y2 = y1 + inner + gap;
  const height = y2 + h + 1;
  const left = width * 0.1;
  const right = width * 0.57;
  return (
    <svg class="drawing" width={width} height={height} role="img" aria-label={label}>
      <PartyBox s={a} x={0.5} y={0.5} w={width - 1} h={h} />
      <rect class="core" x={0.5} y={y1} width={width - 1} height={inner} rx={8} />
      <TallFace s={a} y={y1} width={width} />
      <text class="small mid" x={width / 2} y={y1 + inner / 2 + 4}>
        rtpgo · {a.media.type} · {engine(a)}
      </text>
      {b && <TallFace s={b} y={y1 + inner - 36} width={width} />}
      {b ? <PartyBox s={b} x={0.5} y={y2} w={width - 1} h={h} /> : <rect class="nobody" x={0.5} y={y2} width={width - 1} height={h} rx={8} />}
      {!b && (
        <text class="small mid" x={width / 2} y={y2 + h / 2 + 4}>
          nobody
        </text>
      )}
      <TallLane w={there} x={left} spans={[[h, y1], [y1 + inner, y2]]} />
      {back && <TallLane w={back} x={right} spans={[[y2, y1 + inner], [y1, h]]} />}
    </svg>
  );
}

function TallFace({ s, y, width }: { s: Side; y: number; width: number }) {
  return (
    <g>
      <text class="iface" x={14} y={y + 23}>
        {fit(s.media.interface, width * 0.3, sans)}
      </text>
      <text class="mono" x={width - 14} y={y + 23} text-anchor="end">
        {fit(s.rtp?.local ?? 'no port', width * 0.6, mono)}
      </text>
    </g>
  );
}

function TallLane({ w, x, spans }: { w: Way; x: number; spans: [number, number][] }) {
  const dir = Math.sign(spans[0][1] - spans[0][0]);
  return (
    <g class={'way ' + w.tone + (w.moves ? ' moves' : '')}>
      {spans.map(([from, to], i) => (
        <g key={i}>
          <line x1={x} x2={x} y1={from + dir * 4} y2={to - dir * 11} />
          <Head x={x} y={to - dir * 3} dir={dir} down />
          <text class={i === 0 ? 'on' : 'small'} x={x + 10} y={(from + to) / 2 + 4}>
            {i === 0 ? w.into.split(' · ')[0] : w.out}
          </text>
          {i === 0 && (
            <text class="on" x={x + 10} y={(from + to) / 2 + 20}>
              {w.into.split(' · ')[1] ?? ''}
            </text>
          )}
        </g>
      ))}
    </g>
  );
}

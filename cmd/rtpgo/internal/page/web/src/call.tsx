import { useState } from 'preact/hooks';
import { Badge } from './badge';
import { compact, count, dayAndClock, duration, milliseconds, percent } from './format';
import { Ladder } from './ladder';
import type { Live } from './live';
import { Panel } from './overview';
import { Path } from './path';
import { Plot } from './plot';
import { flows, useTracks, type Flow, type Track } from './tracks';
import { Timeline } from './timeline';
import type { Row } from './types';
import { Verdicts } from './verdicts';

export function CallView({ live, id }: { live: Live; id: string }) {
  const { head, call, explain } = live;
  const tracks = useTracks(live);
  if (!head) return <p class="muted wait">Waiting for the daemon …</p>;
  const list = call ? flows(call) : [];
  const ended = head.state !== 'live';
  return (
    <>
      <div class="title">
        <div>
          <p class="crumb">
            <a href={ended ? '#/ended' : '#/calls'}>{ended ? 'Ended calls' : 'Calls'}</a>
          </p>
          <h1 class="mono">
            {id} <Copy text={id} />
          </h1>
        </div>
        <dl class="facts">
          <div>
            <dt>State</dt>
            <dd>
              <Badge condition={head.row?.condition ?? (head.state === 'live' ? (call?.state ?? 'live') : head.state)} />
            </dd>
          </div>
          {call && (
            <>
              <div>
                <dt>Began</dt>
                <dd class="num">{dayAndClock(call.created * 1000)}</dd>
              </div>
              <div>
                <dt>Age</dt>
                <dd class="num">{duration(call.age)}</dd>
              </div>
            </>
          )}
          {!call && explain?.created && (
            <div>
              <dt>Began</dt>
              <dd class="num">{dayAndClock(Date.parse(explain.created))}</dd>
            </div>
          )}
          {!call && explain?.ended && (
            <>
              <div>
                <dt>Ended</dt>
                <dd class="num">{dayAndClock(Date.parse(explain.ended))}</dd>
              </div>
              <div>
                <dt>Reason</dt>
                <dd>{explain['end-reason'] || '–'}</dd>
              </div>
            </>
          )}
        </dl>
      </div>
      {head.state === 'unknown' && <p class="empty tall">No such call is up, and none of this name is remembered.</p>}
      {explain && <Verdicts list={explain.verdicts} />}
      {head.row?.fault && !explain?.verdicts.some((v) => v.fault) && <Notice row={head.row} />}
      {call && (
        <Panel title="Media path">
          <Path call={call} tracks={tracks} />
        </Panel>
      )}
      {tracks.length > 0 && call && <Plots tracks={tracks} />}
      {list.length > 0 && <Streams list={list} tracks={tracks} />}
      {(live.signalling?.length ?? 0) > 0 && (
        <Panel title="Signalling" aside="Keys and passwords are hidden">
          <Ladder list={live.signalling!} order={call?.parties.map((p) => p.tag) ?? []} />
        </Panel>
      )}
      {explain && explain.timeline.length > 0 && (
        <Panel title="Events">
          <Timeline list={explain.timeline} />
        </Panel>
      )}
    </>
  );
}

// Notice tells what the verdicts don't: the media flows, but badly.
function Notice({ row }: { row: Row }) {
  const flows = row.condition === 'up' || row.condition === 'held';
  return (
    <p class="notice warn">
      <b>{row.fault![0].toUpperCase() + row.fault!.slice(1)}.</b>
      {flows && (
        <>
          {' '}
          On the worst stream {percent(row.lossNow)} are lost now, {percent(row.loss)} since the call began; jitter is up to {milliseconds(row.jitter)} ms.
        </>
      )}
    </p>
  );
}

function Copy({ text }: { text: string }) {
  const [done, set] = useState(false);
  if (!navigator.clipboard) return null; // not on plain HTTP
  return (
    <button
      class="copy"
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          set(true);
          setTimeout(() => set(false), 1500);
        });
      }}
    >
      {done ? 'copied' : 'copy'}
    </button>
  );
}

function Plots({ tracks }: { tracks: Track[] }) {
  const at = tracks[0].at;
  const plots: { name: string; of: (t: Track) => (number | null)[]; format: (n: number) => string; min: number; max?: number }[] = [
    { name: 'Packets per second', of: (t) => t.packets, format: compact, min: 10 },
    { name: 'Loss', of: (t) => t.loss, format: (n) => percent(n / 100), min: 1, max: 100 },
    { name: 'Jitter', of: (t) => t.jitter, format: (n) => `${milliseconds(n)} ms`, min: 5 },
  ];
  if (tracks.some((t) => t.mos.some((v) => v !== null))) plots.push({ name: 'MOS, as each hears the other', of: (t) => t.mos, format: (n) => n.toFixed(1), min: 5, max: 5 });
  const latest = (v: (number | null)[]) => v[v.length - 1];
  return (
    <section class={'plots of-' + plots.length} aria-label="Live figures, since this page was opened">
      {plots.map((p) => (
        <Panel
          key={p.name}
          title={p.name}
          aside={
            <ul class="legend">
              {tracks.map((t) => {
                const v = latest(p.of(t));
                return (
                  <li key={t.key}>
                    <i class={'swatch ' + t.color.slice(2)} />
                    {t.name} <b class="num">{v === null || v === undefined ? '–' : p.format(v)}</b>
                  </li>
                );
              })}
            </ul>
          }
        >
          <Plot
            label={`${p.name} of each stream since this page was opened`}
            at={at}
            height={132}
            min={p.min}
            max={p.max}
            sync="call"
            series={tracks.map((t) => ({ name: t.name, values: p.of(t), color: t.color, format: p.format }))}
          />
        </Panel>
      ))}
    </section>
  );
}

function Streams({ list, tracks }: { list: Flow[]; tracks: Track[] }) {
  return (
    <section class="streams" aria-label="Streams">
      {list.map((f) => (
        <StreamCard key={f.key} f={f} track={tracks.find((t) => t.key === f.key)} />
      ))}
    </section>
  );
}

function StreamCard({ f, track }: { f: Flow; track?: Track }) {
  const { rtp, rtcp, media } = f;
  const drops = Object.entries(rtp.drops).sort((a, b) => b[1] - a[1]);
  const total = rtp.in.packets + rtp.lost;
  const from = rtp.learned || rtp.signalled;
  const last = (v?: (number | null)[]) => v?.[v.length - 1];
  const rate = last(track?.packets);
  return (
    <Panel
      title={`${f.name} · ${media.type}`}
      aside={
        <>
          {track && <i class={'swatch ' + track.color.slice(2)} />}
          {media.receive === 0 ? 'on hold' : rtp.idle < 0 ? 'never sent' : rtp.idle >= 3 ? `silent for ${duration(rtp.idle)}` : 'sends'}
        </>
      }
    >
      <dl class="grid">
        <Item name="Sends from" wide mono>
          {rtp.learned ? rtp.learned : <span class="muted">nothing heard yet</span>}
          {rtp.learned && rtp.signalled && rtp.learned !== rtp.signalled && <span class="warn block">signalled {rtp.signalled}</span>}
          {!rtp.learned && rtp.signalled && <span class="muted block">signalled {rtp.signalled}</span>}
        </Item>
        <Item name="To our port" wide mono>
          {rtp.local} <span class="muted">{media.interface}</span>
        </Item>
        <Item name="Received">
          {count(rtp.in.packets)} <span class="muted">{rate !== null && rate !== undefined && `${compact(rate)}/s`}</span>
        </Item>
        <Item name="Sent to it">{count(rtp.out.packets)}</Item>
        <Item name="Lost">
          <span class={total && rtp.lost / total >= 0.03 ? 'bad' : ''}>
            {count(rtp.lost)} <span class="muted">{total > 0 && percent(rtp.lost / total)}</span>
          </span>
        </Item>
        <Item name="Jitter">{milliseconds(rtp['jitter us'] / 1000)} ms</Item>
        <Item name="Codecs" wide>
          {media.codecs.slice(0, 4).join(', ') || '–'}
          {media.codecs.length > 4 && <span class="muted"> and {media.codecs.length - 4} more</span>}
        </Item>
        <Item name="Protocol">{media.protocol}</Item>
        <Item name="Security">{rtp.security || 'none'}</Item>
        {rtp.ice && (
          <Item name="ICE" wide>
            {rtp.ice}
          </Item>
        )}
        {rtcp && (
          <Item name="RTCP">
            {count(rtcp.in.packets)} <span class="muted">in</span> {count(rtcp.out.packets)} <span class="muted">out</span>
          </Item>
        )}
        {rtp.MOS !== undefined && (
          <Item name="It hears">
            MOS {(rtp.MOS / 10).toFixed(1)} <span class="muted">lowest {((rtp['lowest MOS'] ?? rtp.MOS) / 10).toFixed(1)}</span>
          </Item>
        )}
        {(rtp['round-trip time us'] ?? 0) > 0 && <Item name="Round trip">{milliseconds(rtp['round-trip time us']! / 1000)} ms</Item>}
        <Item name="Engine">{rtp.kernel ? 'kernel' : 'user space'}</Item>
        {drops.length > 0 && (
          <Item name="Dropped" wide>
            {drops.map(([cause, n]) => (
              <span class="drop" key={cause}>
                {cause} <b>{count(n)}</b>
              </span>
            ))}
          </Item>
        )}
        {(rtp.in.errors > 0 || rtp.out.errors > 0) && (
          <Item name="Errors">
            {count(rtp.in.errors)} <span class="muted">in</span> {count(rtp.out.errors)} <span class="muted">out</span>
          </Item>
        )}
      </dl>
      {from === '' && <p class="foot muted">No address is known for this side.</p>}
    </Panel>
  );
}

function Item({ name, children, wide, mono }: { name: string; children: preact.ComponentChildren; wide?: boolean; mono?: boolean }) {
  return (
    <div class={wide ? 'wide' : ''}>
      <dt>{name}</dt>
      <dd class={'num ' + (mono ? 'mono' : '')}>{children}</dd>
    </div>
  );
}

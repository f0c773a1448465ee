import type { ComponentChildren } from 'preact';
import { Badge, conditions } from './badge';
import { bits, compact, count, milliseconds, percent, plural } from './format';
import type { Live } from './live';
import { Plot } from './plot';
import { callHref } from './route';
import { Spark } from './spark';
import type { Interface, NG, Overview, Point } from './types';

export function OverviewView({ live }: { live: Live }) {
  const o = live.overview;
  if (!o) return <p class="muted wait">Waiting for the daemon …</p>;
  return (
    <>
      <h1 class="hidden">Overview</h1>
      <Tiles o={o} history={live.history} />
      <div class="columns">
        <Attention o={o} />
        <History history={live.history} />
      </div>
      <Interfaces list={o.interfaces} />
      <div class="columns">
        <Control ng={o.ng} />
        <Drops o={o} />
      </div>
    </>
  );
}

function Tiles({ o, history }: { o: Overview; history: Point[] }) {
  const recent = history.slice(-90);
  const [rate, unit] = bits(o.bits);
  const share = o.portsSize ? o.ports / o.portsSize : 0;
  const states = conditions.filter((c) => o.conditions[c]).map((c) => `${count(o.conditions[c])} ${c}`);
  const wait = o.measured ? undefined : '…';
  return (
    <section class="tiles" aria-label="Key figures">
      <Tile name="Calls" value={count(o.calls)} below={states.join(' · ') || 'none up'} spark={recent.map((p) => p.calls)} href="#/calls" />
      <Tile name="Packets" value={wait ?? compact(o.packets)} unit="/s" below={`${rate} ${unit}${o.kernel ? ` · ${percent(o.kernel / o.streams)} kernel` : ' received'}`} spark={recent.map((p) => p.packets)} />
      <Tile
        name="Loss"
        value={wait ?? percent(o.loss).replace(' %', '')}
        unit="%"
        tone={o.loss >= 0.03 ? 'bad' : o.loss >= 0.01 ? 'warn' : ''}
        below="on the way to us"
        spark={recent.map((p) => p.loss)}
      />
      <Tile
        name="Dropped"
        value={wait ?? compact(o.dropped)}
        unit="/s"
        tone={o.drops.some((d) => d.rate >= 1 && !d.intended) ? 'warn' : ''}
        below={o.drops.find((d) => d.rate > 0)?.cause ?? 'nothing now'}
        spark={recent.map((p) => p.dropped)}
      />
      <Tile
        name="Ports in use"
        value={count(o.ports)}
        tone={share > 0.9 ? 'bad' : share > 0.75 ? 'warn' : ''}
        below={`${percent(share)} of ${count(o.portsSize)}`}
        spark={recent.map((p) => p.ports)}
      />
      <Tile
        name="NG latency"
        value={wait ?? (o.ng.rate > 0 ? milliseconds(o.ng.latency) : '–')}
        unit={o.ng.rate > 0 ? 'ms' : ''}
        below={`${compact(o.ng.rate)} requests/s`}
        spark={recent.map((p) => p.latency)}
      />
    </section>
  );
}

function Tile(p: { name: string; value: string; unit?: string; below: string; tone?: string; spark: number[]; href?: string }) {
  return (
    <div class={'tile ' + (p.tone ?? '')}>
      <h2>{p.href ? <a href={p.href}>{p.name}</a> : p.name}</h2>
      <p class="figure">
        {p.value}
        {p.unit && <span class="unit">{p.unit}</span>}
      </p>
      <p class="below" title={p.below}>
        {p.below}
      </p>
      <Spark values={p.spark} />
    </div>
  );
}

export function Panel({ title, aside, children, class: c = '' }: { title: string; aside?: ComponentChildren; children: ComponentChildren; class?: string }) {
  return (
    <section class={'panel ' + c}>
      <div class="panel-head">
        <h2>{title}</h2>
        {aside && <div class="aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

function Attention({ o }: { o: Overview }) {
  const { count: n, calls } = o.attention;
  return (
    <Panel title="Needs attention" aside={n > 0 && <a href="#/calls?state=fault">{n > calls.length ? `all ${count(n)}` : 'as a list'}</a>}>
      {n === 0 ? (
        <p class="empty">{o.calls === 0 ? 'No call is up.' : 'Every call is as it should be.'}</p>
      ) : (
        <ul class="attention">
          {calls.map((c) => (
            <li key={c.id}>
              <a href={callHref(c.id)}>
                <Badge condition={c.condition} />
                <span class="what">
                  {c.fault}
                  <span class="mono muted">{c.id}</span>
                </span>
                <span class="how num">
                  {c.lossNow >= 0.005 && <span>{percent(c.lossNow)} lost</span>}
                  {c.jitter >= 20 && <span>{milliseconds(c.jitter)} ms jitter</span>}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function History({ history }: { history: Point[] }) {
  const at = history.map((p) => p.at);
  const span = at.length > 1 ? at[at.length - 1] - at[0] : 0;
  const name = span >= 3500 ? 'Last hour' : span >= 120 ? `Last ${Math.round(span / 60)} minutes` : 'Since just now';
  return (
    <Panel
      title={name}
      class="history"
      aside={
        <ul class="legend">
          <li>
            <i class="swatch line-1" /> packets/s
          </li>
          <li>
            <i class="swatch line-2" /> calls
          </li>
        </ul>
      }
    >
      <Plot
        label={`Packets per second and calls, ${name.toLowerCase()}`}
        at={at}
        height={272}
        series={[
          { name: 'packets/s', values: history.map((p) => p.packets), color: '--line-1', format: compact },
          { name: 'calls', values: history.map((p) => p.calls), color: '--line-2', format: compact, scale: 'right' },
        ]}
      />
    </Panel>
  );
}

function Interfaces({ list }: { list: Interface[] }) {
  return (
    <Panel title="Interfaces">
      <div class="scroll" tabIndex={0} role="region" aria-label="Interfaces">
        <table>
          <thead>
            <tr>
              <th>Interface</th>
              <th>Address</th>
              <th>Engine</th>
              <th class="wide">Ports in use</th>
              <th class="n">Packets/s</th>
              <th class="n">Received</th>
              <th class="n">Loss</th>
              <th class="n">Dropped/s</th>
            </tr>
          </thead>
          <tbody>
            {list.map((i) => {
              const share = i.size ? i.used / i.size : 0;
              return (
                <tr key={i.name + i.address}>
                  <th scope="row">{i.name}</th>
                  <td class="mono">
                    {i.address}
                    {i.advertised && <span class="muted"> shown as {i.advertised}</span>}
                    {i.device && <span class="muted"> {i.device}</span>}
                  </td>
                  <td title={i.why}>
                    {i.engine}
                    {i.why && <span class="muted block">{i.why}</span>}
                  </td>
                  <td>
                    <Meter alarm share={share} label={`${count(i.used)} of ${count(i.size)} ports`} />
                    <span class="num small">
                      {count(i.used)} <span class="muted">of {count(i.size)} ({i.first}–{i.last})</span>
                    </span>
                  </td>
                  <td class="n">{compact(i.packets)}</td>
                  <td class="n">{bits(i.bits).join(' ')}</td>
                  <td class={'n ' + (i.loss >= 0.03 ? 'bad' : i.loss >= 0.01 ? 'warn' : '')}>{percent(i.loss)}</td>
                  <td class="n">{compact(i.dropped)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Meter({ share, label, alarm }: { share: number; label: string; alarm?: boolean }) {
  const tone = !alarm ? '' : share > 0.9 ? 'bad' : share > 0.75 ? 'warn' : '';
  return (
    <svg class={'meter ' + tone} viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label={label}>
      <rect class="rail" width="100" height="4" />
      <rect class="fill" width={Math.max(share * 100, share > 0 ? 0.7 : 0)} height="4" />
    </svg>
  );
}

function Control({ ng }: { ng: NG }) {
  return (
    <Panel title="NG control protocol" aside={`${plural(ng.clients, 'client')} · ${compact(ng.errors)} errors/s`}>
      {ng.commands.length === 0 ? (
        <p class="empty">No request yet.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label="NG commands">
          <table>
            <thead>
              <tr>
                <th>Command</th>
                <th class="n">/s</th>
                <th class="n">Total</th>
                <th class="n">Errors</th>
                <th class="n">Mean</th>
                <th class="n">99 %</th>
              </tr>
            </thead>
            <tbody>
              {ng.commands.map((c) => (
                <tr key={c.name}>
                  <th scope="row">{c.name}</th>
                  <td class="n">{compact(c.rate)}</td>
                  <td class="n">{count(c.count)}</td>
                  <td class={'n ' + (c.errors ? 'warn' : 'muted')}>{count(c.errors)}</td>
                  <td class="n">{milliseconds(c.mean)} ms</td>
                  <td class="n muted">{c.most ? `≤ ${milliseconds(c.most)} ms` : '> 1 s'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(ng.overloaded > 0 || ng.rejected > 0 || ng.repeated > 0) && (
        <p class="foot muted">
          {plural(ng.repeated, 'repetition')} answered again · {count(ng.rejected)} unreadable · {count(ng.overloaded)} dropped for load
        </p>
      )}
    </Panel>
  );
}

const causes: Record<string, string> = {
  'no flow': 'no flow installed yet, or no longer',
  'not RTP': 'neither RTP nor RTCP where one is due',
  truncated: 'shorter than the header says',
  stranger: 'from an address that is not the peer’s',
  blocked: 'block media asked for it',
  'drop-traffic': 'drop-traffic asked for it',
  direction: 'the receiver is on hold or only sends',
  'DTMF blocked': 'block DTMF asked for it',
  'no sink': 'the other side is not known yet',
  'send failed': 'the kernel refused to send it',
  STUN: 'STUN or DTLS where none is spoken',
  authentication: 'SRTP authentication failed',
  replay: 'SRTP packet seen before',
  'no key': 'SRTP is due and has no key yet',
  feedback: 'RTCP feedback for a profile without it',
};

export function Drops({ o }: { o: Overview }) {
  const most = Math.max(1, ...o.drops.map((d) => d.total));
  return (
    <Panel title="Dropped, by cause" aside="since the start">
      {o.drops.length === 0 ? (
        <p class="empty">Nothing was dropped.</p>
      ) : (
        <ul class="drops">
          {o.drops.map((d) => (
            <li key={d.cause}>
              <span class="cause">
                {d.cause}
                <span class="muted block">{causes[d.cause]}</span>
              </span>
              <span class="num">
                {count(d.total)}
                <span class={'block ' + (d.rate > 0 && !d.intended ? 'warn' : 'muted')}>{compact(d.rate)}/s</span>
              </span>
              <Meter share={d.total / most} label={`${count(d.total)} packets`} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

import { useEffect, useRef, useState } from 'preact/hooks';
import { Badge, conditions, Engine } from './badge';
import { compact, count, duration, milliseconds, percent } from './format';
import type { Live } from './live';
import { callHref, listHref, type Route } from './route';
import type { List, Row } from './types';

export function CallsView({ live, route }: { live: Live; route: Route }) {
  const list = live.calls;
  const state = route.query.get('state') ?? '';
  return (
    <>
      <h1 class="hidden">Calls</h1>
      <div class="tools">
        <Search route={route} view="calls" hint="Call-ID, tag, address, codec, interface" />
        <nav class="chips" aria-label="Conditions">
          <Chip route={route} state="" now={state} text="all" n={list?.total} />
          <Chip route={route} state="fault" now={state} text="need attention" n={list?.faults} />
          {conditions
            .filter((c) => list?.conditions[c] || state === c)
            .map((c) => (
              <Chip key={c} route={route} state={c} now={state} text={c} n={list?.conditions[c] ?? 0} />
            ))}
        </nav>
      </div>
      {!list ? (
        <p class="muted wait">Waiting for the daemon …</p>
      ) : list.calls.length === 0 ? (
        <p class="empty tall">{list.total === 0 ? 'No call is up.' : 'No call matches.'}</p>
      ) : (
        <Table list={list} route={route} />
      )}
      {list && <Pager route={route} view="calls" offset={list.offset} shown={list.calls.length} matched={list.matched} />}
    </>
  );
}

function Chip({ route, state, now, text, n }: { route: Route; state: string; now: string; text: string; n?: number }) {
  return (
    <a class="chip" href={listHref('calls', route.query, { state, offset: '' })} aria-current={state === now ? 'true' : undefined}>
      {text} {n !== undefined && <span class="count">{count(n)}</span>}
    </a>
  );
}

export function Search({ route, view, hint }: { route: Route; view: 'calls' | 'ended'; hint: string }) {
  const [text, set] = useState(route.query.get('q') ?? '');
  const field = useRef<HTMLInputElement>(null);
  const given = route.query.get('q') ?? '';
  useEffect(() => set(given), [given]);
  useEffect(() => {
    if (text === given) return;
    const t = setTimeout(() => location.replace(listHref(view, route.query, { q: text, offset: '' })), 250);
    return () => clearTimeout(t);
  }, [text]);
  useEffect(() => {
    const key = (e: KeyboardEvent) => {
      if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || e.target instanceof HTMLInputElement) return;
      e.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, []);
  return (
    <label class="search">
      <span class="hidden">Search</span>
      <input
        ref={field}
        type="search"
        value={text}
        maxLength={200}
        placeholder={`Search ${hint}`}
        onInput={(e) => set(e.currentTarget.value)}
        autocomplete="off"
        spellcheck={false}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

interface Column {
  key: string;
  title: string;
  number?: boolean;
  sort?: boolean;
}

const columns: Column[] = [
  { key: 'id', title: 'Call', sort: true },
  { key: 'condition', title: 'State', sort: true },
  { key: 'age', title: 'Age', sort: true, number: true },
  { key: 'ends', title: 'Parties' },
  { key: 'codec', title: 'Codec' },
  { key: 'packets', title: 'Packets/s', sort: true, number: true },
  { key: 'loss', title: 'Loss', sort: true, number: true },
  { key: 'jitter', title: 'Jitter', sort: true, number: true },
  { key: 'dropped', title: 'Dropped', sort: true, number: true },
  { key: 'engine', title: 'Engine' },
];

function Table({ list, route }: { list: List; route: Route }) {
  const sort = route.query.get('sort') ?? 'age';
  const down = route.query.get('order') === 'down';
  return (
    <div class="panel flush">
      <table class="calls">
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.key} class={c.number ? 'n' : ''} aria-sort={c.sort && sort === c.key ? (down ? 'descending' : 'ascending') : undefined}>
                {c.sort ? (
                  <a href={listHref('calls', route.query, { sort: c.key, order: sort === c.key ? (down ? '' : 'down') : c.number && c.key !== 'age' ? 'down' : '', offset: '' })}>
                    {c.title}
                    <span aria-hidden="true">{sort === c.key ? (down ? ' ▾' : ' ▴') : ''}</span>
                  </a>
                ) : (
                  c.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list.calls.map((c) => (
            <CallRow key={c.id} c={c} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CallRow({ c }: { c: Row }) {
  return (
    <tr class={c.fault ? 'fault' : ''}>
      <th scope="row" class="id">
        <a class="mono" href={callHref(c.id)} title={c.id}>
          {c.id}
        </a>
        {c.fault && <span class="block why">{c.fault}</span>}
      </th>
      <td class="state">
        <Badge condition={c.condition} />
      </td>
      <td class="n" data-name="Age">
        {duration(c.age)}
      </td>
      <td class="ends">
        {c.ends.slice(0, 4).map((e, i) => (
          <span class="end" key={i}>
            <span class="mono">{e.address || '–'}</span> <span class="muted">{e.interface}</span>
          </span>
        ))}
        {c.ends.length > 4 && <span class="muted">and {c.ends.length - 4} more</span>}
      </td>
      <td data-name="Codec">{c.codec || '–'}</td>
      <td class="n" data-name="Packets/s">
        {compact(c.packets)}
      </td>
      <td class={'n ' + tone(c.loss, 0.01, 0.03)} data-name="Loss">
        {percent(c.loss)}
      </td>
      <td class={'n ' + tone(c.jitter, 30, 50)} data-name="Jitter">
        {milliseconds(c.jitter)} ms
      </td>
      <td class={'n ' + (c.dropped ? '' : 'muted')} data-name="Dropped">
        {compact(c.dropped)}
      </td>
      <td data-name="Engine">
        <Engine kernel={c.kernel} streams={c.streams} />
      </td>
    </tr>
  );
}

export const tone = (value: number, warn: number, bad: number) => (value >= bad ? 'bad' : value >= warn ? 'warn' : '');

const pageSize = 50;

export function Pager({ route, view, offset, shown, matched }: { route: Route; view: 'calls' | 'ended'; offset: number; shown: number; matched: number }) {
  const to = (o: number) => listHref(view, route.query, { offset: o > 0 ? String(o) : '' });
  return (
    <nav class="pager" aria-label="Pages">
      {offset > 0 ? (
        <a class="button" href={to(Math.max(0, offset - pageSize))} rel="prev">
          Previous
        </a>
      ) : (
        <span class="button off">Previous</span>
      )}
      <span class="num" role="status">
        {shown > 0 ? `${count(offset + 1)}–${count(offset + shown)} of ${count(matched)}` : 'none'}
      </span>
      {offset + shown < matched ? (
        <a class="button" href={to(offset + pageSize)} rel="next">
          Next
        </a>
      ) : (
        <span class="button off">Next</span>
      )}
    </nav>
  );
}

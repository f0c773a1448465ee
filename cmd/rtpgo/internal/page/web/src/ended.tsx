import { Pager, Search } from './calls';
import { count, dayAndClock, duration } from './format';
import type { Live } from './live';
import { callHref, listHref, type Route } from './route';

export function EndedView({ live, route }: { live: Live; route: Route }) {
  const list = live.ended;
  const state = route.query.get('state') ?? '';
  return (
    <>
      <h1 class="hidden">Ended calls</h1>
      <div class="tools">
        <Search route={route} view="ended" hint="Call-ID, tag, verdict" />
        <nav class="chips" aria-label="Verdicts">
          <a class="chip" href={listHref('ended', route.query, { state: '', offset: '' })} aria-current={state === '' ? 'true' : undefined}>
            all {list && <span class="count">{count(list.total)}</span>}
          </a>
          <a class="chip" href={listHref('ended', route.query, { state: 'fault', offset: '' })} aria-current={state === 'fault' ? 'true' : undefined}>
            with a fault {list && <span class="count">{count(list.faults)}</span>}
          </a>
        </nav>
      </div>
      {!list ? (
        <p class="muted wait">Waiting for the daemon …</p>
      ) : list.calls.length === 0 ? (
        <p class="empty tall">{list.total === 0 ? 'No ended call is remembered.' : 'No call matches.'}</p>
      ) : (
        <div class="panel flush">
          <table class="calls">
            <thead>
              <tr>
                <th>Call</th>
                <th>Ended</th>
                <th class="n">Lasted</th>
                <th>Reason</th>
                <th>Verdict</th>
              </tr>
            </thead>
            <tbody>
              {list.calls.map((c) => (
                <tr key={c.id + c.ended} class={c.fault ? 'fault' : ''}>
                  <th scope="row" class="id">
                    <a class="mono" href={callHref(c.id)} title={c.id}>
                      {c.id}
                    </a>
                  </th>
                  <td class="num nowrap" data-name="Ended">
                    {dayAndClock(c.ended)}
                  </td>
                  <td class="n" data-name="Lasted">
                    {duration(c.duration)}
                  </td>
                  <td data-name="Reason">{c.reason}</td>
                  <td class="outcome">
                    <span class={'badge ' + (c.fault ? 'bad' : 'good')}>{c.verdict}</span> <span class="text">{c.text}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list && <Pager route={route} view="ended" offset={list.offset} shown={list.calls.length} matched={list.matched} />}
    </>
  );
}

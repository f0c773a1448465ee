import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { CallView } from './call';
import { CallsView } from './calls';
import { EndedView } from './ended';
import { count, duration } from './format';
import { useLive, type Live } from './live';
import { OverviewView } from './overview';
import { useRoute, type Route } from './route';

function streamQuery(r: Route): string {
  switch (r.view) {
    case 'calls':
    case 'ended': {
      const q = new URLSearchParams(r.query);
      q.set('view', r.view);
      return q.toString();
    }
    case 'call':
      return new URLSearchParams({ view: 'call', id: r.id }).toString();
    default:
      return '';
  }
}

function App() {
  const route = useRoute();
  const live = useLive(streamQuery(route));
  const name = route.view === 'call' ? route.id : { overview: 'Overview', calls: 'Calls', ended: 'Ended calls' }[route.view];
  const first = useRef(true);
  useEffect(() => {
    document.title = `${name} · rtpgo`;
    if (!first.current) document.getElementById('main')?.focus({ preventScroll: true });
    first.current = false;
    scrollTo(0, 0);
  }, [route.view, route.id]);
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => {
        e.preventDefault();
        document.getElementById('main')?.focus();
      }}>
        Skip to content
      </a>
      <Header live={live} route={route} />
      {live.problem && (
        <p class="notice bad" role="alert">
          {live.problem}
        </p>
      )}
      {live.overview?.draining && <p class="notice warn">Draining: no new calls are taken.</p>}
      <main id="main" tabIndex={-1}>
        {route.view === 'overview' && <OverviewView live={live} />}
        {route.view === 'calls' && <CallsView live={live} route={route} />}
        {route.view === 'ended' && <EndedView live={live} route={route} />}
        {route.view === 'call' && <CallView key={route.id} live={live} id={route.id} />}
      </main>
    </>
  );
}

function Header({ live, route }: { live: Live; route: Route }) {
  const o = live.overview;
  const [session, setSession] = useState(false);
  useEffect(() => {
    fetch('./api/session')
      .then((r) => r.json())
      .then((s: { cookie: boolean }) => setSession(s.cookie))
      .catch(() => {});
  }, []);
  const link = (view: Route['view'], text: string, n?: number) => (
    <a href={view === 'overview' ? '#/' : `#/${view}`} aria-current={route.view === view ? 'page' : undefined}>
      {text}
      {n !== undefined && <span class="count">{count(n)}</span>}
    </a>
  );
  return (
    <header>
      <div class="bar">
        <a class="brand" href="#/">
          <img src="./icon.svg" alt="" width="24" height="24" />
          rtpgo
        </a>
        <nav aria-label="Views">
          {link('overview', 'Overview')}
          {link('calls', 'Calls', o?.calls)}
          {o?.ended !== undefined && link('ended', 'Ended', o.ended)}
        </nav>
        <div class="daemon">
          {o && (
            <span class="facts">
              <b>{o.host}</b>
              <span title="Version">v{o.version}</span>
              <span title="Packet engine">{o.engine}</span>
              <span title="Time since the start">up {duration(o.uptime)}</span>
            </span>
          )}
          <span class={'link ' + (live.connected ? 'on' : 'off')} role="status">
            {live.connected ? 'live' : 'no connection'}
          </span>
          {session && (
            <form method="post" action="/logout">
              <button>Log out</button>
            </form>
          )}
        </div>
      </div>
    </header>
  );
}

render(<App />, document.getElementById('app')!);

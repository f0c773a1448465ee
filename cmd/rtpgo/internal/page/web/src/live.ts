import { useEffect, useState } from 'preact/hooks';
import type { Call, EndedList, Exchange, Explain, Head, List, Overview, Point } from './types';

export interface Live {
  connected: boolean;
  problem: string; // why there is no connection, for people
  overview?: Overview;
  history: Point[];
  calls?: List;
  ended?: EndedList;
  head?: Head;
  call?: Call;
  explain?: Explain;
  signalling?: Exchange[];
  // When the call was as it is shown, ms since 1970.
  callAt: number;
}

// View is a state with the query that it answers.
type View = Live & { query: string };

const empty: Live = { connected: false, problem: '', history: [], callAt: 0 };

// other is what of a state concerns every view.
const other = (l: Live): Live => ({ ...empty, connected: l.connected, problem: l.problem, overview: l.overview, history: l.history });
const maxHistory = 360;
const historyStep = 10;

// useLive follows the daemon's events for a view. A hidden page lets go of its
// stream: others may look meanwhile.
export function useLive(query: string): Live {
  const [live, set] = useState<View>({ ...empty, query });
  const [visible, setVisible] = useState(!document.hidden);

  useEffect(() => {
    const changed = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', changed);
    return () => document.removeEventListener('visibilitychange', changed);
  }, []);

  useEffect(() => {
    if (!visible) return;
    let over = false;
    fetch('./api/history')
      .then((r) => (r.ok ? r.json() : []))
      .then((history: Point[]) => !over && set((l) => ({ ...l, history })))
      .catch(() => {});
    return () => {
      over = true;
    };
  }, [visible]);

  useEffect(() => {
    if (!visible) return;
    set((l) => ({ ...other(l), query }));
    let source: EventSource | undefined;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let over = false;

    // The events of one tick are shown together.
    let pending: Partial<Live> = {};
    let frame = 0;
    const later = (change: Partial<Live>) => {
      pending = { ...pending, ...change };
      frame ||= requestAnimationFrame(() => {
        const change = pending;
        pending = {};
        frame = 0;
        set((l) => ({
          ...l,
          ...change,
          history: change.overview ? extended(l.history, change.overview) : l.history,
        }));
      });
    };

    const open = () => {
      source = new EventSource('./api/events' + (query ? '?' + query : ''));
      source.onopen = () => later({ connected: true, problem: '' });
      source.onerror = () => {
        if (source?.readyState !== EventSource.CLOSED) {
          later({ connected: false, problem: 'The daemon does not answer. Trying again.' });
          return; // the browser tries again
        }
        source.close();
        void explainRefusal().then((problem) => {
          if (over) return;
          later({ connected: false, problem });
          retry = setTimeout(open, 5000);
        });
      };
      const on = (name: string, key: keyof Live) =>
        source!.addEventListener(name, (e) => {
          const data = JSON.parse(e.data);
          later(key === 'call' ? { call: data.call, callAt: data.at } : { [key]: data });
        });
      on('overview', 'overview');
      on('calls', 'calls');
      on('ended', 'ended');
      on('head', 'head');
      on('call', 'call');
      on('explain', 'explain');
      on('signalling', 'signalling');
    };
    open();
    // A page that the browser keeps for the way back must not hold its stream.
    const leave = () => source?.close();
    const back = (e: PageTransitionEvent) => e.persisted && open();
    addEventListener('pagehide', leave);
    addEventListener('pageshow', back);
    return () => {
      over = true;
      removeEventListener('pagehide', leave);
      removeEventListener('pageshow', back);
      source?.close();
      clearTimeout(retry);
      cancelAnimationFrame(frame);
    };
  }, [query, visible]);

  return live.query === query ? live : other(live);
}

// explainRefusal asks why a stream was refused.
async function explainRefusal(): Promise<string> {
  try {
    const r = await fetch('./api/events', { headers: { Accept: 'text/event-stream' } });
    r.body?.cancel().catch(() => {});
    if (r.status === 401 || r.status === 403) {
      location.reload(); // to the login
      return 'The session is over.';
    }
    if (r.status === 503) return 'Too many browsers look at this page already. Trying again.';
    return r.ok ? 'The connection was lost. Trying again.' : `The daemon answers with status ${r.status}. Trying again.`;
  } catch {
    return 'The daemon does not answer. Trying again.';
  }
}

function extended(history: Point[], o: Overview): Point[] {
  if (!o.measured) return history;
  const at = Math.floor(o.at / 1000 / historyStep) * historyStep;
  if (history.length && history[history.length - 1].at >= at) return history;
  const p: Point = {
    at,
    calls: o.calls,
    packets: o.packets,
    loss: o.loss,
    dropped: o.dropped,
    ng: o.ng.rate,
    latency: o.ng.latency,
    ports: o.ports,
  };
  return [...history, p].slice(-maxHistory);
}

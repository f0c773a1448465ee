import { useEffect, useState } from 'preact/hooks';

// The address of a view is in the fragment: it never reaches the server.
export type Route = { view: 'overview' | 'calls' | 'ended' | 'call'; id: string; query: URLSearchParams };

export function parse(hash: string): Route {
  const [path, search = ''] = hash.replace(/^#\/?/, '').split('?');
  const query = new URLSearchParams(search);
  const [view, ...rest] = path.split('/');
  if (view === 'call') return { view, id: decodeURIComponent(rest.join('/')), query };
  if (view === 'calls' || view === 'ended') return { view, id: '', query };
  return { view: 'overview', id: '', query };
}

export const callHref = (id: string) => `#/call/${encodeURIComponent(id)}`;

export function listHref(view: 'calls' | 'ended', query: URLSearchParams, change: Record<string, string> = {}): string {
  const q = new URLSearchParams(query);
  for (const [k, v] of Object.entries(change)) v ? q.set(k, v) : q.delete(k);
  const s = q.toString();
  return `#/${view}${s ? '?' + s : ''}`;
}

export function useRoute(): Route {
  const [route, set] = useState(() => parse(location.hash));
  useEffect(() => {
    const changed = () => {
      set(parse(location.hash));
    };
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

import { useState } from 'preact/hooks';
import { clockMs } from './format';
import type { TimelineEntry } from './types';

// Timeline lists what happened to a call, with how long after its beginning.
export function Timeline({ list }: { list: TimelineEntry[] }) {
  const [kind, set] = useState('');
  const kinds = [...new Set(list.map((e) => e.kind))];
  const start = Date.parse(list[0].at);
  return (
    <>
      {kinds.length > 2 && (
        <div class="chips" role="group" aria-label="Kinds of events">
          {['', ...kinds].map((k) => (
            <button key={k} class="chip" aria-pressed={k === kind} onClick={() => set(k)}>
              {k || 'all'}
            </button>
          ))}
        </div>
      )}
      <ol class="timeline">
        {list
          .filter((e) => kind === '' || e.kind === kind)
          .map((e, i) => {
            const at = Date.parse(e.at);
            return (
              <li key={i}>
                <span class="num when">
                  {clockMs(at)} <span class="muted">+{((at - start) / 1000).toFixed(3)}</span>
                </span>
                <span class="kind">{e.kind}</span>
                <span class="text">
                  {(e.tag || e.media > 0) && (
                    <span class="muted">
                      {e.tag}
                      {e.media > 0 && ` #${e.media}`}{' '}
                    </span>
                  )}
                  {e.text}
                </span>
              </li>
            );
          })}
      </ol>
    </>
  );
}

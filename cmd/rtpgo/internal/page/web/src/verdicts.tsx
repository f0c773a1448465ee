import type { Verdict } from './types';

const unknown = ['held', 'not-answered', 'rtcp-only', 'blocked'];

// Verdicts says of each direction what became of its media, and what to check.
export function Verdicts({ list }: { list: Verdict[] }) {
  return (
    <section class="verdicts" aria-label="Verdict">
      {list.map((v, i) => {
        const tone = v.fault ? 'bad' : v.verdict === 'healthy' ? 'good' : unknown.includes(v.verdict) ? 'calm' : 'warn';
        return (
          <article key={i} class={'verdict ' + tone}>
            <Sign tone={tone} />
            <div>
              <h2>
                {v.from || '?'} → {v.to || '?'}
                <span class="muted">
                  {v.type} {v.media > 1 ? v.media : ''} · {v.verdict}
                </span>
              </h2>
              <p>{v.text}</p>
              {v.check && (
                <p class="check">
                  <b>Next:</b> {v.check}
                </p>
              )}
            </div>
          </article>
        );
      })}
    </section>
  );
}

function Sign({ tone }: { tone: string }) {
  const path = { good: 'M4.5 10.5 8 14l7.5-8', bad: 'M10 4v7.5M10 15v.5', warn: 'M10 4v7.5M10 15v.5', calm: 'M5 10h10' }[tone];
  return (
    <svg class="sign" viewBox="0 0 20 20" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

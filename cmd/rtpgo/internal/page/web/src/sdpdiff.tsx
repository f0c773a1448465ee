import { diffArrays } from 'diff';
import { useMemo } from 'preact/hooks';

interface Line {
  left: string | null;
  right: string | null;
  same: boolean;
}

// align puts the lines of two descriptions side by side; lines that changed
// stand beside those of the same attribute as far as the order permits.
function align(before: string, after: string): Line[] {
  const split = (s: string) => s.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  const out: Line[] = [];
  const parts = diffArrays(split(before), split(after));
  for (let i = 0; i < parts.length; i++) {
    const p = parts[i];
    if (!p.added && !p.removed) {
      for (const l of p.value) out.push({ left: l, right: l, same: true });
      continue;
    }
    const next = parts[i + 1];
    if (p.removed && next?.added) {
      out.push(...pair(p.value, next.value));
      i++;
    } else {
      for (const l of p.value) out.push({ left: p.removed ? l : null, right: p.added ? l : null, same: false });
    }
  }
  return out;
}

const subject = (line: string) => /^a=[^:]*|^.=/.exec(line)?.[0] ?? line;

function pair(left: string[], right: string[]): Line[] {
  const out: Line[] = [];
  let r = 0;
  for (const l of left) {
    const at = right.findIndex((x, k) => k >= r && subject(x) === subject(l));
    if (at < 0) {
      out.push({ left: l, right: null, same: false });
      continue;
    }
    while (r < at) out.push({ left: null, right: right[r++], same: false });
    out.push({ left: l, right: right[r++], same: false });
  }
  while (r < right.length) out.push({ left: null, right: right[r++], same: false });
  return out;
}

export function SDPDiff({ before, after, from, to }: { before: string; after: string; from: string; to: string }) {
  const lines = useMemo(() => align(before, after), [before, after]);
  return (
    <div class="diff">
      <div class="row heads" aria-hidden="true">
        <span>as {from || 'the sender'} wrote it</span>
        <span>as {to || 'the other side'} got it</span>
      </div>
      {lines.map((l, i) =>
        l.same ? (
          <div class="row same" key={i}>
            <code>{l.left || ' '}</code>
            <code aria-hidden="true">{l.right || ' '}</code>
          </div>
        ) : (
          <div class="row" key={i}>
            {l.left === null ? <code class="void" /> : <code class="gone">{l.left}<span class="hidden"> removed</span></code>}
            {l.right === null ? <code class="void" /> : <code class="new">{l.right}<span class="hidden"> added</span></code>}
          </div>
        ),
      )}
    </div>
  );
}

import { useState } from 'preact/hooks';
import { clockMs } from './format';
import { SDPDiff } from './sdpdiff';
import { short } from './tracks';
import type { Exchange } from './types';

// Ladder draws who offered and answered what, through rtpgo. Each step opens to
// the description before and after.
export function Ladder({ list, order }: { list: Exchange[]; order: string[] }) {
  const [open, set] = useState<number | null>(null);
  const left = order[0] || list[0].from;
  const rights = [...new Set(list.flatMap((e) => [e.from, e.to]).filter((t) => t && t !== left))];
  const right = rights.length > 1 ? `${short(rights[0], 12)} and ${rights.length - 1} more` : rights[0] || 'other side';
  return (
    <div class="ladder">
      <div class="lanes" aria-hidden="true">
        <span class="time" />
        <span>{short(left, 22)}</span>
        <span class="hub">rtpgo</span>
        <span>{short(right, 22)}</span>
      </div>
      <ol>
        {list.map((e, i) => {
          const back = e.from !== left;
          return (
            <li key={i}>
              <button
                class={'step ' + (back ? 'back' : '')}
                aria-expanded={open === i}
                onClick={() => set(open === i ? null : i)}
                aria-label={`${clockMs(e.at)}: ${e.command} from ${e.from} to ${e.to || 'the other side'}; show the description before and after`}
              >
                <span class="time num">
                  {clockMs(e.at)}
                  <span class="tag">{back && rights.length > 1 ? short(e.from, 12) : ''}</span>
                </span>
                <span class="arrow one">
                  <b>{e.command}</b>
                  <Media sdp={back ? e.after : e.before} />
                </span>
                <span class="arrow two">
                  <b>{e.command}</b>
                  <Media sdp={back ? e.before : e.after} />
                </span>
              </button>
              {open === i && <SDPDiff before={e.before} after={e.after} from={e.from} to={e.to} />}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

// Media shows the address, port and protocol of a description's sections.
function Media({ sdp }: { sdp: string }) {
  const lines = sdp.split(/\r\n|\r|\n/);
  let session = '';
  const sections: { type: string; port: string; proto: string; address: string }[] = [];
  for (const l of lines) {
    if (l.startsWith('c=')) {
      const address = l.split(' ')[2]?.split('/')[0] ?? '';
      if (sections.length) sections[sections.length - 1].address = address;
      else session = address;
    } else if (l.startsWith('m=')) {
      const [type, port, proto] = l.slice(2).split(' ');
      sections.push({ type, port, proto, address: '' });
    }
  }
  return (
    <span class="sections">
      {sections.slice(0, 3).map((s, i) => (
        <span class="mono" key={i}>
          {s.type} {s.address || session}:{s.port} <span class="muted">{s.proto}</span>
        </span>
      ))}
      {sections.length > 3 && <span class="muted">and {sections.length - 3} more</span>}
    </span>
  );
}

// The condition of a call, as colour and word.

const tones: Record<string, string> = {
  up: 'good',
  'one-way': 'bad',
  'no media': 'bad',
  silent: 'warn',
  held: 'calm',
  offered: 'calm',
  deleted: 'calm',
};

const meanings: Record<string, string> = {
  up: 'Every party that should send does.',
  'one-way': 'Some party that should send has never sent a packet.',
  'no media': 'Answered, and no packet from anybody yet.',
  silent: 'No packet for ten seconds.',
  held: 'No party is to send: on hold.',
  offered: 'Not answered yet.',
  deleted: 'Ended by signalling, its ports live on for the delay of delete.',
  ended: 'No longer up.',
};

export const conditions = ['up', 'one-way', 'no media', 'silent', 'held', 'offered', 'deleted'];

export function Badge({ condition }: { condition: string }) {
  return (
    <span class={'badge ' + (tones[condition] ?? 'calm')} title={meanings[condition]}>
      {condition}
    </span>
  );
}

// Engine says how many of a call's streams the kernel forwards.
export function Engine({ kernel, streams }: { kernel: number; streams: number }) {
  if (streams === 0) return <span class="muted">–</span>;
  if (kernel === 0) return <span>user</span>;
  return <span>{kernel === streams ? 'kernel' : `kernel ${kernel}/${streams}`}</span>;
}

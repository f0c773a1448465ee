// Numbers as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const count = (n: number) => whole.format(n);

// compact keeps a number within five characters: 9,999 then 12.3k.
export function compact(n: number): string {
  if (n < 10_000) return n < 10 && n % 1 ? one.format(n) : whole.format(n);
  if (n < 1e6) return one.format(n / 1e3) + 'k';
  if (n < 1e9) return one.format(n / 1e6) + 'M';
  return one.format(n / 1e9) + 'G';
}

export function bits(n: number): [string, string] {
  if (n < 1e6) return [compact(n / 1e3), 'kbit/s'];
  if (n < 1e9) return [one.format(n / 1e6), 'Mbit/s'];
  return [one.format(n / 1e9), 'Gbit/s'];
}

// percent of a share from 0 to 1; small ones keep a digit that isn't zero.
export function percent(share: number): string {
  const p = share * 100;
  if (p === 0) return '0 %';
  if (p < 0.01) return '< 0.01 %';
  return p < 1 ? p.toFixed(2) + ' %' : p < 10 ? p.toFixed(1) + ' %' : p.toFixed(0) + ' %';
}

export function milliseconds(n: number): string {
  return n === 0 ? '0' : n < 1 ? n.toFixed(2) : n < 10 ? n.toFixed(1) : n.toFixed(0);
}

export function duration(seconds: number): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const d = Math.floor(seconds / 86400);
  const clock =
    seconds < 3600
      ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}`
      : `${Math.floor((seconds % 86400) / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return d > 0 ? `${d} d ${clock}` : clock;
}

const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });

export const clock = (ms: number) => clockFormat.format(ms);
export const dayAndClock = (ms: number) => `${dayFormat.format(ms)} ${clockFormat.format(ms)}`;
export const clockMs = (ms: number) => `${clockFormat.format(ms)}.${String(Math.floor(ms) % 1000).padStart(3, '0')}`;

export const plural = (n: number, thing: string) => `${count(n)} ${thing}${n === 1 ? '' : 's'}`;

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

export interface Series {
  name: string;
  values: (number | null)[];
  color: string; // a custom property
  dash?: number[];
  format: (n: number) => string;
  scale?: 'left' | 'right';
}

interface Props {
  label: string; // for those who don't see it
  at: number[]; // seconds since 1970
  series: Series[];
  height: number;
  min?: number; // the left scale shows at least this
  max?: number;
  sync?: string;
}

const scheme = matchMedia('(prefers-color-scheme: dark)');
const variable = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const clock = uPlot.fmtDate('{HH}:{mm}:{ss}');
const tickClock = [
  [3600, '{HH}:{mm}', null, null, null, null, null, null, 1],
  [60, '{HH}:{mm}', null, null, null, null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1],
] as unknown as uPlot.Axis.Values;

// Plot draws lines over time on a canvas, from the second point on.
export function Plot(p: Props) {
  if (p.at.length < 2) return <p class="plot wait" style={{ height: p.height }}>Gathering figures …</p>;
  return <Canvas {...p} />;
}

function Canvas(p: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shape = p.series.map((s) => s.name + s.scale).join('|') + p.height;
  const data = [p.at, ...p.series.map((s) => s.values)] as uPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const here = box.current!;
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(p, here.clientWidth), latest.current, here);
    };
    make();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: here.clientWidth, height: p.height }));
    resize.observe(here);
    scheme.addEventListener('change', make);
    return () => {
      scheme.removeEventListener('change', make);
      resize.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => plot.current?.setData(data), [p.at, p.series]);

  return <div class="plot" ref={box} role="img" aria-label={p.label} />;
}

// point shows time and values where the mouse is.
function point(u: uPlot, p: Props) {
  const i = u.cursor.idx;
  let tip = u.over.querySelector<HTMLElement>('.tip');
  if (i === null || i === undefined || u.cursor.left! < 0) {
    tip?.remove();
    return;
  }
  if (!tip) {
    tip = document.createElement('div');
    tip.className = 'tip num';
    u.over.append(tip);
  }
  const rows = p.series.map((s, k) => {
    const v = u.data[k + 1][i];
    return `${s.name} ${v === null || v === undefined ? '–' : s.format(v)}`;
  });
  tip.textContent = [clock(new Date(u.data[0][i] * 1000)), ...rows].join('\n');
  const right = u.cursor.left! > u.over.clientWidth / 2;
  tip.style.left = right ? 'auto' : `${u.cursor.left! + 10}px`;
  tip.style.right = right ? `${u.over.clientWidth - u.cursor.left! + 10}px` : 'auto';
}

function options(p: Props, width: number): uPlot.Options {
  const axis = (): uPlot.Axis => ({
    stroke: variable('--muted'),
    font: `11px ${variable('--font')}`,
    grid: { stroke: variable('--grid'), width: 1 },
    ticks: { show: false },
  });
  const right = p.series.find((s) => s.scale === 'right');
  const left = p.series.find((s) => s.scale !== 'right')!;
  const range = (_: uPlot, __: number, most: number): [number, number] => [0, nice(Math.max(most ?? 0, p.min ?? 0, 1e-9), p.max)];
  return {
    width,
    height: p.height,
    padding: [8, right ? 0 : 22, 0, 0],
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false }, sync: p.sync ? { key: p.sync } : undefined },
    hooks: { setCursor: [(u) => point(u, p)] },
    legend: { show: false },
    scales: { x: { time: true }, left: { range }, right: { range } },
    axes: [
      { ...axis(), values: tickClock, space: 70, size: 26, grid: { show: false } },
      { ...axis(), scale: 'left', size: 52, values: (_, v) => v.map(left.format) },
      ...(right ? [{ ...axis(), scale: 'right', side: 1, size: 48, grid: { show: false }, values: (_: uPlot, v: number[]) => v.map(right.format) }] : []),
    ],
    series: [
      {},
      ...p.series.map((s): uPlot.Series => ({
        label: s.name,
        scale: s.scale ?? 'left',
        stroke: variable(s.color),
        width: 1.75,
        dash: s.dash,
        points: { show: false },
      })),
    ],
  };
}

// nice is the top of a scale: a little above the greatest value, a round number.
function nice(most: number, max = Infinity): number {
  const step = 10 ** Math.floor(Math.log10(most));
  for (const m of [1, 1.5, 2, 3, 4, 5, 6, 8, 10]) {
    if (m * step >= most * 1.05) return Math.min(m * step, max);
  }
  return Math.min(10 * step * 1.5, max);
}

// Spark draws a series without axes.
export function Spark({ values }: { values: number[] }) {
  if (values.length < 2) return <svg class="spark" aria-hidden="true" />;
  const w = 100;
  const h = 24;
  const max = Math.max(...values);
  const y = (v: number) => (max > 0 ? h - 1.5 - (v / max) * (h - 3) : h - 1.5);
  const points = values.map((v, i) => `${((i / (values.length - 1)) * w).toFixed(1)},${y(v).toFixed(1)}`).join(' ');
  return (
    <svg class="spark" viewBox={`0 0 ${w} ${h}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,${h} ${points} ${w},${h}`} />
      <polyline points={points} />
    </svg>
  );
}

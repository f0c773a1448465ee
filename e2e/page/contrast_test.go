package page

// faintText lists the texts whose contrast to what is behind them is less than
// 4.5, or 3 where they are large (WCAG 2.2, success criterion 1.4.3). What can't
// be used just now is exempt.
const faintText = `(() => {
  const parse = c => {
    const srgb = /^color\(srgb ([^)]*)\)/.exec(c);
    const n = (srgb ? srgb[1] : c).match(/[\d.]+/g).map(Number);
    const rgb = srgb ? n.slice(0, 3).map(v => v * 255) : n.slice(0, 3);
    return [...rgb, n.length > 3 ? n[3] : 1];
  };
  const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3]));
  const luminance = c => {
    const [r, g, b] = c.map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    const layers = [];
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      layers.push(c);
      if (c[3] === 1) break;
    }
    return layers.reduceRight((b, a) => over(a, b), [255, 255, 255]);
  };
  const found = new Set();
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.off, .hidden, .skip, [aria-hidden=true], .u-wrap')) continue;
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    if (!e.getClientRects().length) continue;
    const style = getComputedStyle(e);
    const svg = e instanceof SVGElement;
    const shape = svg && e.ownerSVGElement?.querySelector('.party');
    const ground = shape ? over(parse(getComputedStyle(shape).fill), [0, 0, 0]) : behind(svg ? e.ownerSVGElement.parentElement : e);
    const text = over(parse(svg ? style.fill : style.color), ground);
    const [a, b] = [luminance(text), luminance(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5))
      found.add(e.tagName + '.' + (e.getAttribute('class') ?? '') + ' ' + JSON.stringify(e.textContent.slice(0, 30)) + ' ' + ratio.toFixed(2));
  }
  return [...found];
})()`

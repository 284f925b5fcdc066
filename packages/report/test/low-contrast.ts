/**
 * Runs in the page, so it is a script: lists visible texts whose contrast with their ground is below the given ratio (WCAG 2.2, 1.4.3).
 * Colours are composed down to the first opaque ground; the ground of a chart is the page's.
 */
export const lowContrast = `(least) => {
  const parse = (text) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\\d.]+/g) ?? []).map(Number);
    return { red, green, blue, alpha };
  };
  const luminance = ({ red, green, blue }) => {
    const [r, g, b] = [red, green, blue].map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const shapeGround = (element) => {
    const node = element.closest("g.node, g.stop");
    const shape = node && node.querySelector("path, polygon, ellipse, circle");
    return shape ? parse(getComputedStyle(shape).fill) : undefined;
  };
  const groundOf = (element) => {
    const shape = shapeGround(element);
    if (shape) return shape;
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.alpha > 0) return color;
    }
    return parse("rgb(255, 255, 255)");
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.data.trim() || element.closest("script, style, .unseen, svg > title, svg > desc, g > title") || element.getClientRects().length === 0) continue;
    count += 1;
    const style = getComputedStyle(element);
    const ink = luminance(parse(element.closest("svg") ? style.fill : style.color));
    const ground = luminance(groundOf(element));
    const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    if (ratio < least) found.push(text.data.trim().slice(0, 30) + ": " + ratio.toFixed(2));
  }
  if (count < 200) found.push("only " + count + " texts seen");
  return found;
}`;

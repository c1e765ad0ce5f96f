/** Measures in the page what somebody would see to be wrong: it can be scrolled sideways, texts are cut off or lie on each other. */
function layoutProblems() {
  /** @type {string[]} */
  const problems = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    problems.push(`the page is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);

  const nameOf = (/** @type {Element} */ element) =>
    `<${element.tagName.toLowerCase()}> "${(element.textContent ?? '').trim().slice(0, 40)}"`;
  const isSeen = (/** @type {Element} */ element) => element.checkVisibility({ visibilityProperty: true });
  /** Whether it lies in something that is meant to be scrolled, like a table. */
  const scrolls = (/** @type {Element} */ element) => {
    for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement)
      if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX)) return true;
    return false;
  };

  // Each line of each text, as it is seen.
  /** @type {{ box: DOMRect, element: Element }[]} */
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element || node.textContent?.trim() === '' || !isSeen(element)) continue;
    if (element.closest('title, desc, option, script, style')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects())
      if (box.width > 1 && box.height > 1) lines.push({ box, element });
  }
  for (const { box, element } of lines) {
    if (scrolls(element)) continue;
    if (box.right > root.clientWidth + 1 || box.left < -1)
      problems.push(`${nameOf(element)} goes from ${Math.round(box.left)} to ${Math.round(box.right)}`);
    const card = element.closest('.card')?.getBoundingClientRect();
    if (card && (box.right > card.right + 1 || box.left < card.left - 1))
      problems.push(`${nameOf(element)} leaves its card`);
  }
  for (const element of document.querySelectorAll('body *')) {
    if (!(element instanceof HTMLElement) || !isSeen(element)) continue;
    // A browser shows the whole of it in its own list.
    if (element instanceof HTMLSelectElement) continue;
    const { overflowX, overflowY } = getComputedStyle(element);
    if (overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1)
      problems.push(`${nameOf(element)} is cut off`);
    if (overflowY === 'hidden' && element.scrollHeight > element.clientHeight + 1)
      problems.push(`${nameOf(element)} is cut off below`);
  }

  // Texts of different elements; a line's box is a little higher than its letters.
  const sorted = lines.toSorted((a, b) => a.box.top - b.box.top);
  for (const [i, one] of sorted.entries())
    for (let j = i + 1; j < sorted.length; j++) {
      const other = sorted[j];
      if (!other || other.box.top > one.box.bottom) break;
      if (one.element === other.element) continue;
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (across > 2 && down > 0.35 * Math.min(one.box.height, other.box.height))
        problems.push(`${nameOf(one.element)} and ${nameOf(other.element)} lie on each other`);
    }
  return [...new Set(problems)].slice(0, 20);
}

/** What is too small for a finger: less than 24 pixels high or wide, with something else to touch close by (WCAG 2.5.8). */
function smallTargets() {
  const targets = [...document.querySelectorAll('a[href], button, input, select, summary')].filter(
    (element) => element.checkVisibility() && !element.closest('svg'),
  );
  const boxes = targets.map((element) => element.getBoundingClientRect());
  return targets.flatMap((element, i) => {
    const box = boxes[i];
    // A link within a sentence is as high as its line.
    if (!box || (box.height >= 24 && box.width >= 24) || element.closest('p, li')) return [];
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const crowded = boxes.some((other, j) => {
      if (j === i || !other || targets[j]?.closest('p, li')) return false;
      const dx = Math.max(other.left - x, 0, x - other.right);
      const dy = Math.max(other.top - y, 0, y - other.bottom);
      return Math.hypot(dx, dy) < 12;
    });
    return crowded
      ? [`${element.tagName} "${element.textContent?.trim().slice(0, 40)}" ${box.width}x${box.height}`]
      : [];
  });
}

// What the last expression is, is the answer.
({ layoutProblems: layoutProblems(), smallTargets: smallTargets() });

// What the service's pages do in browsers beyond HTML. They work without it, too.

/** Pixels; a finger that touches moves the page a little. */
const SCROLLED_AWAY = 40;

/**
 * Marks of charts say their values where the pointer, a finger or the keyboard is, instead of after a while.
 * @returns {(within: ParentNode) => void} what does that for the charts of a part of the page
 */
function chartEnhancer() {
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.setAttribute('role', 'status');
  tip.hidden = true;

  let shownAt = 0;
  /**
   * Beside the place, within the window.
   * @param {string} text
   * @param {number} left
   * @param {number} top
   */
  const show = (text, left, top) => {
    shownAt = scrollY;
    tip.hidden = false;
    if (tip.textContent !== text) tip.textContent = text;
    const { clientWidth, clientHeight } = document.documentElement;
    const { width, height } = tip.getBoundingClientRect();
    const beside = left + 14 + width > clientWidth ? left - 14 - width : left + 14;
    const below = top + 14 + height > clientHeight ? top - 14 - height : top + 14;
    tip.style.left = `${Math.max(4, Math.min(beside, clientWidth - width - 4))}px`;
    tip.style.top = `${Math.max(4, below)}px`;
  };
  const hide = () => {
    tip.hidden = true;
  };
  /** @type {((() => void) | undefined)[]} */
  let leaves = [];
  addEventListener(
    'scroll',
    () => {
      if (Math.abs(scrollY - shownAt) > SCROLLED_AWAY) for (const leave of leaves) leave?.();
    },
    { passive: true },
  );
  return (within) => {
    hide();
    const charts = within.querySelectorAll('.chart > svg');
    if (charts.length > 0) document.body.append(tip);
    leaves = [...charts].map((chart) =>
      chart instanceof SVGSVGElement ? enhanceChart(chart, show, hide) : undefined,
    );
  };
}

/**
 * @param {SVGSVGElement} chart
 * @param {(text: string, left: number, top: number) => void} show
 * @param {() => void} hide
 * @returns {(() => void) | undefined} what takes back what it shows
 */
function enhanceChart(chart, show, hide) {
  /** @type {Map<Element, string>} */
  const texts = new Map();
  for (const title of chart.querySelectorAll(':scope * > title')) {
    const mark = title.parentElement;
    if (!mark) continue;
    texts.set(mark, title.textContent ?? '');
    // Else the browser says the same a second later.
    title.remove();
  }
  if (texts.size === 0) return undefined;

  /** @param {Element} mark */
  const middleOf = (mark) => {
    const { left, top, width, height } = mark.getBoundingClientRect();
    return { left: left + width / 2, top: top + height / 2 };
  };
  /**
   * What is meant by a place: the mark there, or one that a finger may have missed.
   * @param {PointerEvent} event
   */
  const markAt = ({ target, clientX, clientY, pointerType }) => {
    if (target instanceof Element && texts.has(target)) return target;
    if (pointerType === 'mouse') return undefined;
    let nearest;
    let least = 24;
    for (const mark of texts.keys()) {
      const box = mark.getBoundingClientRect();
      const distance = Math.hypot(
        Math.max(box.left - clientX, 0, clientX - box.right),
        Math.max(box.top - clientY, 0, clientY - box.bottom),
      );
      if (distance < least) [nearest, least] = [mark, distance];
    }
    return nearest;
  };
  /** @type {Element | undefined} */
  let current;
  /** @param {Element | undefined} mark */
  const choose = (mark) => {
    current?.classList.remove('chosen');
    current = mark;
    current?.classList.add('chosen');
    if (!mark) hide();
  };
  const leave = () => {
    if (current) choose(undefined);
  };

  /** @param {PointerEvent} event */
  const follow = (event) => {
    const mark = markAt(event);
    if (mark !== current) choose(mark);
    if (mark) show(texts.get(mark) ?? '', event.clientX, event.clientY);
  };
  chart.addEventListener('pointermove', follow);
  chart.addEventListener('pointerleave', ({ pointerType }) => {
    // A finger that is lifted leaves, too, and wants to read.
    if (pointerType === 'mouse') leave();
  });

  // A finger's first touch shows what its second one follows.
  let isShownByTouch = false;
  chart.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse') return;
    const before = current;
    follow(event);
    isShownByTouch = current !== undefined && current !== before;
  });
  chart.addEventListener('click', (event) => {
    if (isShownByTouch) event.preventDefault();
    isShownByTouch = false;
  });
  addEventListener('pointerdown', ({ target }) => {
    if (!(target instanceof Node && chart.contains(target))) leave();
  });

  chart.setAttribute('tabindex', '0');
  /** @type {Element[]} */
  let ordered = [];
  chart.addEventListener('focus', () => {
    if (!chart.matches(':focus-visible')) return;
    const middles = new Map([...texts.keys()].map((mark) => [mark, middleOf(mark)]));
    /** @param {Element} mark */
    const middle = (mark) => middles.get(mark) ?? { left: 0, top: 0 };
    ordered = [...texts.keys()].sort(
      (a, b) => middle(a).left - middle(b).left || middle(a).top - middle(b).top,
    );
    go(0);
  });
  chart.addEventListener('blur', leave);
  /** @param {number} position */
  const go = (position) => {
    const mark = ordered[Math.max(0, Math.min(ordered.length - 1, position))];
    if (!mark) return;
    choose(mark);
    const { left, top } = middleOf(mark);
    show(texts.get(mark) ?? '', left, top);
  };
  chart.addEventListener('keydown', (event) => {
    const at = current ? ordered.indexOf(current) : -1;
    const link = current?.closest('a');
    if (event.key === 'ArrowRight' || event.key === 'ArrowDown') go(at + 1);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') go(at - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(ordered.length - 1);
    else if (event.key === 'Escape') leave();
    else if (event.key === 'Enter' && link) location.assign(link.getAttribute('href') ?? '');
    else return;
    event.preventDefault();
  });
  return leave;
}

const ANOTHER_PROJECT_MS = 900;

/** The form of a report asks again when something else is chosen, and shows days only where they are asked for. */
function enhanceForm() {
  const form = document.querySelector('form[data-asks-again]');
  if (!(form instanceof HTMLFormElement)) return;
  const period = form.querySelector('select[data-period]');
  if (!(period instanceof HTMLSelectElement)) return;
  /** @type {NodeListOf<HTMLInputElement>} */
  const days = form.querySelectorAll('input[name="from"], input[name="to"]');

  const showDays = () => {
    for (const input of days) {
      const label = input.closest('label');
      if (label) label.hidden = period.value !== '';
      // What is not shown is not asked for.
      input.disabled = period.value !== '';
    }
  };
  showDays();
  // Who comes back to the page sees in the form what the page shows, not what was chosen when it was left.
  addEventListener('pageshow', () => {
    form.reset();
    showDays();
  });

  let key = '';
  form.addEventListener('keydown', (event) => {
    key = event.key;
  });
  form.addEventListener('pointerdown', () => {
    key = '';
  });
  let waiting = 0;
  form.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLSelectElement)) return;
    clearTimeout(waiting);
    if (target === period) {
      showDays();
      if (period.value === '') {
        if (key === '') days[0]?.focus();
        return;
      }
    }
    // Arrow keys go through what there is: whoever uses them presses Enter, or the button.
    if (key !== '' && key !== 'Enter') return;
    waiting = setTimeout(() => form.requestSubmit(), target.multiple ? ANOTHER_PROJECT_MS : 0);
  });
  form.addEventListener('submit', () => {
    clearTimeout(waiting);
    // Addresses are passed on: what is empty says nothing.
    for (const input of days) if (input.value === '') input.disabled = true;
  });
}

/**
 * Puts the newer reading, which is on its way, in the place of the one that was shown because it was there: but not under the
 * hands of whoever is at it by then.
 * @param {(within: ParentNode) => void} enhanceCharts
 */
async function showRenewal(enhanceCharts) {
  const note = document.querySelector('[data-renewal]');
  const kept = note?.closest('[data-reading]');
  if (!note || !kept) return;
  const answer = await fetch(location.href, { headers: { prefer: 'wait=600' } });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const renewed = page.querySelector('[data-reading]');
  if (!renewed) {
    const reason =
      page.querySelector('[role="alert"], [role="status"]')?.textContent ?? `status ${answer.status}`;
    note.textContent = `; it could not be read anew: ${reason}`;
  } else if (kept.contains(document.activeElement) || getSelection()?.isCollapsed === false) {
    const link = note.querySelector('a');
    note.firstChild?.replaceWith('; there is a newer reading: ');
    if (link) link.textContent = 'show it';
  } else {
    kept.replaceWith(renewed);
    enhanceCharts(renewed);
  }
}

const enhanceCharts = chartEnhancer();
enhanceCharts(document);
enhanceForm();
// Where the service is gone, the page stays as it is.
showRenewal(enhanceCharts).catch(() => undefined);

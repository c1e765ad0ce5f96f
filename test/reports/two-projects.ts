import { TaigaBuilder } from '../support/taiga-builder.js';

/** A Sunday, in the evening. */
const NOW = '2026-03-15T20:00:00Z';
const BOARD = ['New', 'Ready', 'In progress', 'Ready for test', 'Done*'];

/** Two projects whose items moved on Friday, March 13, 2026; the first has a story with a hostile subject. */
export function twoProjects(): TaigaBuilder {
  const taiga = new TaigaBuilder(NOW);
  const statuses = { userstory: BOARD, issue: BOARD };
  const shop = taiga.addProject('shop', { statuses });
  shop.addEstimation(['dev'], { '?': null, '5': 5 });
  shop.addStory({
    ref: 1,
    subject: '=cmd()|"x"',
    moves: [
      [9, 'New'],
      [2.2, 'In progress'],
      [2.1, 'Ready for test'],
    ],
  });
  shop.addIssue({
    ref: 2,
    moves: [
      [9, 'In progress'],
      [2.3, 'Ready for test'],
      [1.2, 'Done'],
    ],
    finished: 1.2,
  });
  // The same number in another project.
  taiga.addProject('lanes', { statuses }).addIssue({
    ref: 2,
    moves: [
      [9, 'New'],
      [2.15, 'Done'],
    ],
    finished: 2.15,
  });
  return taiga;
}

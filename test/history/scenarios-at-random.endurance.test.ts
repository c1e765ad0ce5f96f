import { seeds } from '../support/effort.js';
import { stepsAtRandom } from './scenarios/at-random.js';
import { playAll } from './scenarios/play.js';
import type { Scenario } from './scenarios/scenario.js';

const FIRST_SEED = 201;
const whatever: Scenario = (team) => stepsAtRandom(team, 6);

playAll(
  Object.fromEntries(seeds(FIRST_SEED, 1).map((seed) => [`whatever happens (seed ${seed})`, whatever])),
  FIRST_SEED,
);

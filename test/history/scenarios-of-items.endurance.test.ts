import { ITEM_SCENARIOS } from './scenarios/items.js';
import { playAll } from './scenarios/play.js';

playAll(ITEM_SCENARIOS, 101);

import { BOARD_SCENARIOS } from './scenarios/boards.js';
import { playAll } from './scenarios/play.js';

playAll(BOARD_SCENARIOS, 201);

import { playAll } from './scenarios/play.js';
import { PROJECT_SCENARIOS } from './scenarios/projects.js';

playAll(PROJECT_SCENARIOS, 301);

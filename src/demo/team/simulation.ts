import { Random } from '../random.js';
import { install } from '../taiga/installation.js';
import type { RowChange } from '../taiga/store.js';
import { createTaiga, type Taiga } from '../taiga/taiga.js';
import { addDays, dateOf, hour, type Micros, startOf } from '../taiga/time.js';
import { momentsOf, pause } from './calendar.js';
import { chronicle, type Happening } from './chronicle.js';
import { found } from './organisation.js';
import { Storyline } from './storyline.js';
import type { Deed, Team } from './team.js';

/** A simulated organisation: each step is one request to Taiga, at a moment given by the caller. */
export class Simulation {
  readonly #taiga: Taiga;
  readonly #random: Random;
  readonly #storyline: Storyline;
  readonly #teams: readonly Team[];
  /** Deeds that belong together and cannot wait, such as the rest of a planning meeting. */
  readonly #agenda: Deed[] = [];
  readonly #chronicle: Happening[];
  #last: Micros;

  /** Founds the organisation on the first day of the span. */
  constructor(seed: number, span: { readonly from: Micros; readonly to: Micros }) {
    this.#random = new Random(seed);
    this.#taiga = createTaiga(this.#random);
    this.#last = startOf(dateOf(span.from)) + 31 * hour;
    const now = (): Micros => {
      this.#last += pause(this.#random);
      return this.#last;
    };
    this.#storyline = new Storyline(span.to);
    install(this.#taiga, now(), this.#random);
    const place = { taiga: this.#taiga, random: this.#random, storyline: this.#storyline };
    const organisation = found(place, now, this.#storyline.firstSprintDay(this.#last));
    const { bookings, platform, support, kitchen } = organisation;
    this.#teams = [bookings, platform, support, kitchen];
    this.#agenda.push(
      ...bookings.kickOff(),
      ...platform.kickOff(),
      ...support.kickOff(),
      ...kitchen.kickOff(),
    );
    this.#chronicle = chronicle(place, organisation, span);
  }

  /** Simulates the past, day by day, and stops before `end`. */
  *daysUntil(end: Micros): Generator<void> {
    for (let date = dateOf(this.#last); startOf(date) < end; date = addDays(date, 1)) {
      const mayBeQuiet = !this.#storyline.season.has(startOf(date));
      for (const moment of momentsOf(date, this.#random, mayBeQuiet)) {
        let at = Math.max(moment, this.#last + pause(this.#random));
        if (at >= end) return;
        this.step(at);
        while (this.#agenda.length > 0) {
          at += pause(this.#random);
          if (at >= end) return;
          this.step(at);
        }
      }
      yield;
    }
  }

  /** The same in one call. */
  liveUntil(end: Micros): void {
    for (const _day of this.daysUntil(end));
  }

  /** One request, or none if there is nothing to do. */
  step(at: Micros): void {
    this.#last = Math.max(at, this.#last + 1);
    if (this.#agenda.length === 0) this.#lookAtTheCalendar();
    const next = this.#agenda.shift() ?? this.#choose();
    next?.(this.#last);
  }

  takeChanges(): RowChange[] {
    return this.#taiga.store.takeChanges();
  }

  #lookAtTheCalendar(): void {
    while (this.#chronicle[0] !== undefined && this.#chronicle[0].at <= this.#last) {
      this.#agenda.push(...(this.#chronicle.shift()?.deeds(this.#last) ?? []));
    }
    for (const team of this.#teams) this.#agenda.push(...team.due(this.#last));
  }

  #choose(): Deed | undefined {
    const team = this.#random.weighted(this.#teams.map((team) => [team, team.share]));
    return this.#random.weighted(team?.options(this.#last) ?? []);
  }
}

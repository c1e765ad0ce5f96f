import { addMember } from '../taiga/projects.js';
import { addDays, day, hour, type Micros, startOf } from '../taiga/time.js';
import type { Happening } from './chronicle.js';
import type { Organisation } from './organisation.js';
import { actOf, type Workplace } from './team.js';

/** Reports of bugs in the release, to the support and to the team itself. */
const reportsToSupport = 28;
const reportsToTeam = 7;

/** Single events in the weeks of the storyline, in addition to the teams' usual work. */
export function lastWeeks(place: Workplace, organisation: Organisation): Happening[] {
  const { storyline, taiga } = place;
  const { people, bookings, platform, support } = organisation;
  const onDay = (date: string, hours: number): Micros => startOf(date) + hours * hour;
  const inTrouble = storyline.sprintStartBefore(3);
  const afterwards = storyline.sprintStartBefore(2);
  return [
    {
      at: onDay(storyline.sprintStartBefore(8), 7),
      deeds: () => [bookings.release.announce()],
    },
    {
      at: onDay(storyline.releaseDay, 15),
      deeds: () => [...bookings.release.goOut(bookings.leftovers(4)), ...support.clearUp(5)],
    },
    ...bugReports(place, organisation),

    ...['Waiting for the payment provider', 'Needs a decision on refunds', 'Test harbour is offline'].map(
      (note, number): Happening => ({
        at: onDay(addDays(inTrouble, 2 + number), 10),
        deeds: (at) => bookings.blockForLong(at, note),
      }),
    ),
    ...[7, 7, 8, 9].map(
      (days, number): Happening => ({
        at: onDay(addDays(inTrouble, days), 9 + number),
        deeds: () => bookings.hotfix(number),
      }),
    ),
    { at: onDay(addDays(afterwards, 1), 9), deeds: () => bookings.goOn() },

    {
      at: storyline.testHelp.from,
      deeds: () => [
        (at) => {
          addMember(taiga, actOf(at, people.leila), platform.project, people.freja, 'Front');
          platform.roster.join(people.freja, 'qa');
        },
      ],
    },

    {
      at: onDay(storyline.daysBefore(40), 11),
      deeds: () => platform.blockForLong('Waiting for the new certificate authority'),
    },
    {
      at: onDay(storyline.daysBefore(30), 14),
      deeds: () => platform.forget(storyline.daysBefore(12)),
    },
    { at: onDay(storyline.daysBefore(24), 10), deeds: () => support.overlook(storyline.daysBefore(9)) },
    { at: onDay(storyline.daysBefore(6), 10), deeds: () => [support.reportUnseen()] },
    // After the end of the past, so that the live team can go on.
    { at: storyline.end + day, deeds: () => platform.endRush() },
  ];
}

/** Many in the first days, then fewer and fewer. */
function bugReports(
  { random, storyline: { bugBurst } }: Workplace,
  { bookings, support }: Organisation,
): Happening[] {
  return Array.from({ length: reportsToSupport + reportsToTeam }, (_, number): Happening => {
    const at = bugBurst.from + random.fraction() ** 1.6 * (bugBurst.to - bugBurst.from);
    const team = number < reportsToSupport ? support : bookings.bugs;
    return { at, deeds: () => [team.reportReleaseBug()] };
  });
}

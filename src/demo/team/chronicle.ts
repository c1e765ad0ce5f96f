import { deleteIssueStatus, renameStatus, setWipLimit, statusNamed } from '../taiga/boards.js';
import { hexDigits } from '../taiga/installation.js';
import { invite, planProject, removeMember } from '../taiga/projects.js';
import type { Micros } from '../taiga/time.js';
import { lastWeeks } from './last-weeks.js';
import type { Organisation } from './organisation.js';
import { actOf, type Deed, type Workplace } from './team.js';

/** A single event; its details are decided when its time has come. */
export interface Happening {
  readonly at: Micros;
  deeds(at: Micros): Deed[];
}

/** All single events, in order of time. */
export function chronicle(
  place: Workplace,
  organisation: Organisation,
  { from, to }: { readonly from: Micros; readonly to: Micros },
): Happening[] {
  const ofTheYear = administration(place, organisation).map(([part, ...deeds]): Happening => {
    return { at: from + part * (to - from), deeds: () => deeds };
  });
  const recent = lastWeeks(place, organisation).filter(({ at }) => at > from);
  return [...ofTheYear, ...recent].sort((a, b) => a.at - b.at);
}

/** Administration, and people who come and go, each at a part of the past from 0 to 1. */
function administration(
  { taiga, random }: Workplace,
  { people, bookings, platform, support }: Organisation,
): [part: number, ...deeds: Deed[]][] {
  const { mira, leila, piotr } = people;
  return [
    [0.02, (at) => planProject(taiga, actOf(at, mira), bookings.project, 26, 1300)],
    [
      0.31,
      () => {
        const review = statusNamed(taiga, platform.project, 'projects_userstorystatus', 'Code review');
        renameStatus(taiga, 'projects_userstorystatus', review, 'Ready for review');
      },
    ],
    [
      0.44,
      () => {
        const review = statusNamed(taiga, platform.project, 'projects_userstorystatus', 'Ready for review');
        const [standard] = taiga.store.where(
          'projects_swimlane',
          (lane) => lane.project_id === platform.project.id,
        );
        if (standard !== undefined) setWipLimit(taiga, standard, review, 5);
      },
    ],
    [
      0.62,
      (at) => platform.handTo(piotr)?.(at),
      (at) => platform.handTo(piotr)?.(at),
      (at) => {
        for (const [owner, team] of [
          [mira, bookings],
          [leila, platform],
        ] as const) {
          removeMember(taiga, actOf(at, owner), team.project, piotr);
          team.leave(piotr);
        }
      },
    ],
    [
      0.7,
      () => {
        const vendor = statusNamed(taiga, support.project, 'projects_issuestatus', 'Waiting for vendor');
        deleteIssueStatus(
          taiga,
          vendor,
          statusNamed(taiga, support.project, 'projects_issuestatus', 'In progress'),
        );
      },
    ],
    [
      0.93,
      (at) =>
        invite(
          taiga,
          actOf(at, mira),
          bookings.project,
          'new.colleague@saltmarsh.example',
          'Back',
          hexDigits(random, 32),
        ),
    ],
  ];
}

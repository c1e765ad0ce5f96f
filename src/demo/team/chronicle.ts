import { deleteIssueStatus, renameStatus, setWipLimit, statusNamed } from '../taiga/boards.js';
import { hexDigits } from '../taiga/installation.js';
import { invite, planProject, removeMember } from '../taiga/projects.js';
import type { Organisation } from './organisation.js';
import { actOf, type Deed, type Workplace } from './team.js';

/** What happens once: administration, and people who come and go. Each at its part of the past, from 0 to 1. */
export function chronicle(
  { taiga, random }: Workplace,
  organisation: Organisation,
): [part: number, deed: Deed][] {
  const { people, bookings, platform, support } = organisation;
  const { mira, leila, piotr } = people;
  return [
    [0.02, (at) => planProject(taiga, actOf(at, mira), bookings.project, 26, 480)],
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
        const testing = statusNamed(taiga, platform.project, 'projects_userstorystatus', 'QA');
        const [standard] = taiga.store.where(
          'projects_swimlane',
          (lane) => lane.project_id === platform.project.id,
        );
        if (standard !== undefined) setWipLimit(taiga, standard, testing, 3);
      },
    ],
    [0.62, (at) => platform.handTo(piotr)?.(at)],
    [0.62, (at) => platform.handTo(piotr)?.(at)],
    [
      0.62,
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

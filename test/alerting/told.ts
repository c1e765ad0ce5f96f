import type { SlackAttachment } from './slack-message.js';
import type { SlackPost, SlackServer } from './slack-server.js';

/** What a channel was told, in a few words. */
export interface Told {
  readonly channel: string;
  readonly alert: string;
  readonly severity: string;
  /** Empty: of the service itself. */
  readonly project: string;
  readonly isOver: boolean;
  readonly message: SlackAttachment;
}

/** Each message that can be seen in a channel, in its order. */
export function toldBy(slack: SlackServer): readonly Told[] {
  return slack.accepted().map(told);
}

function told({ to, message: { attachments } }: SlackPost): Told {
  const [message] = attachments;
  if (!message) throw new Error('a message without an attachment');
  const [alert = '', severity = ''] = (message.footer ?? '').split(' · ');
  const runbook = message.actions.find(({ text }) => text === 'Runbook')?.url ?? '';
  return {
    ...{ alert, severity, message },
    // Of a webhook its path names the channel.
    channel: to.replace(/^\/services\/T0\/B0\//, '#'),
    project: /\?project=(.*)$/.exec(runbook)?.[1] ?? '',
    isOver: message.title?.startsWith('✅ Over: ') ?? false,
  };
}

/** Like `#shop TaigaItemsOverdue warning shop`, sorted; what is over says so. */
export function inWords(messages: readonly Told[]): string[] {
  return messages
    .map(({ channel, alert, severity, project, isOver }) =>
      [channel, alert, severity, project, isOver ? 'over' : ''].filter(Boolean).join(' '),
    )
    .toSorted();
}

import { type Login, type LoginFiles, readLogin } from '../config/login-files.js';

export interface GrafanaCredentials extends Login {
  /** Where the credentials come from, for messages. */
  readonly described: string;
  /** How to fix it when Grafana does not accept them. */
  readonly remedy: string;
}

/** @throws BugflowError that names the file */
export async function readCredentials(files: LoginFiles): Promise<GrafanaCredentials> {
  const login = await readLogin(files, 'a token of a service account');
  if ('tokenFile' in files) {
    return {
      ...login,
      described: `the token in ${files.tokenFile}`,
      remedy: 'make a new token of a service account with the role Editor',
    };
  }
  return {
    ...login,
    described: `the user ${files.user} with the password in ${files.passwordFile}`,
    remedy: 'check both; after several wrong passwords Grafana refuses the right one for five minutes',
  };
}

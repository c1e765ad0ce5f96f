/*
 * Secrets to be planted wherever one can be given. Each has a core without special characters, which no spelling but
 * base64 and hex changes, and an end that YAML, URLs and shells have their own spellings for. One line adds a secret.
 */
export const SECRETS = {
  urlPassword: plant('UrlPassword'),
  urlFilePassword: plant('UrlFilePassword'),
  environmentUrlPassword: plant('EnvironmentUrlPassword'),
  passwordFile: plant('PasswordFile'),
  variable: plant('Variable'),
  passphrase: plant('KeyPassphrase'),
  passphraseFile: plant('FilePassphrase'),
  sshPasswordFile: plant('SshPasswordFile'),
  grafanaPassword: plant('GrafanaPassword'),
  // These may not hold just anything.
  webHash: `$2b$04$Pl4ntWebHash${'.'.repeat(41)}`,
  webToken: 'Pl4ntWebToken-0123456789',
  grafanaToken: 'Pl4ntGrafanaToken_0123456789',
} as const;

const CORE = /Pl4nt[A-Za-z]+/;

function plant(name: string): string {
  return `Pl4nt${name}/:ä %41#"'`;
}

/** The names of the secrets that show in a text, as they are, in capitals, percent-encoded, in base64 or in hex. */
export function secretsIn(text: string): string[] {
  const lower = text.toLowerCase();
  return Object.entries(SECRETS)
    .filter(([, secret]) => {
      const core = CORE.exec(secret)?.[0] ?? secret;
      return (
        lower.includes(core.toLowerCase()) ||
        lower.includes(Buffer.from(core).toString('hex')) ||
        base64Pieces(core).some((piece) => text.includes(piece))
      );
    })
    .map(([name]) => name);
}

/** What base64 makes of the core, whatever stands before and behind it. */
function base64Pieces(core: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('-'.repeat(shift) + core).toString('base64');
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
}

/** A file for the secret, in the folder of the configuration. */
export function secretFiles(): Record<string, string> {
  const url = `postgres://bugflow:${encodeURIComponent(SECRETS.urlFilePassword)}@127.0.0.1:1/taiga`;
  return {
    url: `${url}\n`,
    'two-urls': `${url}\n${url}\n`,
    'bad-url': `postgres//${SECRETS.urlFilePassword}`,
    password: `${SECRETS.passwordFile}\n`,
    passphrase: `${SECRETS.passphraseFile}\n`,
    'ssh-password': `${SECRETS.sshPasswordFile}\n`,
    'grafana-token': `${SECRETS.grafanaToken}\n`,
    'two-grafana-tokens': `${SECRETS.grafanaToken}\n${SECRETS.grafanaToken}\n`,
    'grafana-password': `${SECRETS.grafanaPassword}\n`,
    'web.yaml': `basic_auth_users: { prometheus: ${SECRETS.webHash} }\nbearer_token_files: [./web-token]\n`,
    'web-token': `${SECRETS.webToken}\n`,
    'two-tokens': `${SECRETS.webToken}\n${SECRETS.webToken}\n`,
  };
}

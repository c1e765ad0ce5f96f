// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables that way.
import { SECRETS } from './secrets.js';

const { passphrase, webHash, webToken } = SECRETS;
const password = encodeURIComponent(SECRETS.urlPassword);
const url = `postgres://bugflow:${password}@127.0.0.1:1/taiga`;
const quoted = JSON.stringify(url);
const good = `database: { url: ${quoted} }\n`;

/** Configurations that are wrong on the very line of a secret, or where a secret does not belong. One line adds one. */
export const MISTAKES: Readonly<Record<string, string>> = {
  'a URL of something else': `database: { url: "mysql://bugflow:${password}@h/d" }`,
  'a URL without its colon': `database: { url: "postgres//bugflow:${password}@h/d" }`,
  'a URL with a password as it is': `database: { url: ${JSON.stringify(`postgres://u:${SECRETS.urlPassword}@h/d`)} }`,
  'a URL with a port that is none': `database: { url: "postgres://u:${password}@h:99999/d" }`,
  'a URL with a % too many': `database: { url: "postgres://u:%zz${password}@h/d" }`,
  'a URL without a blank before it': `database: {url:postgres://u:${password}@h/d}`,
  'a URL as a key': `database:\n  ? ${quoted}\n  : x\n`,
  'a URL as a key of the whole': `? ${quoted}\n: x\n`,
  'a URL in a list': `database: { url: [${quoted}] }`,
  'a URL in a map': `database: { url: { ${quoted}: 1 } }`,
  'a URL twice': `database:\n  url: ${quoted}\n  url: ${quoted}\n`,
  'a URL beside its file': `database: { url: ${quoted}, url_file: ./url }`,
  'a URL in place of the section': `database: ${quoted}`,
  'a URL in another key': `listen: ${quoted}`,
  'a URL for the web address': `${good}taiga_url: ${quoted}`,
  'a URL for an external address': `${good}external_urls: { grafana: ${quoted} }`,
  'a password in an external address': `${good}external_urls: { grafana: "https://u:${password}@h/" }`,
  'a URL without its closing quote': `database:\n  url: "${url}\n`,
  'a URL with more behind it': `database:\n  url: ${quoted} ${quoted}\n`,
  'a URL with an escape': `database:\n  url: "${url}\\${passphrase.slice(0, 1)}\\q${url}"\n`,
  'a URL with a tab': `database:\n\turl: ${quoted}\n`,
  'a URL that is indented wrongly': `database:\n  pool_size: 3\n url: ${quoted}\n`,
  'a URL that is a key by mistake': `database:\n  url: ${url}: x: y\n`,
  'a file that holds no URL': 'database: { url_file: ./bad-url }',
  'a file that holds two': 'database: { url_file: ./two-urls }',
  'a passphrase that looks like an alias': `${good}ssh:\n  passphrase: *${passphrase}\n`,
  'a passphrase that looks like an anchor': `${good}ssh:\n  passphrase: &${passphrase}\n`,
  'a passphrase that looks like a tag': `${good}ssh:\n  passphrase: !${passphrase}\n`,
  'a passphrase behind two !': `${good}ssh:\n  passphrase: !!${passphrase}\n`,
  'a passphrase behind @': `${good}ssh:\n  passphrase: @${passphrase}\n`,
  'a passphrase behind a backtick': `${good}ssh:\n  passphrase: \`${passphrase}\n`,
  'a passphrase behind %': `%${passphrase}\n${good}`,
  'a passphrase behind |': `${good}ssh:\n  passphrase: |${passphrase}\n`,
  'a passphrase behind >': `${good}ssh:\n  passphrase: >${passphrase}\n`,
  'a passphrase in braces': `${good}ssh:\n  passphrase: {${passphrase}\n`,
  'a passphrase in brackets': `${good}ssh:\n  passphrase: [${passphrase}\n`,
  'a passphrase in braces, closed': `${good}ssh: { host: h, passphrase: { ${JSON.stringify(passphrase)}: x } }`,
  'a passphrase in single quotes': `${good}ssh:\n  passphrase: '${passphrase}\n`,
  'a passphrase that is a key': `${good}ssh:\n  host: h\n  ${JSON.stringify(passphrase)}: x\n`,
  'a passphrase and its file': `${good}ssh: { host: h, passphrase: ${JSON.stringify(passphrase)}, passphrase_file: ./passphrase }`,
  'a passphrase for a fingerprint': `${good}ssh: { host: h, host_key: ${JSON.stringify(passphrase)} }`,
  'a passphrase for a truth value': `${good}ssh: { host: h, agent: ${JSON.stringify(passphrase)} }`,
  'a passphrase for a port': `${good}ssh: { host: h, port: ${JSON.stringify(passphrase)} }`,
  'a variable for an address': `${good}listen: \${VARIABLE}`,
  'a variable for a time zone': `${good}time_zone: x\${VARIABLE}`,
  'a variable for a web address': `${good}taiga_url: "\${VARIABLE}\${VARIABLE}"`,
  'a variable for a duration': `${good}thresholds: { stale_after: "\${VARIABLE}" }`,
  'a variable for a choice': `${good}log_level: \${VARIABLE}`,
  'a variable for a number': `database: { url: ${quoted}, pool_size: "\${VARIABLE}" }`,
  'a variable for a whole URL': 'database: { url: "${VARIABLE}" }',
  'a variable for a name': `${good}transitions: [{ name: "\${VARIABLE}" }]`,
  'a variable for a schedule': `${good}overrides: { items: { schedule: "\${VARIABLE}" } }`,
  'a variable for a fingerprint': `${good}ssh: { host: h, host_key: "\${VARIABLE}" }`,
};

/** The same for the web configuration file. */
export const WEB_MISTAKES: Readonly<Record<string, string>> = {
  'a hash that is cut off': `basic_auth_users: { prometheus: ${webHash.slice(0, -1)} }`,
  'a hash of a high cost': `basic_auth_users: { prometheus: ${webHash.replace('$04$', '$31$')} }`,
  'a hash as a user': `basic_auth_users: { ${JSON.stringify(`${webHash}:x`)}: ${webHash} }`,
  'a hash without a user': `basic_auth_users: ${webHash}`,
  'a hash in a list': `basic_auth_users: [${webHash}]`,
  'a hash behind its section': `basic_auth_users:\n  prometheus: ${webHash}: x: y\n`,
  'a hash as a key': `${webHash}: x`,
  'a token in place of its file': `bearer_token_files: [${webToken}]`,
  'a token in a map': `bearer_token_files: { ${webToken}: x }`,
  'a file that holds two tokens': 'bearer_token_files: [./two-tokens]',
};

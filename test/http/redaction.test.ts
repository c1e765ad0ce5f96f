import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedaction, secretsIn } from '../../src/http/redaction.js';

const SECRET = 'pä"ss w/ord';

test.each([
  ['nothing to hide', 'it answers 500', 'it answers 500'],
  ['as it is', `no ${SECRET}!`, 'no …!'],
  ['more than once', `${SECRET}${SECRET}`, '……'],
  ['in a URL', `/x?token=${encodeURIComponent(SECRET)}&y`, '/x?token=…&y'],
  ['in JSON', JSON.stringify({ token: SECRET }), '{"token":"…"}'],
  ['in base64', `<${Buffer.from(SECRET).toString('base64')}>`, '<…>'],
  ['a URL with user and password', 'to https://ann:geheim@host/x', 'to https://…@host/x'],
  ['a URL with a token only', 'to https://ghp_abc@host:80/x', 'to https://…@host:80/x'],
  ['a password with an @', 'to postgres://ann:a@b@host/x', 'to postgres://…@host/x'],
  ['an address of mail in a path', 'to https://host/x@y', 'to https://host/x@y'],
  ['an address of mail in a query', 'to https://host?mail=x@y', 'to https://host?mail=x@y'],
  ['several URLs', 'http://a:b@c, http://d:e@f', 'http://…@c, http://…@f'],
])('%s', (_, text, shown) => {
  expect(createRedaction([SECRET])(text)).toBe(shown);
});

test.each(['a.', 'a-', 'a://', '://', 'a:b@', 'a'])(
  'of a long answer made of %j the rest is not read again and again',
  (piece) => {
    const text = piece.repeat(2 ** 20);
    expect(createRedaction([SECRET])(`${text} https://ann:geheim@host`)).toMatch(/ https:\/\/…@host$/);
  },
);

test('a secret that begins like another one', () => {
  expect(createRedaction(['abc', 'abcdef'])('abcdef abc')).toBe('… …');
});

test('an empty secret is none', () => {
  expect(createRedaction([''])('abc')).toBe('abc');
});

test('no secret is left, wherever it stands', () => {
  const secret = fc.string({ minLength: 4, unit: 'grapheme-ascii' }).filter((text) => !text.includes('…'));
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), fc.string(), (secrets, between) => {
      const shown = createRedaction(secrets)(secrets.join(between));
      for (const each of secrets) expect(shown).not.toContain(each);
    }),
  );
});

test.each([
  [{ authorization: 'Bearer abc' }, ['abc']],
  [{ Authorization: `Basic ${btoa('ann:b:c')}` }, [btoa('ann:b:c'), 'b:c']],
  [{ authorization: `Basic ${btoa('ghp_token:')}` }, [btoa('ghp_token:'), 'ghp_token']],
  [{ 'proxy-authorization': 'bearer x' }, ['x']],
  [{ authorization: 'without-a-scheme' }, ['without-a-scheme']],
  [{ 'X-Api-Key': 'abc', 'private-token': 'def', cookie: 'ghi' }, ['abc', 'def', 'ghi']],
  [{ 'x-scope-orgid': 'team', 'content-type': 'a/b', keyboard: 'qwertz' }, []],
  [{ accept: 'text/plain' }, []],
])('what %j lets somebody in with', (headers, secrets) => {
  expect(secretsIn(headers)).toEqual(secrets);
});

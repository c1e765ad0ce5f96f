/** Saltmarsh Software, which sells a booking service for small harbours. Everything about it is invented. */

export interface PersonSpec {
  readonly username: string;
  readonly name: string;
  readonly timezone: string;
}

export const people = {
  mira: { username: 'mira.vale', name: 'Mira Vale', timezone: 'Europe/Lisbon' },
  tomas: { username: 'tomas.berg', name: 'Tomás Berg', timezone: 'Europe/Oslo' },
  yuna: { username: 'yuna.mori', name: 'Yuna Mori', timezone: 'Asia/Tokyo' },
  ines: { username: 'ines.duarte', name: 'Inês Duarte', timezone: 'Europe/Lisbon' },
  piotr: { username: 'piotr.zielony', name: 'Piotr Zielony', timezone: 'Europe/Warsaw' },
  leila: { username: 'leila.haddad', name: 'Leila Haddad', timezone: 'Europe/Paris' },
  grigor: { username: 'grigor.sahin', name: 'Grigor Sahin', timezone: 'Europe/Sofia' },
  nkechi: { username: 'nkechi.obi', name: 'Nkechi Obi', timezone: 'Africa/Lagos' },
  ed: { username: 'ed.omalley', name: "Ed O'Malley", timezone: 'Europe/Dublin' },
  freja: { username: 'freja.lindqvist', name: 'Freja Lindqvist', timezone: 'Europe/Stockholm' },
} as const satisfies Record<string, PersonSpec>;

export type PersonKey = keyof typeof people;

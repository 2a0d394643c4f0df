export const deletion = {
  action: 'Delete',
  title: (name: string) => `Delete ${name}?`,
  confirm: (name: string) => `Type ${name} to confirm`,
  deleted: (name: string) => `${name} is deleted`,
  refused: 'Nothing was deleted',
  plan: 'Its versions and its executions stay, and it goes on counting when it comes again.',
  group: 'Its servers stay as they are in DRS, and can go into another group.',
} as const;

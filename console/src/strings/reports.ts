import { counted } from '../view/format.js';

export const reports = {
  title: 'Reports',
  description:
    'Every run that has ended, newest first. Its report is stored at its end and again after each clean-up, and is not changed any more; what you save here is made anew from the record.',
  button: 'Report',
  of: (execution: string) => `Save the report of ${execution}`,
  formats: {
    html: 'To read and print (HTML)',
    csv: 'A row for each server (CSV)',
    json: 'For programs (JSON)',
  },
  failed: 'The report could not be loaded',
  notStored: (why: string) => `The last report could not be stored: ${why}`,
  none: 'None is stored',
  empty: 'No run that is asked for has ended',
  emptyHint: 'A report is stored when a drill or a recovery ends.',
  more: 'Load older runs',
  mode: 'Mode',
  modes: { all: 'Drills and recoveries', DRILL: 'Drills', RECOVERY: 'Recoveries' },
  earlier: (count: number) => `and ${counted(count, 'earlier one')}`,
  columns: {
    execution: 'Execution',
    plan: 'Plan',
    mode: 'Mode',
    status: 'Status',
    ended: 'Ended',
    stored: 'Stored reports, with the beginning of their SHA-256',
    save: 'Save',
  },
  stored: {
    title: 'Stored reports',
    description: 'Files in the bucket for reports, as they were then. To check one: sha256sum.',
    format: 'Format',
    at: 'Stored',
    size: 'Size',
    hash: 'SHA-256',
    key: 'Key in the bucket',
    version: (id: string) => `version ${id}`,
  },
} as const;

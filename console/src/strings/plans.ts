export const findings = {
  title: 'Findings',
  none: 'Nothing found',
  severity: 'Severity',
  what: 'Finding',
  subject: 'Concerns',
  message: 'What',
  remedy: 'What to do',
} as const;

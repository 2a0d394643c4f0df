import type { PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import { common } from './common.js';

/** The words of every filter by property. */
export const PROPERTY_FILTER_STRINGS: PropertyFilterProps.I18nStrings = {
  filteringAriaLabel: 'Filter',
  dismissAriaLabel: common.dismiss,
  clearAriaLabel: common.clearFilter,
  filteringPlaceholder: common.filterPlaceholder,
  groupValuesText: 'Values',
  groupPropertiesText: 'Properties',
  operatorsText: 'Operators',
  operationAndText: 'and',
  operationOrText: 'or',
  operatorContainsText: 'contains',
  operatorDoesNotContainText: 'does not contain',
  operatorEqualsText: 'is',
  operatorDoesNotEqualText: 'is not',
  operatorGreaterText: 'more than',
  operatorLessText: 'less than',
  operatorGreaterOrEqualText: 'at least',
  operatorLessOrEqualText: 'at most',
  editTokenHeader: 'Change the filter',
  propertyText: 'Property',
  operatorText: 'Operator',
  valueText: 'Value',
  cancelActionText: common.cancel,
  applyActionText: 'Apply',
  allPropertiesLabel: 'All properties',
  clearFiltersText: common.clearFilter,
  removeTokenButtonAriaLabel: ({ propertyKey, operator, value }) => `Remove ${propertyKey ?? 'text'} ${operator} ${value}`,
  enteredTextLabel: (text) => `Use: “${text}”`,
};

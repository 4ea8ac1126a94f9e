import type { Case } from '../../spec/case.ts';
import type { Run } from '../run.ts';

export const renderMatrix = (_runs: readonly Run[], _cases: readonly Case[]): string => '';

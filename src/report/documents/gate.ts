/** The decision of the gate is its document; the type lives with the gate. */
import { type Decision, decisionSchema } from '../../gate/decision.js';

export const gateSchema = decisionSchema;

export type GateDocument = Decision;

/** What is chosen on a command line or by a program, by the names that the public interface has for it. */
export type { RedisChoice } from '../cluster/connection.js';
export type { OpenDatasetOptions } from '../dataset/open-dataset.js';
export type { Grouping, SampleChoice } from '../nap/nap-schema.js';
export type { Domain, PropertyKind } from '../spec/property.js';
export type { ClusterChoice } from './executor/open-cluster.js';

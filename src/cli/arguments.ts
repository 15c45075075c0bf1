/** Option texts to values, strictly. Each error names the option, what it takes and what was given. */
import type { Domain } from '../api/choices.js';
import { InputError } from '../util/errors.js';

type Parser<T> = (text: string) => T;

const MAX_LIST = 1000;

/** A whole number in plain decimal digits. */
export function integerOption(option: string, min: number, max = Number.MAX_SAFE_INTEGER): Parser<number> {
  const expected =
    max === Number.MAX_SAFE_INTEGER ? `an integer >= ${min}` : `an integer from ${min} to ${max}`;
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw wrong(option, expected, text);
    return value;
  };
}

/** A positive finite number of seconds. */
export function secondsOption(option: string): Parser<number> {
  return (text) => {
    const value = /^\d{0,9}(\.\d{1,6})?$/.test(text) && text !== '' ? Number(text) : Number.NaN;
    if (!(value > 0)) throw wrong(option, 'a number of seconds > 0, for example 60 or 0.5', text);
    return value;
  };
}

/** A plain decimal number of at least 0. */
export function marginOption(option: string): Parser<number> {
  return (text) => {
    const value = /^\d{0,6}(\.\d{1,12})?$/.test(text) && text !== '' ? Number(text) : Number.NaN;
    if (!(value >= 0)) throw wrong(option, 'a number >= 0, for example 0.001', text);
    return value;
  };
}

/** Class numbers separated by commas, each once: `0,3`. */
export function classListOption(option: string): Parser<readonly number[]> {
  return (text) => {
    const parts = text.split(',').map((part) => part.trim());
    const classes = parts.map((part) => (/^\d{1,6}$/.test(part) ? Number(part) : Number.NaN));
    const repeated = new Set(classes).size !== classes.length;
    if (parts.length > MAX_LIST || repeated || classes.some((value) => Number.isNaN(value))) {
      throw wrong(option, 'class numbers separated by commas, each once, for example 0,3', text);
    }
    return classes;
  };
}

const DECIMAL = /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,3})?$/i;

/** `unit`, `unbounded`, `orthant`, or the two ends of an interval for every input: `-1,1`. */
export function domainOption(option: string): Parser<Domain> {
  return (text) => {
    if (text === 'unit') return { kind: 'box', lower: 0, upper: 1 };
    if (text === 'unbounded' || text === 'orthant') return { kind: text };
    const ends = text.split(',').map((part) => part.trim());
    const [lower, upper] = ends.map((part) => (DECIMAL.test(part) ? Number(part) : Number.NaN));
    const ordered = ends.length === 2 && Number.isFinite(lower) && Number.isFinite(upper) && lower! <= upper!;
    if (!ordered)
      throw wrong(option, 'unit, unbounded, orthant, or LOW,HIGH with LOW <= HIGH, for example -1,1', text);
    return { kind: 'box', lower: lower!, upper: upper! };
  };
}

/** Indices of samples separated by commas, each once: `3,17`. */
export function indexListOption(option: string): Parser<readonly number[]> {
  return (text) => {
    const parts = text.split(',').map((part) => part.trim());
    const indices = parts.map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : Number.NaN));
    const repeated = new Set(indices).size !== indices.length;
    if (parts.length > MAX_LIST || repeated || indices.some((value) => Number.isNaN(value))) {
      throw wrong(option, 'sample numbers separated by commas, each once, for example 3,17', text);
    }
    return indices;
  };
}

/** Positive numbers separated by commas, each once: `1,0.5,0.01`. */
export function factorsOption(option: string): Parser<readonly number[]> {
  return (text) => {
    const parts = text.split(',').map((part) => part.trim());
    const factors = parts.map((part) => (DECIMAL.test(part) ? Number(part) : Number.NaN));
    const repeated = new Set(factors).size !== factors.length;
    if (parts.length > MAX_LIST || repeated || !factors.every((s) => s > 0 && Number.isFinite(s))) {
      throw wrong(option, 'positive numbers separated by commas, each once, for example 1,0.5,0.01', text);
    }
    return factors;
  };
}

/** Non-empty words separated by commas: `1.0,0.99`. */
export function listOption(option: string, example: string): Parser<readonly string[]> {
  return (text) => {
    const parts = text.split(',').map((part) => part.trim());
    if (parts.length > MAX_LIST || parts.includes('')) {
      throw wrong(option, `values separated by commas, for example ${example}`, text);
    }
    return parts;
  };
}

/** `HOST:PORT`; port 0 is any free one. */
export function hostAndPortOption(option: string): Parser<{ readonly host: string; readonly port: number }> {
  return (text) => {
    const [, host, digits] = /^(.{1,255}):(\d{1,5})$/.exec(text) ?? [];
    const port = Number(digits);
    if (host === undefined || !(port <= 65535))
      throw wrong(option, 'HOST:PORT, for example 0.0.0.0:9464', text);
    return { host, port };
  };
}

/** `I/N` with 1 <= I <= N: one of N shares. */
export function shardOption(option: string): Parser<{ readonly index: number; readonly count: number }> {
  return (text) => {
    const [, first, second] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? [];
    const [index, count] = [Number(first), Number(second)];
    if (!(index >= 1 && index <= count))
      throw wrong(option, 'I/N with I from 1 to N, for example 3/10', text);
    return { index, count };
  };
}

function wrong(option: string, expected: string, text: string): InputError {
  return new InputError('the option has a wrong value', {
    place: option,
    expected,
    found: text.length > 80 ? `${JSON.stringify(text.slice(0, 77))}...` : JSON.stringify(text),
  });
}

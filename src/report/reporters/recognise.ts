/** How reports of napcert begin: a file is removed as an earlier report only if it is one. */
import type { ReporterName } from './names.js';

const BEGINNINGS: Readonly<Record<ReporterName, RegExp>> = {
  html: /^<!DOCTYPE html>.*<p class="brand">napcert report<\/p>/s,
  json: /^\{\s*"format": "napcert-report\//,
  jsonl: /^\{"event":"start",/,
  sarif: /^\{\s*"\$schema": "[^"]*sarif[^"]*",.{0,200}"name": "napcert"/s,
  junit: /^<\?xml [^>]*>\s*<testsuites name="napcert" /,
  github: /^::(error|warning|notice) [^\n]*title=/,
  summary: /^## napcert(:|\n)/,
  gitlab: /^\[\s*(\]\s*$|\{\s*"description": "[^\n]*\n\s*"check_name": "nap\/)/,
};

/** @param head the first 64 KiB or more of the file, as text */
export function isReport(format: ReporterName, head: string): boolean {
  return BEGINNINGS[format].test(head);
}

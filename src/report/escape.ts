/**
 * Text from files inside other formats. Hidden characters become visible escapes first (util/plain-text.ts), so that
 * no name can reorder, break or end what surrounds it, or be a command to whoever reads the log; then the format's own characters are escaped.
 */
import { loggable } from '../util/plain-text.js';

/** Lone surrogates and non-characters: no XML document may hold them, and UTF-8 cannot encode the first. */
const UNENCODABLE = /[\p{Surrogate}\ufffe\uffff]/gu;

/** The text for HTML and XML, between tags and in quoted attributes. */
export function markup(text: string): string {
  return encodable(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The text for Markdown: every sign that could mean something as a character reference. */
export function markdown(text: string): string {
  const escaped = encodable(text).replace(/[!-+:-@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  // References do not stop every autolink: an invisible break does.
  return escaped.replace(/\b(www)(?=\.)|\b(https?|ftp)(?=&#58;)/gi, '$&\u200b');
}

/** The message of a GitHub workflow command; its line breaks are kept. */
export function commandMessage(text: string): string {
  const lines = text.split('\n').map(encodable).join('\n');
  return lines.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property of a GitHub workflow command. */
export function commandProperty(text: string): string {
  return commandMessage(text.replaceAll('\n', ' ')).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function encodable(text: string): string {
  return loggable(text).replace(
    UNENCODABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

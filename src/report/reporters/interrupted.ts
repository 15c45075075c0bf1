/** Certificates whose run was stopped: what they leave open may be for no other reason. */
import type { ReportDocument, ReportedCertificate } from '../documents/report.js';
import { counted } from '../format.js';

/** One sentence about each, as the certificate says. */
export function interruptedTexts({ certificates }: Pick<ReportDocument, 'certificates'>): string[] {
  return certificates.filter(({ interrupted }) => interrupted).map(textOf);
}

function textOf({ file, properties }: ReportedCertificate): string {
  const open = properties.filter(({ claimed }) => claimed === 'unknown').length;
  return `${file}: its run was interrupted, and leaves ${open} of ${counted(properties.length, 'property', 'properties')} undecided`;
}

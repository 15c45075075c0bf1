/** What the system says about files, in words. */

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a file stands in the path where a folder should be',
  EISDIR: 'a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'a file system that cannot be written',
  ENOSPC: 'no space left',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'a name that is too long',
  ELOOP: 'links that go in a circle',
};

/** The reason of a failed file operation, for the `found` of an input error. */
export function describeSystemError(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === undefined ? String(error) : (WORDS[code] ?? code);
}
